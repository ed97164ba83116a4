"""The tester's own counters against the integrated current (CYCLERS.md 3.7: counter reset, resolution)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.charge import Sums, of_runs
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace

WARN_SHARE = 0.005
REJECT_SHARE = 0.02
LARGE_RUN_SHARE = 0.05
RESOLUTION_SHARE = 0.01
SCALES = (1000.0, 3600.0, 60.0, 1 / 1000, 1 / 3600, 1 / 60)
SCALE_TOLERANCE = 0.2


@dataclass(frozen=True)
class Counted:
    """The tester's charge as one running sum, + charge, with the resets taken out; the shape is (n,)."""

    ah: Floats
    resets: str
    """``never``, ``run``, ``cycle``, ``other`` or ``net``: when the counter begins anew."""
    least_ah: float
    """The smallest step it ever made: its resolution, at worst."""

    def of_runs(self, trace: Trace) -> Floats:
        """Return the counted Ah of each run, + charge; shape (runs,)."""
        return of_runs(self.ah, trace)


def count(trace: Trace, sums: Sums) -> Counted | None:
    """Return the counters without their resets, or None where a file has none that move.

    Increments only: where a counter falls, its new value is what came since (CYCLERS.md 3.7). Whether
    it stands or
    is written as 0 while nothing flows is inferred: the reading nearer to the integrated charge is taken.
    """
    if trace.net_ah is not None:
        change = np.diff(trace.net_ah, prepend=trace.net_ah[:1])
        change[~np.isfinite(change)] = 0.0
        falls_to_zero = (np.abs(trace.net_ah) < 1e-12) & (np.abs(change) > 0) & (trace.sign * change <= 0)
        change[falls_to_zero] = 0.0
        if not change.any():
            return None
        return Counted(ah=np.cumsum(change), resets="net", least_ah=_least(change))
    if trace.charge_ah is None and trace.discharge_ah is None:
        return None
    mine = sums.of_runs(trace)
    best: Counted | None = None
    least_off = np.inf
    for changes in (_changes, _changes_under_load):
        way = _counted(trace, changes)
        if way is None:
            continue
        off = float(np.abs(way.of_runs(trace) - mine).sum())
        if off < least_off:
            best, least_off = way, off
        if off <= WARN_SHARE * float(np.abs(mine).sum()):
            break
    return best


def _counted(
    trace: Trace, changes: Callable[[Trace, Floats, int], tuple[Floats, np.ndarray]]
) -> Counted | None:
    total = np.zeros(len(trace))
    falls = np.zeros(len(trace), dtype=bool)
    least = np.inf
    for counter, sign in ((trace.charge_ah, 1), (trace.discharge_ah, -1)):
        if counter is None:
            continue
        change, fell = changes(trace, _filled(counter), sign)
        falls |= fell
        least = min(least, _least(change))
        if sign < 0:
            total -= change
        else:
            total += change
        del change
    if not total.any():
        return None
    np.cumsum(total, out=total)
    return Counted(ah=total, resets=_resets(trace, falls), least_ah=float(least))


def _filled(counter: Floats) -> Floats:
    """Return the counter with 0 where it is blank, itself where it is not."""
    known = np.isfinite(counter)
    return counter if known.all() else np.where(known, counter, 0.0)


def _changes(trace: Trace, counter: Floats, sign: int) -> tuple[Floats, np.ndarray]:
    """Return the increments from record to record, and where the counter fell."""
    change = np.diff(counter, prepend=counter[:1])
    fell = change < -1e-12
    change[fell] = counter[fell]
    return np.maximum(change, 0.0, out=change), fell


def _changes_under_load(trace: Trace, counter: Floats, sign: int) -> tuple[Floats, np.ndarray]:
    """Return the increments among the records of one direction: a maker may write 0 in between."""
    at = np.flatnonzero(trace.sign == sign)
    change = np.zeros(len(counter))
    fell = np.zeros(len(counter), dtype=bool)
    if len(at):
        change[at], fell[at] = _changes(trace, counter[at], sign)
    return change, fell


def _least(change: Floats) -> float:
    moved = np.abs(change[change != 0])
    return float(np.quantile(moved, 0.05)) if len(moved) else np.inf


def _resets(trace: Trace, falls: np.ndarray) -> str:
    at = np.flatnonzero(falls)
    if not len(at):
        return "never"
    starts = np.isin(at, trace.runs.first) | np.isin(at - 1, trace.runs.last)
    if trace.step is not None:
        starts |= trace.step[at] != trace.step[at - 1]
    loads = int((trace.runs.sign != 0).sum())
    if starts.mean() > 0.95:
        return "step" if len(at) >= 0.4 * loads else "cycle"
    return "schedule"


