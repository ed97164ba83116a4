"""SOH from capacity tests."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.soh import (
    SohImplausible,
    bounds_weakest_cell,
    departures,
    soh_from_capacity,
    soh_from_energy,
    weakest_gap_points,
)


class TestSohFromCapacity:
    @pytest.mark.parametrize(
        ("measured", "reference", "soh"),
        [
            ("88.8", "120", "74.0000"),
            ("80", "100", "80.0000"),
            ("79.99999", "100", "79.9999"),
            ("2", "3", "66.6666"),
            ("0", "100", "0.0000"),
            ("105", "100", "105.0000"),
        ],
    )
    def test_divides_and_rounds_down(self, measured, reference, soh):
        assert (
            str(soh_from_capacity(measured_capacity_ah=D(measured), reference_capacity_ah=D(reference)))
            == soh
        )

    @pytest.mark.parametrize(
        ("measured", "reference"),
        [("105.01", "100"), ("-1", "100"), ("50", "0"), ("50", "-3"), ("88000", "120")],
    )
    def test_refuses_values_that_do_not_belong_together(self, measured, reference):
        with pytest.raises(SohImplausible, match="Ah"):
            soh_from_capacity(measured_capacity_ah=D(measured), reference_capacity_ah=D(reference))

    @given(measured=st.decimals(0, 100, places=3), reference=st.decimals(100, 500, places=2))
    def test_never_rounds_up(self, measured, reference):
        soh = soh_from_capacity(measured_capacity_ah=measured, reference_capacity_ah=reference)

        assert 0 <= measured / reference * 100 - soh < D("0.0001")


class TestSohFromEnergy:
    def test_divides_energy_by_energy(self):
        assert soh_from_energy(measured_energy_kwh=D("18"), reference_energy_kwh=D("24")) == 75

    def test_names_its_unit_when_it_refuses(self):
        with pytest.raises(SohImplausible, match="30 kWh measured against 24 kWh is 125.0 %"):
            soh_from_energy(measured_energy_kwh=D("30"), reference_energy_kwh=D("24"))


class TestBoundsWeakestCell:
    @pytest.mark.parametrize(
        ("basis", "ended", "bounds"), [("ah", True, True), ("ah", False, False), ("kwh", True, False)]
    )
    def test_needs_charge_and_a_cell_limit(self, basis, ended, bounds):
        assert bounds_weakest_cell(basis=basis, ended_by_cell_limit=ended) is bounds


class TestWeakestGapPoints:
    @pytest.mark.parametrize(
        ("soh", "weakest", "gap"),
        [("74", "70", "4"), ("70", "74", "-4"), (None, "70", None), ("74", None, None)],
    )
    def test_measures_how_far_the_weakest_lies_below(self, soh, weakest, gap):
        values = [None if value is None else D(value) for value in (soh, weakest, gap)]

        assert weakest_gap_points(*values[:2]) == values[2]


class TestDepartures:
    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("22.9", ["temperature in °C is 22.9, outside 23 to 27"]),
            ("23", []),
            ("27", []),
            ("27.1", ["temperature in °C is 27.1, outside 23 to 27"]),
            (None, ["temperature in °C is not recorded"]),
        ],
    )
    def test_includes_both_ends_of_the_window(self, value, found):
        window = (D(23), D(27))

        assert departures([("temperature in °C", None if value is None else D(value), window)]) == found
