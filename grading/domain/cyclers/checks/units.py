"""Units and ranges against what is known of the object (CYCLERS.md 3.7: mA as A, time unit, range)."""

import numpy as np

from grading.domain.cyclers.chains import Limits
from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.checks.counters import scale_of
from grading.domain.cyclers.checks.shape import some
from grading.domain.cyclers.derived import Chain
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace
from grading.domain.cyclers.words import duration

LOWEST_C_RATE = 0.005
HIGHEST_C_RATE = 50.0
NO_LOAD_C_RATE = 0.001
SLOWEST_CHAIN_S = 200 * 3600.0
FASTEST_CHAIN_S = 90.0
SLOWEST_RECORDS_S = 3600.0
HIGHEST_CELL_V = 5.5
LEAST_CELL_V = 0.05
HIGH_SHARE = 0.3
DATES_S, DATES_SHARE = 5.0, 0.001
LEAST_SPAN_S = 10.0


def no_load(trace: Trace, parameters: Parameters) -> list[Flag]:
    """E_NO_LOAD: no current above 0.001 C, or above the dead band where C is unknown."""
    largest = float(np.abs(trace.current_a).max())
    rated = parameters.rated_capacity_ah
    if (trace.sign != 0).any() and not (rated and largest < NO_LOAD_C_RATE * rated):
        return []
    text = f"No current (at most {largest:.3g} A): no capacity, no resistance"
    if rated and largest > 1e-6 and largest * 1000 >= NO_LOAD_C_RATE * rated and (trace.sign != 0).any():
        text += f". Or the header's unit is wrong: it is {largest / rated:.2g} C of the rated {rated:g} Ah"
    return [Flag("E_NO_LOAD", f"{text}. Rest voltage and temperature stand.")]


def current_against_rating(trace: Trace, parameters: Parameters) -> list[Flag]:
    """E_UNIT: the C-rate of the largest run is beyond what any test uses, so the unit is in doubt."""
    rated = parameters.rated_capacity_ah
    if not rated or not (trace.sign != 0).any():
        return []
    rate = float(np.quantile(np.abs(trace.current_a[trace.sign != 0]), 0.99)) / rated
    asked = parameters.answers.get("current_unit")
    if NO_LOAD_C_RATE <= rate < LOWEST_C_RATE:
        text = f"The load is {rate:.2g} C of the rated {rated:g} Ah: the values look 1000 times too small"
    elif rate > HIGHEST_C_RATE:
        text = (
            f"The load is {rate:.4g} C of the rated {rated:g} Ah: x1000, "
            "the header says A, values look like mA"
        )
    else:
        return []
    if asked:
        return [Flag("W_UNIT", f"{text}, but a person confirmed {asked}.")]
    return [Flag("E_UNIT", f"{text}. Confirm the unit.")]


def clock(trace: Trace, chains: tuple[Chain, ...], parameters: Parameters) -> list[Flag]:
    """E_TIME_UNIT: records hours apart, or a full discharge slower or faster than any test."""
    asked = parameters.answers.get("time_unit")
    step_s = some(np.diff(trace.time_s))
    step_s = step_s[step_s > 0]
    found = ""
    if len(step_s) and float(np.median(step_s)) > SLOWEST_RECORDS_S:
        found = f"records are {duration(float(np.median(step_s)))} apart by the clock"
    for chain in chains:
        mean_a = abs(chain.current_median_a)
        lasted = 3600 * abs(chain.ah) / mean_a if mean_a else 0.0
        if lasted > SLOWEST_CHAIN_S or lasted < FASTEST_CHAIN_S:
            found = found or f"a full discharge takes {duration(lasted)} by the clock"
    if not found:
        return []
    if asked:
        return [Flag("W_TIME_UNIT", f"By the file {found}, but a person confirmed {asked}.")]
    text = f"The time's unit is in doubt: {found}. Confirm whether the column is in s, ms, min or h."
    return [Flag("E_TIME_UNIT", text)]


