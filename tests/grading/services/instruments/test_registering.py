from datetime import date, timedelta

import pytest

from grading.models import Instrument
from grading.services.instruments import (
    CalibrationRefused,
    InstrumentExists,
    change_instrument,
    create_instrument,
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
    "valid_from_date": TODAY,
    "valid_to_date": date(2027, 11, 20),
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
        first = instrument.calibrations.get()
        assert (first.certificate_number, first.valid_to_date) == ("CAL-9", date(2027, 11, 20))

    def test_refuses_a_code_that_is_taken_in_any_case(self, actor):
        create_instrument(**NEW, actor=actor, at=AT)

        with pytest.raises(InstrumentExists) as refusal:
            create_instrument(**NEW | {"code": "Cy-9"}, actor=actor, at=AT)

        balance()
        assert refusal.value.fields == {"code": "Taken."}
        assert Instrument.objects.count() == 1

    def test_wants_a_word_where_another_instrument_has_the_certificate(self, actor):
        create_instrument(**NEW, actor=actor, at=AT)

        with pytest.raises(CalibrationRefused) as refusal:
            create_instrument(**NEW | {"code": "CY-10"}, actor=actor, at=AT)

        assert "is on CY-9" in refusal.value.fields["certificate_number"]
        assert Instrument.objects.count() == 1
        made = create_instrument(**NEW | {"code": "CY-10", "note": "Covers CY-9 too."}, actor=actor, at=AT)
        assert made.calibrations.get().note == "Covers CY-9 too."
        balance()

    def test_refuses_a_certificate_that_begins_tomorrow(self, actor):
        with pytest.raises(CalibrationRefused):
            create_instrument(**NEW | {"valid_from_date": TODAY + timedelta(days=1)}, actor=actor, at=AT)

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
            {"is_active": True, "inactive_since_date": None},
            {"is_active": False, "inactive_since_date": "2026-11-20"},
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
