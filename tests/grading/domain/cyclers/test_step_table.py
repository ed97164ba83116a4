"""A table of steps: capacity, resistances, and every way to spoil it."""

from dataclasses import replace

import numpy as np
import pytest

from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, StepReading

KNOWN = Parameters(rated_capacity_ah=25.0, voltage_min_v=2.7, voltage_max_v=4.2)
LINES = [
    # state, s, A at the end, V at start, V at end, Ah, Wh
    (REST, 30.0, 0.0, 4.04, 4.04, 0.0, 0.0),
    (CHARGE, 1512.0, 1.25, 4.12, 4.20, 2.68, 11.2),
    (REST, 1200.0, 0.0, 4.196, 4.185, 0.0, 0.0),
    (DISCHARGE, 2880.0, -25.0, 4.11, 2.70, 20.0, 72.0),
    (REST, 1200.0, 0.0, 2.80, 3.27, 0.0, 0.0),
    (CHARGE, 180.0, 25.0, 3.35, 3.62, 1.25, 4.40),
    (REST, 600.0, 0.0, 3.55, 3.50, 0.0, 0.0),
    (CHARGE, 5.0, 25.0, 3.56, 3.60, 0.0347, 0.124),
    (REST, 75.0, 0.0, 3.52, 3.50, 0.0, 0.0),
    (DISCHARGE, 5.0, -25.0, 3.44, 3.40, 0.0347, 0.119),
]


def table(**changes) -> StepReading:
    state, duration, current, start, end, ah, wh = (np.array(column) for column in zip(*LINES, strict=True))
    values = {
        "format": "synthetic",
        "reader": "tests",
        "reader_version": "1",
        "columns": (),
        "row": np.arange(2, len(LINES) + 2),
        "state": state,
        "duration_s": duration,
        "current_a": current,
        "voltage_start_v": start,
        "voltage_end_v": end,
        "capacity_ah": ah,
        "energy_wh": wh,
        "temperature_degc": np.full(len(LINES), 25.0),
        "soc_percent": np.full(len(LINES), np.nan),
        "rows_in_file": len(LINES),
    }
    return StepReading(**(values | changes))


def codes(reading: StepReading, parameters: Parameters = KNOWN) -> set[str]:
    return {flag.code for flag in derive(reading, parameters).flags}


def scaled(factor: float, *names: str) -> StepReading:
    return table(**{name: getattr(table(), name) * factor for name in names})


def changed(line: int, **values: float) -> StepReading:
    whole = table()
    columns = {name: getattr(whole, name).astype(float) for name in values}
    for name, value in values.items():
        columns[name][line] = value
    return replace(whole, **columns)


def counted(order, **changes) -> StepReading:
    """The table's lines in some order, with the tester's count and clock as they belong to each line."""
    whole = table()
    start = np.cumsum(whole.duration_s + 0.3) - whole.duration_s
    whole = replace(whole, number=np.arange(1, len(LINES) + 1), clock_s=1e9 + start)
    index = np.array(order)
    names = [name for name in vars(whole) if isinstance(getattr(whole, name), np.ndarray)]
    return replace(whole, **({name: getattr(whole, name)[index] for name in names} | changes))


class TestDerive:
    def test_gives_capacity_and_soh(self):
        derived = derive(table(), KNOWN)

        assert derived.flags == ()
        assert derived.capacity_ah == 20.0
        assert derived.soh_percent == 80.0
        assert (derived.chains[0].row_from, derived.chains[0].row_to) == (3, 5)

    def test_gives_resistances_at_the_end_of_the_pulses(self):
        derived = derive(table(), KNOWN)

        assert [pulse.to_json()["r_mohm"] for pulse in derived.pulses] == [
            {"5": pytest.approx(4.0)},
            {"5": pytest.approx(4.0)},
        ]
        assert derived.pulses[0].soc_percent == pytest.approx(6.25)

    @pytest.mark.parametrize(
        ("reading", "found"),
        [
            (scaled(1000.0, "current_a"), {"E_UNIT"}),
            (scaled(1000.0, "duration_s"), {"E_UNIT"}),
            (scaled(1 / 60, "duration_s"), {"E_TIME_UNIT"}),
            (scaled(1 / 3600, "duration_s"), {"E_TIME_UNIT"}),
            (scaled(1000.0, "current_a", "capacity_ah", "energy_wh"), {"E_UNIT"}),
            (scaled(0.001, "current_a", "capacity_ah", "energy_wh"), {"E_UNIT"}),
            (scaled(-1.0, "current_a"), {"E_SIGN"}),
            (table(state=-table().state), {"E_SIGN"}),
            (scaled(1.1, "capacity_ah"), {"E_COUNTER"}),
            (scaled(1.01, "capacity_ah"), {"W_COUNTER"}),
            (scaled(1000.0, "energy_wh"), {"E_UNIT"}),
            (changed(9, current_a=25.0), {"E_SIGN_UNKNOWN"}),
            (changed(9, voltage_end_v=3.55), {"E_SIGN_UNKNOWN"}),
            (changed(9, voltage_end_v=3.50), {"W_FROZEN"}),
            (changed(8, voltage_end_v=35.0), {"E_UNIT"}),
            (changed(7, current_a=25.4), {"W_COUNTER"}),
            (changed(7, energy_wh=0.2), {"W_ENERGY"}),
            (counted([0, 1, 2, 3, 4, 5, 6, 9, 8, 7]), {"E_ORDER"}),
            (counted([*range(8), 6, 7, 8, 9]), {"E_ORDER"}),
            (counted([0, 1, 2, 3, 4, 5, 8, 9]), {"W_GAP"}),
            (counted([0, 1, 3, 4, 5, 6, 7, 8, 9]), {"W_GAP", "E_INCOMPLETE"}),
            (counted([0, 1, 2, 3, 4, 5, 8, 9], number=None), {"W_GAP"}),
            (table(capacity_ah=np.full(len(LINES), np.nan)), {"E_EMPTY"}),
            (table(current_a=np.zeros(len(LINES))), {"E_NO_LOAD"}),
        ],
    )
    def test_doubts_what_does_not_fit(self, reading, found):
        derived = derive(reading, KNOWN)

        assert found <= {flag.code for flag in derived.flags}
        if all(code.startswith("E_") for code in found):
            assert derived.soh_percent is None

    def test_judges_gaps_by_the_testers_clock_and_count(self):
        derived = derive(counted(range(10)), KNOWN)

        assert derived.flags == ()
        verdicts = {rule.code: rule.passed for rule in derived.chains[0].rules}
        assert verdicts["4_no_gap"] is True

    @pytest.mark.parametrize("last", range(1, len(LINES)))
    def test_cut_off_anywhere_states_nothing_wrong(self, last):
        whole = table()
        names = [name for name in vars(whole) if isinstance(getattr(whole, name), np.ndarray)]

        derived = derive(replace(whole, **{name: getattr(whole, name)[:last] for name in names}), KNOWN)

        assert derived.capacity_ah in (None, 20.0)
        assert derived.capacity_ah == 20.0 or not derived.concludes

    def test_counts_a_step_written_twice_once(self):
        whole = table()
        order = [0, 1, 2, 3, 3, *range(4, len(LINES))]
        names = [name for name in vars(whole) if isinstance(getattr(whole, name), np.ndarray)]

        derived = derive(replace(whole, **{name: getattr(whole, name)[order] for name in names}), KNOWN)

        assert derived.capacity_ah == 20.0
        assert "W_DUP" in {flag.code for flag in derived.flags}
