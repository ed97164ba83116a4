"""Pulses and rest voltages: what counts as one, and the numbers (CYCLERS.md 3.2, 3.3, 3.6)."""

from dataclasses import replace

import numpy as np
import pytest

from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.pulses import sampled_words
from grading.domain.cyclers.table import Reading
from tests.grading.domain.cyclers.synthetic import MAX_V, MIN_V, OHM, RATED_AH, Bench, full_test

KNOWN = Parameters(rated_capacity_ah=RATED_AH, voltage_min_v=MIN_V, voltage_max_v=MAX_V)


def one_pulse(*, seconds: float = 30.0, amperes: float = -12.0, rest_s: float = 600.0) -> Reading:
    return Bench(interval_s=1.0).rest(rest_s + 0.01).pulse(amperes, seconds).rest(600).reading()


def failed(reading: Reading, after_s: float = 10.0) -> set[str]:
    pulse = derive(reading, KNOWN).pulses[0]
    resistance = next(each for each in pulse.resistances if each.after_s == after_s)
    return {rule.code for rule in resistance.rules if rule.passed is False}


def clipping(reading: Reading, parameters: Parameters = KNOWN) -> list[str]:
    rules = derive(reading, parameters).pulses[0].resistances[0].rules
    return [rule.finding for rule in rules if rule.code == "not_clipped" and not rule.passed]


class TestPulse:
    @pytest.mark.parametrize(("seconds", "found"), [(130.0, 1), (130.2, 0)])
    def test_lasts_at_most_130_s(self, seconds, found):
        assert len(derive(one_pulse(seconds=seconds), KNOWN).pulses) == found

    @pytest.mark.parametrize(("rest_s", "found"), [(3.01, 1), (2.0, 0)])
    def test_follows_3_s_of_rest(self, rest_s, found):
        assert len(derive(one_pulse(rest_s=rest_s), KNOWN).pulses) == found

    @pytest.mark.parametrize(("ramp", "found"), [(0.04, 1), (0.07, 0)])
    def test_keeps_its_current(self, ramp, found):
        reading = one_pulse()
        load = reading.current_a != 0
        current = reading.current_a.copy()
        current[load] *= np.linspace(1, 1 + ramp, int(load.sum()))

        assert len(derive(replace(reading, current_a=current), KNOWN).pulses) == found

    @pytest.mark.parametrize("amperes", [-12.0, 12.0])
    def test_gives_ohms_law(self, amperes):
        reading = Bench(interval_s=1.0).rest(600.01).pulse(amperes, 30.0).rest(60).reading()
        exact = replace(reading, voltage_v=3.7 + OHM * reading.current_a)

        pulse = derive(exact, KNOWN).pulses[0]

        assert [each.after_s for each in pulse.resistances] == [0.1, 1.0, 10.0, 18.0, 30.0]
        assert [each.r_mohm for each in pulse.resistances] == pytest.approx([4.0] * 5)
        assert pulse.direction == ("charge" if amperes > 0 else "discharge")
        assert pulse.c_rate == pytest.approx(1.0)
        assert pulse.rest_before_s == pytest.approx(600)

    def test_states_no_resistance_beyond_its_end(self):
        lengths = [each.after_s for each in derive(one_pulse(seconds=12.0), KNOWN).pulses[0].resistances]

        assert lengths == [0.1, 1.0, 10.0]

    def test_knows_its_state_of_charge_after_a_full_charge(self):
        pulse = derive(full_test(), KNOWN).pulses[0]

        assert pulse.soc_percent == pytest.approx(48, abs=6)
        assert pulse.soc_source == "counted against the measured capacity"

    def test_does_not_know_it_otherwise(self):
        assert derive(one_pulse(), KNOWN).pulses[0].soc_percent is None