def wall_clock(trace: Trace, span_s: float | None, parameters: Parameters) -> list[Flag]:
    """Compare the test's time with the dates of its records (CYCLERS.md 3.7: total time against wall clock).

    E_TIME_UNIT for a factor of a unit, W_CLOCK beyond 0.1 %: the tester stood still, or records are missing.
    """
    lasted = float(trace.time_s[-1] - trace.time_s[0]) if len(trace) else 0.0
    if span_s is None or lasted <= 0 or span_s <= 0:
        return []
    if abs(span_s - lasted) <= DATES_S + DATES_SHARE * max(span_s, lasted):
        return []
    text = f"By its dates the test took {duration(span_s)}, by its time {duration(lasted)}"
    if span_s >= LEAST_SPAN_S and not parameters.answers.get("time_unit") and scale_of(lasted / span_s):
        return [Flag("E_TIME_UNIT", f"{text}: the unit of the time is in doubt. Confirm it.")]
    return [
        Flag(
            "W_CLOCK",
            f"{text}: the tester stood still, or records are missing, doubled or timed wrongly.",
        )
    ]


def charge_against_rating(
    trace: Trace, sums: Sums, chains: tuple[Chain, ...], limits: Limits, parameters: Parameters
) -> list[Flag]:
    """E_UNIT or E_TIME_UNIT: a capacity, or any one run, off the rating by a factor of a unit.

    With a plausible C-rate the clock is to blame, otherwise the current.
    """
    rated = parameters.rated_capacity_ah
    if not rated or not len(trace.runs):
        return []
    largest = float(np.abs(sums.of_runs(trace)).max()) / rated
    found = None
    for chain in chains:
        ratio = abs(chain.ah) / rated
        if ratio > 10 or ratio < 0.05:
            found = (ratio, f"the discharge from full to empty is {ratio:.4g} times the rated {rated:g} Ah")
    emptied = _emptied(trace, sums, limits)
    if found is None and len(emptied) and emptied.max() < 0.05 * rated:
        ratio = float(emptied.max()) / rated
        found = (ratio, f"a discharge over the whole window moves {ratio:.4g} times the rated {rated:g} Ah")
    if found is None and largest > 3:
        found = (largest, f"one run moves {largest:.4g} times the rated {rated:g} Ah")
    if found is None:
        return []
    rate = float(np.median(np.abs(trace.current_a[trace.sign != 0]))) / rated
    code, what = ("E_TIME_UNIT", "time") if LOWEST_C_RATE <= rate <= HIGHEST_C_RATE else ("E_UNIT", "current")
    return [
        Flag(
            code, f"The unit of the {what} is in doubt: {found[1]}. Confirm the unit and the rated capacity."
        )
    ]


def _emptied(trace: Trace, sums: Sums, limits: Limits) -> Floats:
    """Return the Ah of each discharge from the upper part of the declared window to the lower cut-off."""
    runs = trace.runs
    if not limits.declared:
        return np.zeros(0)
    begin_v = trace.voltage_v[np.maximum(runs.first - 1, 0)]
    wide = begin_v >= limits.max_v - HIGH_SHARE * (limits.max_v - limits.min_v)
    ended = trace.voltage_v[runs.last] <= limits.min_v + limits.tolerance_v
    return -sums.of_runs(trace)[(runs.sign == -1) & wide & ended]


def voltage(trace: Trace, parameters: Parameters) -> list[Flag]:
    """E_UNIT for a voltage the object cannot have; E_PACKTYPE for a pack of unknown series count."""
    highest = float(np.quantile(np.abs(some(trace.voltage_v)), 0.99))
    flags = []
    cells = parameters.cells_in_series
    limit = parameters.voltage_max_v
    if limit and (highest > 2 * limit or highest < 0.05 * limit):
        text = f"The voltage is {highest:.4g} V, the upper cut-off {limit:g} V: check unit and pack type."
        flags.append(Flag("E_UNIT", text))
    elif cells and parameters.series_count and highest > HIGHEST_CELL_V * cells:
        text = (
            f"{highest:.4g} V over {cells} cells in series is more than any "
            "cell holds: check unit and pack type."
        )
        flags.append(Flag("E_UNIT", text))
    if highest < LEAST_CELL_V and np.any(trace.sign != 0):
        text = f"The voltage is at most {highest:.3g} V: the values look 1000 times too small."
        flags.append(Flag("E_UNIT", f"{text} Check the unit of the voltage."))
    if cells is None and highest > HIGHEST_CELL_V:
        text = (
            f"{highest:.4g} V is a pack's voltage: state the cells in series, "
            "without them no cut-off can be judged."
        )
        flags.append(Flag("E_PACKTYPE", text))
    return flags
