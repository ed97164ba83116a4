"""What may take the place of a result that stands."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.models import CapacityTest, Instrument, ResistanceTest
from grading.services.test_runs import ResultsRefused, record_capacity, record_resistance
from grading.services.test_runs.replacing import replacement_faults
from intake.models import Pack
from tests.bench import MEASURED_AT, RECORDED_AT, capacity, resistance
from tests.evidence import make_inspected
from tests.factories import AT, balance, make_pack_type
from tests.procedures import make_procedure

HOUR = timedelta(hours=1)
LATER = RECORDED_AT + 24 * HOUR
LASTED = timedelta(hours=0.74 / 0.33)


@pytest.fixture
def lfp() -> Pack:
    """A pack that stays at the bench after one result."""
    return make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]


def again(pack, instrument, actor, **fields) -> CapacityTest:
    row = capacity(pack, instrument, **{"reason": "Again", "measured_capacity_ah": Decimal(90)} | fields)
    return record_capacity(rows=[row], actor=actor, at=LATER)[0]


def refused(pack, instrument, actor, **fields) -> dict[str, str]:
    with pytest.raises(ResultsRefused) as refusal:
        again(pack, instrument, actor, **fields)
    assert CapacityTest.objects.get().soh_percent == 74
    return refusal.value.fields


class TestReplacing:
    @pytest.fixture(autouse=True)
    def _first(self, lfp, instrument, actor):
        record_capacity(rows=[capacity(lfp, instrument)], actor=actor, at=RECORDED_AT)

    @pytest.mark.parametrize("apart", [timedelta(0), HOUR, -HOUR, LASTED - timedelta(seconds=1)])
    def test_the_same_test_is_corrected(self, lfp, instrument, actor, apart):
        again(lfp, instrument, actor, measured_at=MEASURED_AT + apart)

        balance()
        assert CapacityTest.objects.get(superseded_by=None).soh_percent > 74

    @pytest.mark.parametrize("apart", [LASTED, 6 * HOUR])
    def test_nobody_measures_until_a_value_pleases(self, lfp, instrument, actor, apart):
        found = refused(lfp, instrument, actor, measured_at=MEASURED_AT + apart)

        assert list(found) == ["measured_at"]
        assert "another measurement needs a reviewer's order" in found["measured_at"]

    def test_another_procedure_is_another_test(self, lfp, instrument, actor):
        row = {"measured_at": MEASURED_AT + 6 * HOUR, "procedure_id": make_procedure().pk}

        again(lfp, instrument, actor, **row)

        assert CapacityTest.objects.get(superseded_by=None).soh_percent > 74


class TestReplacementFaults:
    """What depends on the stay of the pack and on how the older test was made."""

    @staticmethod
    def found(pack, hours, *, status_at=AT, **of_old):
        values = {"soh_percent": Decimal(74), "c_rate": Decimal("0.33"), "departures": []} | of_old
        old = CapacityTest(measured_at=MEASURED_AT, at=RECORDED_AT, **values)
        pack.status_at = status_at
        row = capacity(pack, Instrument(pk=1), reason="Again", measured_at=MEASURED_AT + hours * HOUR)
        return replacement_faults(row, old, pack)

    def test_of_one_stay_the_first_measurement_stands(self, lfp):
        assert list(self.found(lfp, 6)) == ["measured_at"]

    def test_a_new_stay_at_the_bench_is_measured_anew(self, lfp):
        assert self.found(lfp, 6, status_at=RECORDED_AT + HOUR) == {}

    def test_an_older_measurement_never_stands_over_a_newer_one(self, lfp):
        told = self.found(lfp, -3, status_at=RECORDED_AT + HOUR)["measured_at"]

        assert told.startswith("A newer measurement stands, of ")

    @pytest.mark.parametrize(("is_grave", "is_taken"), [(True, True), (False, False)])
    def test_what_was_not_made_as_it_should_be_is_measured_again(self, lfp, is_grave, is_taken):
        departures = [{"words": "too hot", "is_grave": is_grave}]

        assert (self.found(lfp, 6, departures=departures) == {}) is is_taken

    def test_a_test_without_any_charge_is_corrected_too(self, lfp):
        assert self.found(lfp, 0, soh_percent=Decimal(0)) == {}


class TestResistance:
    @pytest.mark.parametrize(("minutes", "is_taken"), [(9, True), (10, False)])
    def test_a_pulse_is_corrected_and_not_repeated(self, lfp, instrument, actor, minutes, is_taken):
        record_resistance(rows=[resistance(lfp, instrument)], actor=actor, at=RECORDED_AT)
        row = resistance(
            lfp, instrument, reason="Again", ir_mohm=Decimal(70),
            measured_at=MEASURED_AT + timedelta(minutes=minutes),
        )  # fmt: skip

        if is_taken:
            record_resistance(rows=[row], actor=actor, at=LATER)
        else:
            with pytest.raises(ResultsRefused):
                record_resistance(rows=[row], actor=actor, at=LATER)

        assert ResistanceTest.objects.count() == (2 if is_taken else 1)
