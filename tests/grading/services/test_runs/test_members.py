"""Members within a capacity test: what follows from them is computed, never typed."""

from decimal import Decimal

import pytest

from grading.domain.members import Member
from grading.models import CapacityTest
from grading.queries.evidence import evidence_for
from grading.services.test_runs import ResultsRefused, record_capacity
from tests.bench import RECORDED_AT, capacity
from tests.evidence import make_inspected
from tests.factories import balance, make_pack_type

NOT_BOUNDED = {"ended_by_cell_limit": False}


@pytest.fixture
def lfp():
    pack_type = make_pack_type(
        chemistry="LFP", series_count=96, parallel_count=2, module_count=3, rated_capacity_ah=Decimal(115)
    )
    return make_inspected(chemistry="LFP", pack_type=pack_type)[0]


def modules(*sohs: str) -> list[Member]:
    return [Member(kind="module", label=str(n), soh_percent=Decimal(soh)) for n, soh in enumerate(sohs, 1)]


def recorded(pack, instrument, actor, members, **fields) -> CapacityTest:
    row = capacity(pack, instrument, members=members, **fields)
    return record_capacity(rows=[row], actor=actor, at=RECORDED_AT)[0]


class TestRecordCapacity:
    def test_computes_weakest_and_spread_and_offers_them_as_evidence(self, lfp, instrument, actor):
        recorded(lfp, instrument, actor, modules("85.119", "70.119", "80"), **NOT_BOUNDED)

        balance()
        stored = CapacityTest.objects.get()
        # Rounded down to what the column keeps: rounding lifts no member over a floor.
        assert (stored.weakest_soh_percent, stored.weakest_kind) == (Decimal("70.11"), "module")
        assert (stored.spread_points, len(stored.members)) == (Decimal(15), 3)
        evidence = evidence_for(pack_ids=[lfp.pk])[lfp.pk]
        assert evidence.weakest_cell_soh_percent == Decimal("70.11")
        assert evidence.cell_spread_percent == Decimal(15)

    def test_computes_the_soh_of_each_from_its_charge(self, lfp, instrument, actor):
        group = Member(kind="series_group", label="17", measured_capacity_ah=Decimal("85.1"))
        module = Member(
            kind="module", label="A", measured_capacity_ah=Decimal("40"), rated_capacity_ah=Decimal("57.5")
        )

        result = recorded(lfp, instrument, actor, [group, module], **NOT_BOUNDED)

        assert [member["soh_percent"] for member in result.members] == ["74.0000", "69.5652"]

    def test_of_a_part_is_no_weakest_unless_the_pack_bounds_the_rest(self, lfp, instrument, actor):
        result = recorded(lfp, instrument, actor, modules("85", "70"), **NOT_BOUNDED)

        assert (result.weakest_soh_percent, result.weakest_kind) == (None, "")
        assert {"words": "SOH is known of 2 of 3 modules only", "is_grave": False} in result.departures
        bounded = recorded(lfp, instrument, actor, modules("85", "70"), reason="Ended by a cell")
        assert bounded.weakest_soh_percent == 70

    def test_refuses_a_typed_weakest_beside_members(self, lfp, instrument, actor):
        typed = {"weakest_soh_percent": Decimal(60), "weakest_kind": "cell"}

        with pytest.raises(ResultsRefused) as refusal:
            recorded(lfp, instrument, actor, modules("85"), **typed)

        assert set(refusal.value.fields) == set(typed)

    def test_names_every_fault_of_every_member(self, lfp, instrument, actor):
        wrong = [Member(kind="module", label="A"), *modules("85", "106"), *modules("70")]

        with pytest.raises(ResultsRefused) as refusal:
            recorded(lfp, instrument, actor, wrong)

        assert set(refusal.value.fields) == {
            "members",  # four of the kind, the type has three
            "members.0.measured_capacity_ah",
            "members.1.label",
            "members.2.soh_percent",
            "members.3.label",
        }
        assert not CapacityTest.objects.exists()

    def test_refuses_a_charge_without_a_reference(self, instrument, actor):
        pack = make_inspected(chemistry="LFP", rated_capacity_ah=None, nominal_energy_kwh=Decimal(40))[0]
        group = Member(kind="series_group", label="1", measured_capacity_ah=Decimal(50))

        with pytest.raises(ResultsRefused) as refusal:
            recorded(pack, instrument, actor, [group], basis="kwh", measured_energy_kwh=Decimal(30))

        assert set(refusal.value.fields) == {"members.0.rated_capacity_ah"}
