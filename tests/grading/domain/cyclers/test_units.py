"""Units: factors to ours."""

import pytest

from grading.domain.cyclers.units import factor_of, is_duration


class TestFactorOf:
    @pytest.mark.parametrize(
        ("unit", "quantity", "factor"),
        [
            ("ms", "time", 1e-3),
            ("Min", "time", 60.0),
            ("Hours", "time", 3600.0),
            ("mV", "voltage", 1e-3),
            ("µA", "current", 1e-6),
            ("mA", "current", 1e-3),
            ("mA.h", "charge", 1e-3),
            ("Amp-hr", "charge", 1.0),
            ("mWh", "energy", 1e-3),
            ("℃", "temperature", 1.0),
            ("?", "temperature", 1.0),
            ("mA", "voltage", None),
            ("furlong", "time", None),
            ("K", "temperature", None),
        ],
    )
    def test_knows_the_factor_or_says_that_it_is_none(self, unit, quantity, factor):
        assert factor_of(unit, quantity) == factor


class TestIsDuration:
    @pytest.mark.parametrize("unit", ["h:min:s.ms", "h:min:s:ms", "Hours in hh:mm:ss.xxx"])
    def test_knows_the_pattern_of_a_clock(self, unit):
        assert is_duration(unit)

    @pytest.mark.parametrize("unit", ["h", "min", "s", "V"])
    def test_is_no_plain_unit(self, unit):
        assert not is_duration(unit)
