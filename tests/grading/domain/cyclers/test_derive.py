"""Every case of CYCLERS.md 3.7, 3.4 and 3.1 on records made up for it."""

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
    return full_test()


def codes(reading: Reading, parameters: Parameters = KNOWN) -> set[str]:
    return {flag.code for flag in derive(reading, parameters).flags if not flag.code.startswith("I_")}


class TestFullTest:
    def test_concludes_without_a_warning(self, whole):
        derived = derive(whole, KNOWN)

        assert derived.concludes
        assert [flag.code for flag in derived.flags] == ["I_COUNTER"]
        assert [chain.accepted for chain in derived.chains] == [True, True]
        assert derived.soh_percent == pytest.approx(100 * derived.capacity_ah / RATED_AH)
        assert derived.temperature is not None

    def test_takes_the_last_of_two_that_agree(self, whole):
        derived = derive(whole, KNOWN)

        assert derived.capacity_chain == 1
        assert derived.chains[0].ah == pytest.approx(derived.chains[1].ah, rel=1e-3)

    def test_agrees_with_the_counter(self, whole):
        chain = derive(whole, KNOWN).chains[0]

        assert chain.counter_ah == pytest.approx(chain.ah, rel=1e-3)

    def test_names_the_rows_used(self, whole):
        derived = derive(whole, KNOWN)

        first, last = (
            int(np.flatnonzero(whole.row == row)[0])
            for row in (derived.chains[0].row_from, derived.chains[0].row_to)
        )
        assert whole.current_a[first] > 0 > whole.current_a[last]
        assert whole.voltage_v[last] == pytest.approx(MIN_V)

    def test_is_the_same_again(self, whole):
        assert derive(whole, KNOWN).to_json() == derive(whole, KNOWN).to_json()

    def test_has_the_keys_of_read_cycler(self, whole):
        stored = derive(whole, KNOWN).to_json()

        assert list(stored)[:13] == [
            "format", "reader", "rows", "columns", "duration_s", "voltage_v", "current_a", "charge_ah",
            "discharge_ah", "capacity_chains", "pulses", "soh_percent", "flags",
        ]  # fmt: skip
        assert {"ah", "wh", "row_from", "row_to", "c_rate", "temperature_mean_degc"} <= set(
            stored["capacity_chains"][0]
        )
        assert list(stored["pulses"][0]["r_mohm"]) == ["0.1", "1", "10", "18", "30"]


class TestCharge:
    def test_counts_what_flowed_before_the_first_record(self):
        reading = Bench(interval_s=1.0).rest(10).pulse(-3.6, 10.0).rest(10).reading()

        assert derive(reading, Parameters()).discharge_ah == pytest.approx(3.6 * 10 / 3600)

    def test_takes_no_more_than_the_steps_own_time(self):
        reading = Reading(
            format="t", reader="t", reader_version="1", columns=(), row=np.arange(1, 5),
            time_s=np.array([0.0, 100.0, 110.0, 120.0]), voltage_v=np.array([3.6, 3.5, 3.4, 3.3]),
            current_a=np.array([0.0, -3.6, -3.6, -3.6]), step_time_s=np.array([0.0, 5.0, 15.0, 25.0]),
        )  # fmt: skip

        assert derive(reading, Parameters()).discharge_ah == pytest.approx(3.6 * 25 / 3600)


class TestRecords:
    def test_without_any(self, whole):
        assert codes(taken(whole, np.arange(0))) == {"E_EMPTY"}

    @pytest.mark.parametrize("name", ["time_s", "voltage_v", "current_a"])
    def test_without_a_column(self, whole, name):
        assert codes(replace(whole, **{name: np.full(len(whole), np.nan)})) >= {"E_EMPTY"}

    @pytest.mark.parametrize(("failed", "code"), [(10, "W_PARSE"), (11, "E_PARSE")])
    def test_lines_that_do_not_parse_beyond_a_thousandth(self, whole, failed, code):
        reading = replace(whole, unparsed_count=failed, unparsed_rows=(4711,), rows_in_file=10_000)

        flag = next(flag for flag in derive(reading, KNOWN).flags if "PARSE" in flag.code)

        assert flag.code == code
        assert "line 4711" in flag.message

    @pytest.mark.parametrize(("share", "code"), [(0.01, "W_NAN"), (0.0102, "E_NAN")])
    def test_missing_values_beyond_a_hundredth(self, whole, share, code):
        reading = taken(whole, np.arange(5000))
        voltage = reading.voltage_v.copy()
        voltage[: round(share * 5000) or 1] = np.nan

        assert code in codes(replace(reading, voltage_v=voltage))

    def test_repeated_ones_count_once(self, whole):
        derived = derive(taken(whole, np.repeat(np.arange(len(whole)), 2)), KNOWN)

        assert "W_DUP" in {flag.code for flag in derived.flags}
        assert derived.capacity_ah == derive(whole, KNOWN).capacity_ah

    def test_a_clock_that_falls_back_under_load(self, whole):
        at = int(np.flatnonzero(whole.current_a < 0)[50])
        time = whole.time_s.copy()
        time[at:] -= time[at]

        assert "E_TIME_RESTART" in codes(replace(whole, time_s=time))

    def test_a_clock_that_falls_back_in_a_rest(self, whole):
        at = int(np.flatnonzero(whole.current_a != 0)[0]) - 50
        time = whole.time_s.copy()
        time[at:] -= time[at]

        assert codes(replace(whole, time_s=time)) == {"W_TIME_RESTART"}


