"""Gaps, counters, sampling, sensors, load and limits at their exact boundaries (CYCLERS.md 3.4, 3.7)."""

from dataclasses import replace

import numpy as np
import pytest

from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Reading
from tests.grading.domain.cyclers.mutants import scaled, taken
from tests.grading.domain.cyclers.synthetic import MAX_V, MIN_V, RATED_AH, Bench, full_test

KNOWN = Parameters(rated_capacity_ah=RATED_AH, voltage_min_v=MIN_V, voltage_max_v=MAX_V, c_rate=0.5)


@pytest.fixture(scope="module")
def whole() -> Reading:
    return full_test(pulses=False)


def codes(reading: Reading, parameters: Parameters = KNOWN) -> set[str]:
    return {flag.code for flag in derive(reading, parameters).flags if not flag.code.startswith("I_")}


def without(reading: Reading, start: int, count: int) -> Reading:
    return taken(reading, np.delete(np.arange(len(reading)), np.arange(start, start + count)))


class TestGap:
    @pytest.mark.parametrize(("lost", "found"), [(5, False), (6, True)])
    def test_is_longer_than_60_s(self, whole, lost, found):
        middle = int(np.flatnonzero(whole.current_a < 0)[100])

        assert ("W_GAP_BRIDGED" in codes(without(whole, middle, lost))) == found

    def test_is_bridged_while_current_and_step_stand(self, whole):
        middle = int(np.flatnonzero(whole.current_a < 0)[100])

        derived = derive(without(whole, middle, 50), KNOWN)

        assert derived.chains[0].accepted
        assert derived.chains[0].ah == pytest.approx(derive(whole, KNOWN).chains[0].ah, rel=1e-6)

    @pytest.mark.parametrize(("factor", "code"), [(0.9901, "W_GAP_BRIDGED"), (0.9899, "E_GAP")])
    def test_is_broken_where_the_current_differs_by_more_than_a_hundredth(self, whole, factor, code):
        discharging = np.flatnonzero(whole.current_a < 0)
        current = whole.current_a.copy()
        current[discharging[150] : discharging[-1] + 1] *= factor
        bare = replace(whole, current_a=current, charge_ah=None, discharge_ah=None)

        assert code in codes(without(bare, int(discharging[100]), 50))

    def test_is_broken_where_the_step_changed(self, whole):
        middle = int(np.flatnonzero(whole.current_a < 0)[100])
        step = whole.step.copy()
        step[middle + 50 :] += 1

        derived = derive(without(replace(whole, step=step), middle, 50), KNOWN)

        assert "E_GAP" in {flag.code for flag in derived.flags}
        assert derived.soh_percent is None


class TestCounter:
    @pytest.mark.parametrize(
        ("factor", "code"),
        [
            (1.0045, None),
            (1.0065, "W_COUNTER"),
            (1.019, "W_COUNTER"),
            (1.022, "E_COUNTER"),
            (0.975, "E_COUNTER"),
        ],
    )
    def test_warns_beyond_half_a_percent_and_rejects_beyond_two(self, whole, factor, code):
        found = codes(scaled(whole, factor, "charge_ah", "discharge_ah"))

        assert found - {"E_INCOMPLETE"} == ({code} if code else set())

    @pytest.mark.parametrize("written", ["step", "never", "never, 0 in between", "net"])
    def test_is_understood_however_it_starts_anew(self, whole, written):
        charge, discharge, net = whole.charge_ah.copy(), whole.discharge_ah.copy(), None
        if written == "step":
            charge, discharge = of_each_step(whole)
        elif written == "never, 0 in between":
            charge[whole.current_a <= 0], discharge[whole.current_a >= 0] = 0.0, 0.0
        elif written == "net":
            net, charge, discharge = charge - discharge, None, None

        reading = replace(whole, charge_ah=charge, discharge_ah=discharge, net_ah=net)

        derived = derive(reading, KNOWN)
        assert derived.concludes
        assert "W_COUNTER" not in {flag.code for flag in derived.flags}
        assert derived.chains[0].counter_ah == pytest.approx(derived.chains[0].ah, rel=2e-3)

    def test_stands_in_for_a_coarse_current(self, whole):
        coarse = (
            np.sign(whole.current_a) * np.floor(np.abs(whole.current_a) * 2 + np.arange(len(whole)) % 2) / 2
        )
        coarse[np.abs(whole.current_a) < 1e-9] = 0.0

        derived = derive(replace(whole, current_a=coarse), KNOWN)

        assert "W_RESOLUTION" in {flag.code for flag in derived.flags}
        assert derived.decisions["charge"] == "tester's counter"
        assert derived.discharge_ah == pytest.approx(derive(whole, KNOWN).discharge_ah, rel=2e-3)


