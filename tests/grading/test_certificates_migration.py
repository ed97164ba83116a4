"""The certificates that instruments held in their own columns, carried over with their trail."""

import os

import psycopg

from rebattery.embedded.pytest_plugin import in_database
from tests.database import migrate

BEFORE, AFTER = "0009_agreement_and_channels", "0010_certificates"
ADD = """
INSERT INTO grading_instrument (code, name, kind, maker_serial, certificate_number, calibrated_from_date,
                                calibrated_to_date, is_active)
VALUES ('CY-1', 'Cycler', 'cycler', '', 'CAL-1', '2026-01-01', '2027-01-01', true)
"""
TELL = """
INSERT INTO audit_event (at, event_type, subject_type, subject_id, subject_label, actor_kind, actor_label)
SELECT '2026-01-02 09:00+00', 'instrument.created', 'instrument', id, 'CY-1 Cycler', 'user', 'Ada'
FROM grading_instrument
"""
CERTIFICATES = (
    "SELECT certificate_number, valid_from_date::text, valid_to_date::text, person_label, at::date::text"
    " FROM grading_calibration"
)
STORY = "SELECT event_type, facts->>'instrument' FROM audit_event WHERE subject_type = 'calibration'"
PUT_BACK = "SELECT certificate_number, calibrated_to_date::text FROM grading_instrument"


def test_keeps_each_certificate_with_who_recorded_it_and_goes_back(unmigrated):
    migrate(unmigrated, "grading", BEFORE)
    with psycopg.connect(in_database(os.environ["SUPERUSER_DATABASE_URL"], unmigrated)) as connection:
        connection.execute(ADD)
        connection.execute(TELL)
        connection.commit()

        migrate(unmigrated, "grading", AFTER)

        found = connection.execute(CERTIFICATES).fetchall()
        assert found == [("CAL-1", "2026-01-01", "2027-01-01", "Ada", "2026-01-02")]
        assert connection.execute(STORY).fetchall() == [("calibration.carried_over", "CY-1")]
        connection.commit()

        migrate(unmigrated, "grading", BEFORE)

        assert connection.execute(PUT_BACK).fetchall() == [("CAL-1", "2027-01-01")]
