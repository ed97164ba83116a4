"""Plausible ranges at the bench."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.measurement import (
    PLAUSIBLE,
    charge_fault,
    check_ranges,
    check_unusual,
    mean_voltage_fault,
)

STEP = D("0.0001")


class TestPlausible:
    @pytest.mark.parametrize("name", PLAUSIBLE)
    def test_has_the_usual_inside_the_possible(self, name):
        limits = PLAUSIBLE[name]

        assert limits.low <= limits.soft_low < limits.soft_high <= limits.high

    def test_says_its_range_beside_the_field(self):
        assert PLAUSIBLE["soh_percent"].hint == "0 to 105 %"


class TestCheckRanges:
    @pytest.mark.parametrize("name", PLAUSIBLE)
    def test_includes_both_ends(self, name):
        limits = PLAUSIBLE[name]
        values = (limits.low - STEP, limits.low, limits.high, limits.high + STEP)

        assert [bool(check_ranges({name: value})) for value in values] == [True, False, False, True]

    @pytest.mark.parametrize("value", [D("NaN"), D("sNaN"), D("Infinity")])
    def test_refuses_what_is_not_a_number(self, value):
        assert check_ranges({"ir_mohm": value})

    def test_says_what_is_allowed(self):
        found = check_ranges(
            {"temperature_degc": D(250), "soc_percent": D(50), "note": "hot", "ir_mohm": None}
        )

        assert [(v.field, v.message) for v in found] == [
            ("temperature_degc", "250 °C is not plausible: it must be -40 to 80 °C.")
        ]


class TestCheckUnusual:
    @given(name=st.sampled_from(sorted(PLAUSIBLE)), value=st.decimals(-100, 3000, places=2))
    def test_never_repeats_a_refusal(self, name, value):
        assert not (check_ranges({name: value}) and check_unusual({name: value}))

    def test_asks_for_a_second_look(self):
        assert [v.message for v in check_unusual({"c_rate": D(3)})] == ["3 C is unusual; usual: 0.1 to 1."]


class TestChargeFault:
    @pytest.mark.parametrize(("ah", "is_fault"), [("0", False), ("163.8", False), ("163.801", True)])
    def test_begins_above_105_percent(self, ah, is_fault):
        assert bool(charge_fault(measured_ah=D(ah), rated_ah=D(156))) is is_fault

    def test_names_both_charges(self):
        fault = charge_fault(measured_ah=D(500), rated_ah=D(156))

        assert fault.startswith("500 Ah is 320.5 % of the rated 156 Ah, above 105 %.")

    def test_says_nothing_without_a_rated_charge(self):
        assert charge_fault(measured_ah=D(500), rated_ah=D(0)) == ""


class TestMeanVoltageFault:
    @pytest.mark.parametrize(
        ("kwh", "is_fault"),
        # 100 Ah between 300 V - 2 % and 400 V + 2 %.
        [("29.3999", True), ("29.4", False), ("35", False), ("40.8", False), ("40.8001", True)],
    )
    @pytest.mark.parametrize("ends", [(D(400), D(300)), (D(300), D(400))])
    def test_lets_the_mean_lie_between_the_ends_in_any_order(self, kwh, is_fault, ends):
        assert bool(mean_voltage_fault(measured_ah=D(100), measured_kwh=D(kwh), voltages_v=ends)) is is_fault

    @pytest.mark.parametrize(
        ("ah", "kwh", "is_fault"), [("0", "0", False), ("0", "1", True), ("1", "0", True)]
    )
    def test_an_empty_pack_gives_neither(self, ah, kwh, is_fault):
        fault = mean_voltage_fault(measured_ah=D(ah), measured_kwh=D(kwh), voltages_v=(D(400), D(300)))

        assert bool(fault) is is_fault

    def test_names_the_mean_and_the_tolerance(self):
        fault = mean_voltage_fault(measured_ah=D(500), measured_kwh=D("45.1"), voltages_v=(D(400), D(300)))

        assert fault.startswith("45.1 kWh over 500 Ah is a mean of 90.2 V, outside 300 to 400 V ± 2 %.")
