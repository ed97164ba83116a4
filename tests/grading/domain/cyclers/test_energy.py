"""The tester's own count of energy as a witness of units (CYCLERS.md 0.3: never trust a header alone)."""

from dataclasses import replace

import numpy as np
import pytest

from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import CHARGE, Reading
from tests.grading.domain.cyclers.synthetic import full_test


def with_energy(reading: Reading, factor: float = 1.0) -> Reading:
    passed_h = np.diff(reading.time_s, prepend=reading.time_s[0]) / 3600
    power_w = reading.current_a * reading.voltage_v
    return replace(
        reading,
        charge_wh=factor * np.cumsum(np.clip(power_w, 0, None) * passed_h),
        discharge_wh=factor * np.cumsum(np.clip(-power_w, 0, None) * passed_h),
    )


def told(reading: Reading) -> list[str]:
    return [flag.message for flag in derive(reading, Parameters()).flags if flag.code == "W_ENERGY"]


@pytest.fixture(scope="module")
def whole() -> Reading:
    return with_energy(full_test())


class TestCompare:
    @pytest.mark.parametrize(
        ("factor", "is_told"), [(1.0, False), (0.96, False), (1.04, False), (0.94, True), (1.07, True)]
    )
    def test_tells_of_more_than_5_percent(self, factor, is_told):
        assert bool(told(with_energy(full_test(), factor))) == is_told

    @pytest.mark.parametrize("name", ["charge_wh", "discharge_wh"])
    def test_looks_at_each_direction(self, whole, name):
        assert told(replace(whole, **{name: getattr(whole, name) * 1000}))
        assert not told(replace(whole, **{name: None}))

    def test_tells_of_a_voltage_in_another_unit(self, whole):
        (message,) = told(replace(whole, voltage_v=whole.voltage_v * 1.2))

        assert "x1.2" in message

    def test_follows_a_counter_that_is_0_while_nothing_flows_its_way(self, whole):
        between = np.where(whole.state == CHARGE, whole.charge_wh, 0.0)

        assert not told(replace(whole, charge_wh=between))

    def test_follows_a_counter_that_begins_anew_with_each_step(self, whole):
        begins = np.flatnonzero(np.diff(whole.step, prepend=0) != 0)
        before = np.repeat(whole.charge_wh[np.maximum(begins - 1, 0)], np.diff(np.append(begins, len(whole))))

        assert not told(replace(whole, charge_wh=whole.charge_wh - before))

    def test_passes_over_blanks(self, whole):
        counter = whole.charge_wh.copy()
        counter[np.flatnonzero(whole.state != CHARGE)] = np.nan

        assert not told(replace(whole, charge_wh=counter))

    def test_says_nothing_of_a_voltage_that_crosses_zero(self, whole):
        assert not told(replace(whole, voltage_v=whole.voltage_v - 3.5))

    def test_says_nothing_without_a_load(self, whole):
        still = replace(whole, current_a=np.zeros(len(whole)), state=None)

        assert not told(still)
