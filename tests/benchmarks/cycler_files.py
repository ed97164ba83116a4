"""Large testers' files for the benchmarks: full charges and discharges with rests, as long as wanted."""

from pathlib import Path

import numpy as np
import polars as pl

from tests.grading.domain.cyclers.neware_files import CHARGE, DISCHARGE, REST, Step

RATED_AH = 10.0
VOLTAGES = (3.0, 4.2)
_PART_ROWS = 1_000_000
_DT_S = 0.1
_OHM = 0.002
_PHASES = ((0.0, 6_000), (1.0, 36_000), (0.04, 6_000), (0.0, 6_000), (-1.0, 36_240))
"""C-rate and records of each phase: an hour of charge that tapers, rests, and the same charge out again."""
_CYCLE_ROWS = sum(rows for _, rows in _PHASES)


def neware_steps(rows: int) -> list[Step]:
    """Return four steps that make about ``rows`` records, one a second."""
    each = rows // 4
    return [
        Step(REST, 0.0, each, (3.5, 3.5), 1),
        Step(CHARGE, 1.0, each, (3.5, 4.2), 1),
        Step(REST, 0.0, each, (4.15, 4.15), 1),
        Step(DISCHARGE, -1.0, each, (4.1, 3.0), 1),
    ]


def write_text(path: Path, rows: int) -> Path:
    """Write cycles at 1C, ten records a second, eight columns, part by part so that memory stays small."""
    rates = np.repeat([rate for rate, _ in _PHASES], [rows for _, rows in _PHASES])
    step = np.repeat(np.arange(len(_PHASES)), [rows for _, rows in _PHASES])
    amperes = rates * RATED_AH
    passed = np.cumsum(amperes) * _DT_S / 3600
    drop = RATED_AH * _OHM
    level = VOLTAGES[0] + drop + (VOLTAGES[1] - VOLTAGES[0] - 2 * drop) * passed / passed.max()
    volts = np.clip(level + amperes * _OHM, *VOLTAGES)
    with path.open("wb") as file:
        for first in range(0, rows, _PART_ROWS):
            number = np.arange(first, min(rows, first + _PART_ROWS))
            at, cycle = number % _CYCLE_ROWS, number // _CYCLE_ROWS
            part = pl.DataFrame({
                "Test Time / s": (number * _DT_S).round(1),
                "Voltage / V": volts[at].round(4),
                "Current / A": amperes[at],
                "Cycle Count / 1": cycle + 1,
                "Step Count / 1": cycle * len(_PHASES) + step[at] + 1,
                "Ambient Temperature / degC": 25 + (at % 10) / 10,
                "Charging Capacity / Ah": np.maximum.accumulate(passed)[at].round(6),
                "Discharging Capacity / Ah": (np.maximum.accumulate(passed) - passed)[at].round(6),
            })  # fmt: skip
            part.write_csv(file, include_header=first == 0)
    return path
