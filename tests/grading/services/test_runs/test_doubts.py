"""What is hardly plausible is recorded only with the word of who read it again."""

from decimal import Decimal

import pytest

from grading.domain.doubts import READ_AGAIN
from grading.domain.members import Member
from grading.models import CapacityTest, ResistanceTest
from grading.services.test_runs import (
    ResultsRefused,
    capacity_problems,
    record_capacity,
    record_resistance,
    resistance_problems,
)
from rebattery.audit.trail import events_of
from tests.bench import RECORDED_AT, capacity, resistance
from tests.evidence import make_inspected
from tests.factories import balance, make_pack_type
from tests.procedures import make_procedure

WORD = "I read it again: the pack is dead"


@pytest.fixture
def lfp():
    """A pack that stays at the bench after one result."""
    return make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]


class TestCapacity:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"measured_capacity_ah": Decimal("1.1")}, "SOH of 1.0 % is below 20 %"),
            ({"measured_capacity_ah": Decimal(0)}, "SOH of 0.0 % is below 20 %"),
            (
                {"weakest_soh_percent": Decimal("7.1"), "weakest_kind": "cell"},
                "SOH of 7.1 % of the weakest member is below 20 %",
            ),
            (
                {"members": (Member(kind="series_group", label="1", measured_capacity_ah=Decimal(9)),)},
                "SOH of 7.8 % of the weakest member is below 20 %",
            ),
        ],
    )
    def test_is_asked_about_and_then_taken(self, lfp, instrument, actor, fields, words):
        with pytest.raises(ResultsRefused) as refused:
            record_capacity(rows=[capacity(lfp, instrument, **fields)], actor=actor, at=RECORDED_AT)

        assert refused.value.fields == {"confirmation": f"{words}. {READ_AGAIN}"}
        assert not CapacityTest.objects.exists()

        row = capacity(lfp, instrument, **fields, confirmation=f" {WORD} ")
        [result] = record_capacity(rows=[row], actor=actor, at=RECORDED_AT)

        balance()
        named = {"words": f"{words}; read again and confirmed", "is_grave": False}
        assert named in CapacityTest.objects.get().departures
        event = events_of(subject_type="capacity_test", subject_id=result.pk).get()
        assert event.reason == WORD

    def test_the_window_of_its_procedure_holds(self, lfp, instrument, actor):
        row = capacity(
            lfp, instrument, measured_capacity_ah=Decimal("34.4"), procedure_id=make_procedure().pk
        )

        [found] = capacity_problems(rows=[row], actor=actor, at=RECORDED_AT)

        words = "34.4 Ah is 29.9 % of the rated 115 Ah, outside the procedure's 30 to 110 %"
        assert found == {"confirmation": f"{words}. {READ_AGAIN}"}

    def test_is_told_beforehand(self, lfp, instrument, actor):
        row = capacity(lfp, instrument, measured_capacity_ah=Decimal("11.05"))

        [found] = capacity_problems(rows=[row], actor=actor, at=RECORDED_AT)

        assert set(found) == {"confirmation"}

    def test_nothing_is_asked_where_a_number_cannot_be_read(self, lfp, instrument, actor):
        row = capacity(lfp, instrument, measured_capacity_ah=Decimal("NaN"))

        [found] = capacity_problems(rows=[row], actor=actor, at=RECORDED_AT)

        assert set(found) == {"measured_capacity_ah"}


class TestResistance:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"ir_mohm": Decimal(1999)}, "1999 mΩ is 33.32 × its baseline, outside 0.3 to 5"),
            ({"ir_mohm": Decimal(1999), "baseline_source": ""}, "1999 mΩ is outside 1 to 1000 mΩ"),
        ],
    )
    def test_is_asked_about_and_then_taken(self, lfp, instrument, actor, fields, words):
        row = resistance(lfp, instrument, **fields)
        [found] = resistance_problems(rows=[row], actor=actor, at=RECORDED_AT)
        with pytest.raises(ResultsRefused):
            record_resistance(rows=[row], actor=actor, at=RECORDED_AT)

        assert found == {"confirmation": f"{words}. {READ_AGAIN}"}
        assert not ResistanceTest.objects.exists()

        row = resistance(lfp, instrument, **fields, confirmation=WORD)
        record_resistance(rows=[row], actor=actor, at=RECORDED_AT)

        balance()
        named = {"words": f"{words}; read again and confirmed", "is_grave": False}
        assert named in ResistanceTest.objects.get().departures
