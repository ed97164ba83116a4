from datetime import date, timedelta

import pytest

from grading.models import Instrument
from grading.services.instruments import (
    CalibrationRefused,
    InstrumentExists,
    change_instrument,
    create_instrument,
    record_calibration,
)
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_instrument, make_person

pytestmark = pytest.mark.django_db
TODAY = AT.date()
NEW = {
    "code": " cy-9 ",
    "name": "Pack cycler 9",
    "kind": "cycler",
    "maker_serial": "NW-1",
    "certificate_number": "CAL-9",
    "calibrated_from_date": TODAY,
    "calibrated_to_date": date(2027, 11, 20),
}


def story(instrument: Instrument) -> list[str]:
    events = events_of(subject_type="instrument", subject_id=instrument.pk)
    return [entry_of(event).sentence for event in events]


@pytest.fixture
def actor():
    return make_actor(make_person("administrator", name="Ada"))


class TestCreateInstrument:
    def test_stores_it_and_tells_the_trail(self, actor):
        instrument = create_instrument(**NEW, actor=actor, at=AT)

        balance()
        assert Instrument.objects.get().code == "CY-9"
        assert story(instrument) == ["Ada added the instrument CY-9 Pack cycler 9."]

    def test_refuses_a_code_that_is_taken_in_any_case(self, actor):
        create_instrument(**NEW, actor=actor, at=AT)

        with pytest.raises(InstrumentExists) as refusal:
            create_instrument(**NEW | {"code": "Cy-9"}, actor=actor, at=AT)

        balance()
        assert refusal.value.fields == {"code": "Taken."}
        assert Instrument.objects.count() == 1

    def test_refuses_a_certificate_that_begins_tomorrow(self, actor):
        with pytest.raises(CalibrationRefused):
            create_instrument(**NEW | {"calibrated_from_date": TODAY + timedelta(days=1)}, actor=actor, at=AT)

        assert not Instrument.objects.exists()


class TestChangeInstrument:
    SAME = {"name": "Pack cycler", "kind": "cycler", "maker_serial": "", "is_active": True}

    def test_takes_it_out_of_service_with_a_reason(self, actor):
        instrument = make_instrument()

        change_instrument(
            instrument_id=instrument.pk,
            **self.SAME | {"is_active": False},
            reason="Fan broken",
            actor=actor,
            at=AT,
        )

        balance()
        event = events_of(subject_type="instrument", subject_id=instrument.pk).last()
        assert not Instrument.objects.get().is_active
        assert (event.before, event.after, event.reason) == (
            {"is_active": True},
            {"is_active": False},
            "Fan broken",
        )

    def test_refuses_a_change_without_a_reason(self, actor):
        instrument = make_instrument()

        with pytest.raises(ReasonMissing):
            change_instrument(
                instrument_id=instrument.pk, **self.SAME | {"name": "Other"}, reason=" ", actor=actor, at=AT
            )

        assert Instrument.objects.get().name == "Pack cycler"

    def test_writes_nothing_when_nothing_changes(self, actor):
        instrument = make_instrument()

        change_instrument(instrument_id=instrument.pk, **self.SAME, reason="", actor=actor, at=AT)

        assert len(story(instrument)) == 1


class TestRecordCalibration:
    CERTIFICATE = {
        "certificate_number": "CAL-2",
        "calibrated_from_date": TODAY,
        "calibrated_to_date": date(2027, 11, 20),
    }

    def test_brings_a_lapsed_instrument_back_and_keeps_the_former_period_in_the_trail(self, actor):
        instrument = make_instrument(calibrated_to_date=date(2026, 3, 1))

        record_calibration(instrument_id=instrument.pk, **self.CERTIFICATE, actor=actor, at=AT)

        balance()
        instrument.refresh_from_db()
        event = events_of(subject_type="instrument", subject_id=instrument.pk).last()
        assert instrument.certificate_number == "CAL-2"
        assert event.before["calibrated_to_date"] == "2026-03-01"
        assert story(instrument)[-1] == (
            f"Ada recorded certificate CAL-2 for {instrument}, valid until 20 Nov 2027."
        )

    def test_writes_the_same_certificate_once(self, actor):
        instrument = make_instrument()
        for _ in range(2):
            record_calibration(instrument_id=instrument.pk, **self.CERTIFICATE, actor=actor, at=AT)

        balance()
        assert len(story(instrument)) == 2

    def test_refuses_a_period_that_ends_before_it_begins(self, actor):
        instrument = make_instrument()

        with pytest.raises(CalibrationRefused) as refusal:
            record_calibration(
                instrument_id=instrument.pk,
                **self.CERTIFICATE | {"calibrated_to_date": TODAY},
                actor=actor,
                at=AT,
            )

        assert refusal.value.fields == {"calibrated_to_date": "The certificate must end after it begins."}