class TestSign:
    def test_inverted(self, whole):
        derived = derive(scaled(whole, -1.0, "current_a"), KNOWN)

        assert "E_SIGN" in {flag.code for flag in derived.flags}
        assert derived.soh_percent is None

    def test_inverted_and_answered(self, whole):
        told = replace(KNOWN, answers={"sign": "inverted"})

        derived = derive(scaled(whole, -1.0, "current_a"), told)

        assert derived.soh_percent == derive(whole, KNOWN).soh_percent
        assert derived.decisions["sign"] == "answer: inverted"
        assert "I_ANSWER" in {flag.code for flag in derived.flags}

    def test_unsigned_with_states(self, whole):
        derived = derive(replace(whole, current_a=np.abs(whole.current_a), signed=False), KNOWN)

        assert "W_SIGN_FROM_STATE" in {flag.code for flag in derived.flags}
        assert derived.soh_percent == derive(whole, KNOWN).soh_percent

    def test_unsigned_without_states(self):
        reading = Bench(interval_s=1.0).rest(10).pulse(5.0, 20.0).reading(state=None, signed=False)

        derived = derive(reading, Parameters())

        assert "W_SIGN_FROM_VOLTAGE" in {flag.code for flag in derived.flags}
        assert derived.charge_ah > 0 == derived.discharge_ah

    def test_unsigned_and_nothing_tells(self, whole):
        spoilt = replace(whole, current_a=np.abs(whole.current_a), state=None, signed=False)
        flat = replace(spoilt, voltage_v=np.full(len(whole), 3.7))

        assert "E_SIGN_UNKNOWN" in codes(flat)


class TestUnits:
    @pytest.mark.parametrize("columns", [("current_a",), ("current_a", "charge_ah", "discharge_ah")])
    @pytest.mark.parametrize("factor", [1000.0, 0.001])
    def test_of_the_current(self, whole, factor, columns):
        found = codes(scaled(whole, factor, *columns))

        assert found & {"E_UNIT", "E_NO_LOAD"}

    def test_of_the_current_answered(self, whole):
        told = replace(KNOWN, answers={"current_unit": "mA"})

        derived = derive(scaled(whole, 1000.0, "current_a"), told)

        assert derived.soh_percent == pytest.approx(derive(whole, KNOWN).soh_percent)

    @pytest.mark.parametrize("factor", [1000.0, 1 / 60, 1 / 3600])
    @pytest.mark.parametrize("counted", [True, False])
    def test_of_the_time(self, whole, factor, counted):
        reading = whole if counted else replace(whole, charge_ah=None, discharge_ah=None)

        assert codes(scaled(reading, factor, "time_s", "step_time_s")) & {"E_TIME_UNIT", "E_UNIT"}

    def test_without_a_rated_capacity(self, whole):
        derived = derive(whole, replace(KNOWN, rated_capacity_ah=None))

        assert derived.soh_percent is None
        assert derived.capacity_ah is not None
        assert "W_NO_REFERENCE" in {flag.code for flag in derived.flags}

    @pytest.mark.parametrize(("rated", "found"), [(50.0, "E_RANGE"), (9.0, "E_RANGE"), (9.5, None)])
    def test_of_the_reference(self, whole, rated, found):
        derived = derive(whole, replace(KNOWN, rated_capacity_ah=rated, c_rate=None))

        assert ("E_RANGE" in {flag.code for flag in derived.flags}) == (found == "E_RANGE")
        assert (derived.soh_percent is None) == (found == "E_RANGE")

    def test_a_pack_without_its_series_count(self, whole):
        pack = scaled(whole, 96.0, "voltage_v")

        assert "E_PACKTYPE" in codes(pack, Parameters(rated_capacity_ah=RATED_AH))
        known = replace(KNOWN, voltage_min_v=288.0, voltage_max_v=403.2, series_count=96)
        assert derive(pack, known).chains[0].accepted
