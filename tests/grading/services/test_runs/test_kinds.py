"""Kinds of measurement stand side by side and never take each other's place."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grading.models import CapacityTest, ResistanceTest
from grading.queries.evidence import evidence_for
from grading.services.test_runs import NotAtBench, ResultsRefused, record_capacity, record_resistance
from tests.bench import RECORDED_AT, capacity, resistance
from tests.evidence import make_inspected
from tests.factories import balance, make_pack_type

AC = {"method": "ac_1khz", "pulse_duration_s": None, "pulse_current_a": None, "baseline_source": ""}
ENERGY = {"basis": "kwh", "measured_energy_kwh": Decimal(30)}
# No verdict on an LFP pack is settled before a resistance is there, nor by one without a baseline.
NOT_SETTLING = {"ended_by_cell_limit": False}


@pytest.fixture
def lfp():
    return make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]


def of_pulse(pack, instrument, seconds, **fields):
    return resistance(
        pack, instrument, pulse_duration_s=Decimal(seconds), baseline_source="", reason="", **fields
    )


class TestRecordCapacity:
    def test_keeps_charge_and_energy_apart(self, lfp, instrument, actor):
        for fields in (NOT_SETTLING, NOT_SETTLING | ENERGY):
            record_capacity(rows=[capacity(lfp, instrument, **fields)], actor=actor, at=RECORDED_AT)

        balance()
        assert set(CapacityTest.objects.filter(superseded_by=None).values_list("basis", flat=True)) == {
            "ah",
            "kwh",
        }

    def test_supersedes_its_own_kind_only_and_with_a_reason(self, lfp, instrument, actor):
        for fields in (NOT_SETTLING, NOT_SETTLING | ENERGY):
            record_capacity(rows=[capacity(lfp, instrument, **fields)], actor=actor, at=RECORDED_AT)
        again = NOT_SETTLING | {"measured_capacity_ah": Decimal(80)}

        with pytest.raises(ResultsRefused) as refusal:
            record_capacity(rows=[capacity(lfp, instrument, **again)], actor=actor, at=RECORDED_AT)
        assert list(refusal.value.fields) == ["reason"]
        row = capacity(lfp, instrument, **again, reason="Cable was loose")
        record_capacity(rows=[row], actor=actor, at=RECORDED_AT)

        balance()
        old = CapacityTest.objects.get(superseded_by__isnull=False)
        assert (old.basis, CapacityTest.objects.count()) == ("ah", 3)

    def test_takes_both_kinds_of_a_pack_in_one_set_but_none_twice(self, lfp, instrument, actor):
        rows = [capacity(lfp, instrument, **NOT_SETTLING), capacity(lfp, instrument, **ENERGY)]

        with pytest.raises(NotAtBench, match="Twice in one set"):
            record_capacity(rows=[*rows, rows[0]], actor=actor, at=RECORDED_AT)
        record_capacity(rows=rows, actor=actor, at=RECORDED_AT)

        balance()
        assert CapacityTest.objects.filter(superseded_by=None).count() == 2


class TestRecordResistance:
    def test_keeps_every_method_and_pulse_length_apart(self, lfp, instrument, actor):
        rows = [of_pulse(lfp, instrument, seconds) for seconds in ("1", "10", "18.0")]

        record_resistance(rows=[*rows, resistance(lfp, instrument, **AC)], actor=actor, at=RECORDED_AT)

        balance()
        assert ResistanceTest.objects.filter(superseded_by=None).count() == 4

    @pytest.mark.parametrize(("first", "second"), [("10", "10.0"), ("0.1", "0.1")])
    def test_takes_equal_lengths_for_one_kind(self, lfp, instrument, actor, first, second):
        record_resistance(rows=[of_pulse(lfp, instrument, first)], actor=actor, at=RECORDED_AT)

        with pytest.raises(ResultsRefused) as refusal:
            record_resistance(rows=[of_pulse(lfp, instrument, second)], actor=actor, at=RECORDED_AT)

        assert list(refusal.value.fields) == ["reason"]


class TestBestOfN:
    """Best-of-n is impossible (O29): of each kind the newest stands, and kinds are chosen by no value."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.sampled_from(["ah", "kwh"]), st.integers(21, 59)), min_size=1, max_size=6))
    def test_of_capacity(self, instrument, actor, runs):
        pack = make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]
        newest: dict[str, int] = {}
        for basis, percent in runs:
            values = {
                "measured_capacity_ah": Decimal(115) * percent / 100,
                "measured_energy_kwh": Decimal(40) * percent / 100,
            }
            row = capacity(pack, instrument, basis=basis, reason="Again", **NOT_SETTLING, **values)
            record_capacity(rows=[row], actor=actor, at=RECORDED_AT)
            newest[basis] = percent

        assert CapacityTest.objects.filter(pack=pack).count() == len(runs)
        evidence = evidence_for(pack_ids=[pack.pk])[pack.pk]
        assert evidence.soh_percent == newest.get("ah", newest.get("kwh"))
