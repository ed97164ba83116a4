"""A charge that the pack cannot give, and one that its energy contradicts, are refused by either basis."""

from decimal import Decimal

import pytest

from grading.models import CapacityTest
from grading.services.test_runs import ResultsRefused, preview_capacity, record_capacity
from tests.bench import RECORDED_AT, capacity
from tests.evidence import make_inspected
from tests.factories import make_pack_type

BY_ENERGY = {"basis": "kwh", "reference_source": "pack_type"}
ENDS = {"voltage_from_v": Decimal(400), "voltage_to_v": Decimal(300)}


@pytest.fixture
def pack():
    """Rated 115 Ah and 40 kWh."""
    return make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]


def values(ah: str, kwh: str) -> dict[str, Decimal]:
    return {"measured_capacity_ah": Decimal(ah), "measured_energy_kwh": Decimal(kwh), **ENDS}


class TestRecordCapacity:
    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            (BY_ENERGY | values("120.751", "40"), {"measured_capacity_ah"}),
            ({"measured_energy_kwh": Decimal(9), **ENDS}, {"measured_capacity_ah", "measured_energy_kwh"}),
            (BY_ENERGY | values("100", "29.3"), {"measured_capacity_ah", "measured_energy_kwh"}),
            (BY_ENERGY | values("95", "39"), {"measured_capacity_ah", "measured_energy_kwh"}),
            (
                {"reference_source": "label", "reference_value": Decimal(500)} | values("460", "161"),
                {"measured_capacity_ah"},
            ),
        ],
    )
    def test_refuses_what_the_pack_cannot_give(self, pack, instrument, actor, fields, named):
        row = capacity(pack, instrument, **fields)

        with pytest.raises(ResultsRefused) as refusal:
            record_capacity(rows=[row], actor=actor, at=RECORDED_AT)

        assert set(refusal.value.fields) == named
        assert not CapacityTest.objects.exists()
        assert set(preview_capacity(rows=[row], actor=actor, at=RECORDED_AT)[0].faults) == named

    def test_says_how_far_beyond_the_rated_charge(self, pack, instrument, actor):
        row = capacity(pack, instrument, **BY_ENERGY | values("500", "40"))

        with pytest.raises(ResultsRefused) as refusal:
            record_capacity(rows=[row], actor=actor, at=RECORDED_AT)

        assert "434.8 % of the rated 115 Ah" in refusal.value.fields["measured_capacity_ah"]

    @pytest.mark.parametrize("fields", [BY_ENERGY | values("115", "39"), values("85.1", "29.8")])
    def test_keeps_a_charge_and_an_energy_that_belong_together(self, pack, instrument, actor, fields):
        record_capacity(rows=[capacity(pack, instrument, **fields)], actor=actor, at=RECORDED_AT)

        assert CapacityTest.objects.get().measured_energy_kwh == fields["measured_energy_kwh"]