def compare(trace: Trace, sums: Sums, counted: Counted | None) -> list[Flag]:
    """Compare run by run: I_COUNTER how it counts, W_COUNTER beyond 0.5 %, E_COUNTER beyond 2 %.

    A factor of 1000, 60 or 3600 between the two is a unit: E_UNIT or E_TIME_UNIT.
    """
    if counted is None:
        text = "The file has no counter of its own: nothing in it confirms the amount of its current."
        return [Flag("W_NO_COUNTER", text)]
    flags = [Flag("I_COUNTER", f"The tester's counter starts anew: {counted.resets}.")]
    flags += _at_rest(trace, counted)
    mine = sums.of_runs(trace)
    theirs = counted.of_runs(trace)
    large = np.abs(mine) >= LARGE_RUN_SHARE * np.abs(mine).max() if len(mine) else np.zeros(0, dtype=bool)
    large &= trace.runs.sign != 0
    if not large.any():
        return flags
    mine, theirs, first = mine[large], theirs[large], trace.runs.first[large]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(mine / theirs)
    middle = float(np.median(ratio))
    if scale := scale_of(middle):
        return [*flags, scale_flag(middle, scale)]
    # A net counter may count a discharge up: what matters is that it keeps to one direction.
    turned = -1.0 if float((mine * theirs).sum()) < 0 else 1.0
    difference = np.abs(mine - turned * theirs)
    excess = np.where(
        difference <= counted.least_ah * 1.5, 0.0, difference / np.maximum(np.abs(theirs), 1e-12)
    )
    worst = int(np.argmax(excess))
    if excess[worst] <= WARN_SHARE:
        return flags + _apart(trace, sums, counted)
    text = (
        f"Integrated {mine[worst]:.5g} Ah, the tester counted {theirs[worst]:.5g} Ah: "
        f"{min(excess[worst] * 100, 1e6):.3g} % apart in the run from row {trace.row[first[worst]]}."
    )
    if excess[worst] > REJECT_SHARE:
        return [*flags, Flag("E_COUNTER", f"{text} Check units and the export's interval of records.")]
    return [*flags, Flag("W_COUNTER", text)]


def _apart(trace: Trace, sums: Sums, counted: Counted) -> list[Flag]:
    """W_COUNTER: the small runs, too small to be compared singly, are 0.5 % of the file apart together."""
    mine, theirs = sums.of_runs(trace), counted.of_runs(trace)
    loads = trace.runs.sign != 0
    turned = -1.0 if float((mine * theirs)[loads].sum()) < 0 else 1.0
    apart = np.abs(mine - turned * theirs)
    apart = np.where(apart > 3 * counted.least_ah, apart, 0.0)[loads]
    whole = float(np.abs(theirs[loads]).sum())
    if whole <= 0 or float(apart.sum()) <= WARN_SHARE * whole:
        return []
    first = int(trace.runs.first[loads][int(np.argmax(apart))])
    text = (
        f"Over all runs integrated and counted charge are {apart.sum():.4g} Ah apart, "
        f"{100 * float(apart.sum()) / whole:.3g} % of all, most of it in the run from row {trace.row[first]}."
    )
    return [Flag("W_COUNTER", text)]


def _at_rest(trace: Trace, counted: Counted) -> list[Flag]:
    """W_COUNTER, beyond 2 % E_COUNTER: the tester counted charge where the records show no current."""
    theirs = counted.of_runs(trace)
    resting = trace.runs.sign == 0
    if resting.all() or not resting.any():
        return []
    if counted.resets == "net":
        resting &= np.abs(theirs) > 10 * counted.least_ah
    whole = float(np.abs(theirs).sum())
    moved = float(np.abs(theirs[resting]).sum())
    if moved <= WARN_SHARE * whole:
        return []
    worst = int(np.argmax(np.where(resting, np.abs(theirs), 0.0)))
    text = (
        f"The tester counted {moved:.5g} Ah in records without current, {100 * moved / whole:.3g} % of all, "
        f"most of it from row {trace.row[trace.runs.first[worst]]}."
    )
    return [Flag("E_COUNTER" if moved > REJECT_SHARE * whole else "W_COUNTER", f"{text} Check the current.")]


def scale_of(ratio: float) -> float | None:
    """Return the factor of a unit that a ratio is within 20 % of, or None."""
    return next((scale for scale in SCALES if abs(ratio / scale - 1) < SCALE_TOLERANCE), None)


def scale_flag(ratio: float, scale: float) -> Flag:
    """Return E_UNIT for a factor of 1000, else E_TIME_UNIT."""
    text = f"Integrated charge and counter differ by x{ratio:.4g}"
    if scale in (1000.0, 1 / 1000):
        return Flag(
            "E_UNIT",
            f"{text}: a header's unit is wrong (mA under A, mAh under Ah or ms under s). Confirm it.",
        )
    return Flag("E_TIME_UNIT", f"{text}: the time is not in seconds (min or h). Confirm its unit.")


def current_resolution(trace: Trace) -> float | None:
    """Return the step of a coarse current in ampere, or None where the values are finer than can be told."""
    loaded = np.abs(trace.current_a[trace.sign != 0])
    if len(loaded) > 200_000:
        loaded = loaded[:: len(loaded) // 100_000]
    values = np.unique(loaded)
    if len(values) < 3:
        return None
    return written_in(values, powers=range(1, -10, -1))


def written_in(values: Floats, *, powers: range) -> float | None:
    """Return the first of these powers of ten that all values are multiples of, or None."""
    for power in powers:
        steps = values / 10.0**power
        if np.all(np.abs(steps - np.round(steps)) < 1e-6 * np.maximum(1.0, steps)):
            return 10.0**power
    return None


def prefer_counter(trace: Trace, sums: Sums, counted: Counted | None) -> tuple[Sums, list[Flag]]:
    """Take the counter's charge where the current is too coarse to integrate: W_RESOLUTION."""
    resolution = current_resolution(trace)
    if resolution is None:
        return sums, []
    middle = float(np.median(np.abs(trace.current_a[trace.sign != 0])))
    if resolution <= RESOLUTION_SHARE * middle * (1 + 1e-9):
        return sums, []
    text = (
        f"The current is written in steps of {resolution:g} A, "
        f"{100 * resolution / middle:.3g} % of {middle:.4g} A"
    )
    if counted is None:
        return sums, [Flag("W_RESOLUTION", f"{text}; the charge is no better than that.")]
    flag = Flag("W_RESOLUTION", f"{text}; the charge is the tester's own count.")
    return Sums(ah=counted.ah, wh=sums.wh, edge_s=sums.edge_s), [flag]