def of_each_step(reading: Reading) -> tuple[np.ndarray, np.ndarray]:
    """The counters of a tester that counts each step from 0 and writes 0 in all others."""
    counters = []
    for counter in (reading.charge_ah, reading.discharge_ah):
        own = np.zeros(len(counter))
        for step in np.unique(reading.step):
            at = np.flatnonzero(reading.step == step)
            before = counter[at[0] - 1] if at[0] else 0.0
            own[at] = counter[at] - before
        counters.append(own)
    return counters[0], counters[1]


class TestLoad:
    @pytest.mark.parametrize(("share", "found"), [(0.99, True), (1.01, False)])
    def test_is_none_below_a_thousandth_of_the_rated_capacity(self, share, found):
        bench = Bench().rest(100)
        bench.pulse(-0.001 * RATED_AH * share, 60.0).rest(100)

        assert ("E_NO_LOAD" in codes(bench.reading(), Parameters(rated_capacity_ah=RATED_AH))) == found

    def test_is_none_in_a_rest(self):
        derived = derive(Bench().rest(3600).reading(), Parameters())

        assert "E_NO_LOAD" in {flag.code for flag in derived.flags}
        assert len(derived.ocv) == 1

    def test_is_incomplete_with_a_charge_only(self):
        assert "E_INCOMPLETE" in codes(Bench().rest(100).charge_full(6.0).rest(100).reading())

    def test_is_incomplete_when_stopped_early(self):
        reading = Bench().charge_full(6.0).rest(3600).discharge(6.0, until_v=3.42).rest(3600).reading()

        flag = next(flag for flag in derive(reading, KNOWN).flags if flag.code == "E_INCOMPLETE")

        assert "ended at 3.42 V, cut-off 3 V" in flag.message
        assert "lower bound" in flag.message

    def test_stopped_early_by_the_file_without_known_limits(self):
        reading = Bench().charge_full(6.0).rest(3600).discharge(6.0, until_v=3.42).reading()

        derived = derive(reading, Parameters(rated_capacity_ah=RATED_AH))

        assert "E_INCOMPLETE" in {flag.code for flag in derived.flags}
        assert derived.soh_percent is None

    def test_start_that_is_not_full_is_a_lower_bound(self, whole):
        derived = derive(whole, replace(KNOWN, taper_c_rate=0.039))

        flag = next(flag for flag in derived.flags if flag.code == "W_START_NOT_FULL")
        assert "lower bound" in flag.message
        assert not derived.chains[0].accepted


class TestTemperature:
    @pytest.mark.parametrize(
        ("degc", "found"), [(20.0, None), (19.9, "W_TEMP"), (30.0, None), (30.1, "W_TEMP")]
    )
    def test_mean_must_lie_in_the_window(self, whole, degc, found):
        reading = replace(whole, temperature_degc={"T": np.full(len(whole), degc)})

        assert codes(reading) == ({found} if found else set())

    @pytest.mark.parametrize("degc", [0.0, -2500.0, 300.0])
    def test_of_an_unplugged_sensor_is_none(self, whole, degc):
        reading = replace(whole, temperature_degc={"T": np.full(len(whole), degc)})

        assert codes(reading) == {"W_TEMP_UNKNOWN"}

    def test_takes_the_first_that_is_plugged_in(self, whole):
        both = {"off": np.zeros(len(whole)), "on": np.full(len(whole), 24.0)}

        derived = derive(replace(whole, temperature_degc=both), KNOWN)

        assert derived.chains[0].temperature.sensor == "on"
