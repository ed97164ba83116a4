"""Resistance ratios, and when they count."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from grading.domain.resistance import Baseline, Resistance, compare, ir_ratio
from tests.grading.domain.packs import SEED

CONDITIONS = {
    "method": "dc_pulse",
    "temperature_degc": D(25),
    "soc_percent": D(50),
    "pulse_duration_s": D(10),
}
MEASURED = Resistance(ir_mohm=D("120"), **CONDITIONS)
BASELINE = Baseline(ir_mohm=D("100"), source="type_catalogue", **CONDITIONS)


class TestIrRatio:
    @pytest.mark.parametrize(
        ("measured", "baseline", "ratio"),
        [
            ("150", "100", "1.5000"),
            ("149.999", "100", "1.5000"),
            ("149.98", "100", "1.4998"),
            ("1", "3", "0.3334"),
        ],
    )
    def test_rounds_up_so_that_rounding_never_passes_a_pack(self, measured, baseline, ratio):
        assert str(ir_ratio(measured_mohm=D(measured), baseline_mohm=D(baseline))) == ratio


class TestCompare:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({}, ""),
            ({"temperature_degc": D(23), "soc_percent": D(45)}, ""),
            ({"temperature_degc": D(27), "soc_percent": D(55)}, ""),
            ({"temperature_degc": D("22.9")}, "temperature in °C is 22.9, outside 23 to 27"),
            ({"temperature_degc": D("27.1")}, "temperature in °C is 27.1, outside 23 to 27"),
            ({"soc_percent": D("44.9")}, "state of charge in % is 44.9, outside 45 to 55"),
            ({"soc_percent": D("55.1")}, "state of charge in % is 55.1, outside 45 to 55"),
            ({"soc_percent": None}, "state of charge in % is not recorded"),
            ({"temperature_degc": D(5), "soc_percent": D(90)},
             "temperature in °C is 5, outside 23 to 27; state of charge in % is 90, outside 45 to 55"),
        ],
    )  # fmt: skip
    def test_counts_only_like_with_like(self, changes, why):
        found = compare(SEED, replace(MEASURED, **changes), BASELINE)

        assert (found.is_comparable, found.why, found.ir_ratio) == (not why, why, D("1.2"))

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"temperature_degc": None}, "baseline temperature in °C is not recorded"),
            ({"soc_percent": D(80)}, "baseline state of charge in % is 80, outside 45 to 55"),
        ],
    )
    def test_asks_the_same_of_the_baseline(self, changes, why):
        assert compare(SEED, MEASURED, replace(BASELINE, **changes)).why == why

    @pytest.mark.parametrize(
        ("measured", "baseline", "why"),
        [
            ({"method": "ac_1khz", "pulse_duration_s": None}, {},
             "method ac_1khz differs from the baseline's dc_pulse"),
            ({}, {"method": "ac_1khz", "pulse_duration_s": None},
             "method dc_pulse differs from the baseline's ac_1khz"),
            ({}, {"method": ""}, "method dc_pulse differs from the baseline's unrecorded method"),
            ({"pulse_duration_s": D(18)}, {}, "pulse of 18 s differs from the baseline's 10 s"),
            ({"pulse_duration_s": None}, {}, "a pulse length is not recorded"),
            ({}, {"pulse_duration_s": None}, "a pulse length is not recorded"),
        ],
    )  # fmt: skip
    def test_gives_no_ratio_of_two_kinds_of_resistance(self, measured, baseline, why):
        found = compare(SEED, replace(MEASURED, **measured), replace(BASELINE, **baseline))

        assert (found.ir_ratio, found.is_comparable, found.why) == (None, False, why)

    def test_needs_no_pulse_length_for_ac(self):
        ac = {"method": "ac_1khz", "pulse_duration_s": None}

        assert compare(SEED, replace(MEASURED, **ac), replace(BASELINE, **ac)).is_comparable

    def test_has_no_ratio_without_a_baseline(self):
        found = compare(SEED, MEASURED, None)

        assert (found.ir_ratio, found.is_comparable, found.why) == (
            None,
            False,
            "there is no baseline to compare with",
        )
