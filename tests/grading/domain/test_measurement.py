"""Plausible ranges at the bench."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.measurement import PLAUSIBLE, check_ranges, check_unusual

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
