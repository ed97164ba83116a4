"""Voltages no cell shows, and records that were lost, doubled or moved while the clock runs on."""

from dataclasses import replace

import numpy as np
import pytest

from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, Reading
from tests.grading.domain.cyclers.synthetic import MAX_V, MIN_V, RATED_AH, full_test

KNOWN = Parameters(rated_capacity_ah=RATED_AH, voltage_min_v=MIN_V, voltage_max_v=MAX_V)


def codes(reading: Reading) -> set[str]:
    return {flag.code for flag in derive(reading, KNOWN).flags}


def discharging(reading: Reading) -> np.ndarray:
    """Return the places of the longest discharge."""
    at = np.flatnonzero(reading.current_a < -0.1)
    pieces = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    return max(pieces, key=len)


def kept(reading: Reading, index: np.ndarray, *, restamped: bool = False) -> Reading:
    """Return some records; restamped, each time follows the one before by the usual interval."""
    whole = {
        name: value[index]
        for name, value in vars(reading).items()
        if isinstance(value, np.ndarray) and len(value) == len(reading)
    }
    if restamped:
        passed = np.diff(reading.time_s, prepend=reading.time_s[0])[index]
        whole["time_s"] = np.cumsum(passed)
    warmth = {name: value[index] for name, value in reading.temperature_degc.items()}
    return replace(reading, temperature_degc=warmth, **whole)


class TestWholeFile:
    def test_finds_nothing_in_a_clean_file(self):
        found = codes(full_test())

        assert not found & {"W_SPIKE", "W_JUMP", "W_FROZEN", "W_STATE", "W_CLOCK", "W_BALANCE", "W_PULSE"}
        assert not {code for code in found if code.startswith("E_")}


class TestShape:
    @pytest.mark.parametrize("value", [0.0, -3.6, 3600.0])
    def test_names_a_lone_voltage_far_off(self, value):
        reading = full_test()
        voltage = reading.voltage_v.copy()
        voltage[discharging(reading)[50]] = value

        found = codes(replace(reading, voltage_v=voltage))

        assert found & {"W_SPIKE", "E_UNIT", "E_PACKTYPE"}

    def test_names_a_voltage_that_jumps_under_steady_current(self):
        reading = full_test()
        at = discharging(reading)
        voltage = reading.voltage_v.copy()
        voltage[at[len(at) // 3 : len(at) // 2]] *= 1.05

        assert "W_JUMP" in codes(replace(reading, voltage_v=voltage))

    def test_names_a_voltage_that_stands(self):
        reading = full_test()
        at = discharging(reading)
        voltage = reading.voltage_v.copy()
        voltage[at[len(at) // 3 : len(at) // 2]] = voltage[at[len(at) // 3]]

        assert "W_FROZEN" in codes(replace(reading, voltage_v=voltage))

    def test_names_records_whose_state_says_something_else(self):
        reading = full_test()
        state = np.where(reading.current_a > 0.1, CHARGE, np.where(reading.current_a < -0.1, DISCHARGE, REST))
        at = discharging(reading)
        turned = state.copy()
        turned[at[10 : 10 + len(at) // 20]] = CHARGE

        assert "W_STATE" not in codes(replace(reading, state=state))
        assert "W_STATE" in codes(replace(reading, state=turned))


class TestOrder:
    def test_names_a_part_of_a_discharge_taken_out_and_stamped_anew(self):
        reading = full_test()
        at = discharging(reading)
        gone = at[len(at) // 3 : len(at) // 2]
        index = np.setdiff1d(np.arange(len(reading)), gone)

        found = codes(kept(reading, index, restamped=True))

        assert found & {"W_JUMP", "W_CLOCK", "W_BALANCE", "E_COUNTER"}

    def test_names_a_part_of_a_discharge_written_twice_and_stamped_anew(self):
        reading = full_test()
        at = discharging(reading)
        first, last = int(at[len(at) // 3]), int(at[len(at) // 2])
        index = np.concatenate((np.arange(last), np.arange(first, len(reading))))

        found = codes(kept(reading, index, restamped=True))

        assert found & {"E_ORDER", "W_JUMP", "W_CLOCK"}

    def test_names_a_counter_that_moves_while_no_current_is_written(self):
        reading = full_test()
        at = discharging(reading)
        counted = np.cumsum(np.maximum(-reading.current_a, 0) * np.diff(reading.time_s, prepend=0.0)) / 3600
        current = reading.current_a.copy()
        current[at[len(at) // 2 :]] = 0.0
        charged = np.cumsum(np.maximum(reading.current_a, 0) * np.diff(reading.time_s, prepend=0.0)) / 3600

        found = codes(replace(reading, current_a=current, charge_ah=charged, discharge_ah=counted))

        assert "E_COUNTER" in found

    def test_doubts_voltages_a_thousand_times_too_small(self):
        reading = full_test()
        unknown = Parameters(rated_capacity_ah=RATED_AH)

        derived = derive(replace(reading, voltage_v=reading.voltage_v / 1000), unknown)

        assert "E_UNIT" in {flag.code for flag in derived.flags}

    @pytest.mark.parametrize(
        ("factor", "found"),
        [
            (1.0, set()),
            (1.0009, set()),
            (1.01, {"W_CLOCK"}),
            (60.0, {"E_TIME_UNIT"}),
            (1e-3, {"E_TIME_UNIT"}),
        ],
    )
    def test_compares_the_time_with_the_dates(self, factor, found):
        reading = full_test()
        span = float(reading.time_s[-1] - reading.time_s[0]) * factor

        told = codes(replace(reading, meta={"clock_span_s": span}))

        assert told & {"W_CLOCK", "E_TIME_UNIT"} == found