class TestValidity:
    def test_holds(self):
        assert failed(one_pulse(amperes=-6.0)) <= {"soc_change"}

    @pytest.mark.parametrize(("rest_s", "found"), [(180.0, False), (179.0, True)])
    def test_needs_3_minutes_of_rest(self, rest_s, found):
        assert ("rest" in failed(one_pulse(rest_s=rest_s))) == found

    def test_sees_a_drifting_rest(self):
        reading = one_pulse()
        rest = np.flatnonzero(reading.current_a == 0)
        voltage = reading.voltage_v.copy()
        voltage[rest] += 2e-3 / 60 * reading.time_s[rest]

        assert "drift" in failed(replace(reading, voltage_v=voltage))

    def test_sees_a_pulse_that_hits_a_limit(self):
        reading = one_pulse()

        lowered = reading.voltage_v - float(reading.voltage_v.min()) + MIN_V

        assert "not_clipped" in failed(replace(reading, voltage_v=lowered))
        assert clipping(replace(reading, voltage_v=lowered)) == [
            "The voltage went to 3 V, the cut-off is 3 V."
        ]

    def test_cannot_tell_without_cut_offs_whether_a_pulse_hits_one(self):
        assert clipping(one_pulse(), Parameters()) == [
            "Without declared cut-offs nothing tells whether the voltage was held at one."
        ]

    @pytest.mark.parametrize("spoil", ["stands", "goes back"])
    def test_names_a_pulse_whose_voltage_stands_or_goes_back(self, spoil):
        reading = one_pulse()
        load = np.flatnonzero(reading.current_a != 0)
        voltage = reading.voltage_v.copy()
        voltage[load] -= np.linspace(0, 0.02, len(load))
        whole = derive(replace(reading, voltage_v=voltage), KNOWN)
        if spoil == "stands":
            voltage[load[len(load) // 4 : -len(load) // 4]] = voltage[load[len(load) // 4]]
        else:
            voltage[load[len(load) // 4]] = voltage[load[0] - 1]

        spoilt = derive(replace(reading, voltage_v=voltage), KNOWN)

        assert "W_PULSE" not in {flag.code for flag in whole.flags}
        assert "W_PULSE" in {flag.code for flag in spoilt.flags}

    @pytest.mark.parametrize(("amperes", "found"), [(-11.9, False), (-12.1, True)])
    def test_moves_at_most_1_percent_of_the_charge(self, amperes, found):
        assert ("soc_change" in failed(one_pulse(seconds=36.0, amperes=amperes))) == found

    def test_sees_a_coarse_voltage(self):
        reading = one_pulse(amperes=-6.0)

        assert "resolved" in failed(replace(reading, voltage_v=np.round(reading.voltage_v, 2)))


class TestRestVoltage:
    @pytest.mark.parametrize(
        ("seconds", "listed", "settled"), [(590, 0, []), (600, 1, [False]), (1800, 1, [True])]
    )
    def test_is_listed_from_10_and_settled_from_30_minutes(self, seconds, listed, settled):
        reading = Bench().pulse(6.0, 30.0).rest(seconds).reading()
        still = replace(reading, voltage_v=np.where(reading.current_a == 0, 3.7, reading.voltage_v))

        found = derive(still, KNOWN).ocv

        assert len(found) == listed
        assert [rest.settled for rest in found] == settled

    @pytest.mark.parametrize(("drift", "settled"), [(0.9, True), (1.1, False)])
    def test_drifts_less_than_1_mv_in_10_minutes(self, drift, settled):
        reading = Bench().rest(3600).reading()
        drifting = replace(reading, voltage_v=3.7 + drift * 1e-3 / 600 * reading.time_s)

        assert derive(drifting, KNOWN).ocv[0].settled == settled


class TestSampledWords:
    @pytest.mark.parametrize(
        ("nearest", "first", "length", "words"),
        [
            (0.0, 1.0, 1.0, "The first record came 1 s after the onset, later than 0.5 s."),
            (0.4, 0.6, 1.0, "The nearest record is 0.4 s away, limit 0.1 s."),
            (1.46e-12, 0.1, 10.0, "A record is right there, limit 0.5 s; the first came after 0.1 s."),
            (0.25, 0.5, 10.0, "The nearest record is 0.25 s away, limit 0.5 s; the first came after 0.5 s."),
        ],
    )
    def test_names_the_actual_reason_in_sensible_digits(self, nearest, first, length, words):
        allowed = max(0.1, 0.05 * length)

        assert sampled_words(nearest=nearest, allowed=allowed, first=first, length=length) == words
