"""Time without records (CYCLERS.md 3.4 rule 4 and 3.7: gap; 3.1: sampling bias)."""

from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.checks.shape import pieces, some
from grading.domain.cyclers.table import Flag, Floats, Ints
from grading.domain.cyclers.trace import Trace
from grading.domain.cyclers.words import duration

GAP_S = 60.0
GAP_STEPS = 5.0
EQUAL_SHARE = 0.01
UNUSUAL = 1.5
NEIGHBORS = 5
EDGE_SHARE = 0.001
SHORTEST_LONE_S = 5.0


@dataclass(frozen=True)
class Gaps:
    """Indices of the records after a hole in the record."""

    bridged: Ints
    """Current and step are the same on both sides: the trapezoid stands."""
    broken: Ints
    """Nobody knows what flowed."""
    resting: Ints
    """A rest that misses many records at once: a load may have been lost with them."""

    def within(self, first: int, last: int) -> tuple[int, int]:
        """Return how many bridged and broken ones lie after ``first`` and not after ``last``."""
        counts = [
            int(np.searchsorted(at, last, "right") - np.searchsorted(at, first, "right"))
            for at in (self.bridged, self.broken)
        ]
        return counts[0], counts[1]


def find(trace: Trace) -> Gaps:
    """Find every interval longer than 60 s and 5 median intervals, and what may be said of it."""
    none = np.zeros(0, dtype=np.int64)
    step_s = np.diff(trace.time_s)
    if not len(step_s):
        return Gaps(none, none, none)
    moving = some(step_s)
    moving = moving[moving > 0]
    limit = max(GAP_S, GAP_STEPS * float(np.median(moving))) if len(moving) else GAP_S
    sign = trace.sign
    at = np.flatnonzero((step_s > limit * (1 + 1e-9)) & ((sign[1:] != 0) | (sign[:-1] != 0))) + 1
    at = at[step_s[at - 1] > UNUSUAL * _usual(step_s, at - 1)]
    inside = sign[at] == sign[at - 1]
    before, after = trace.current_a[at - 1], trace.current_a[at]
    equal = np.abs(after - before) <= EQUAL_SHARE * np.maximum(np.abs(before), np.abs(after))
    same_step = np.ones(len(at), bool) if trace.step is None else trace.step[at] == trace.step[at - 1]
    bridged = inside & equal & same_step
    if trace.step_time_s is not None:
        # A step that says it began just before its first record: only the rest before it lacks records.
        bridged |= (sign[at - 1] == 0) & (trace.step_time_s[at] <= limit)
    return Gaps(bridged=at[bridged], broken=at[~bridged], resting=_resting(trace, step_s))


def _usual(step_s: Floats, at: Ints) -> Floats:
    """Return the median of the intervals around each: a tester may record slowly for a while."""
    if not len(at):
        return np.zeros(0)
    around = at[:, None] + np.concatenate((np.arange(-NEIGHBORS, 0), np.arange(1, NEIGHBORS + 1)))
    known = (around >= 0) & (around < len(step_s))
    values = np.where(known, step_s[np.clip(around, 0, len(step_s) - 1)], np.nan)
    values[:, 0] = np.where(known.any(axis=1), values[:, 0], 0.0)
    return np.nanmedian(values, axis=1)


def _resting(trace: Trace, step_s: Floats) -> Ints:
    """Find rests with one interval five times as long as any of its neighbors."""
    resting = (trace.sign[1:] == 0) & (trace.sign[:-1] == 0) & (step_s >= SHORTEST_LONE_S)
    at = np.flatnonzero(resting)
    longest = np.zeros(len(at))
    for offset in (*range(-NEIGHBORS, 0), *range(1, NEIGHBORS + 1)):
        other = at + offset
        known = (other >= 0) & (other < len(step_s))
        longest[known] = np.maximum(longest[known], step_s[other[known]])
    return at[(step_s[at] > GAP_STEPS * longest) & (longest > 0)] + 1


def flags_of(trace: Trace, gaps: Gaps, used: list[tuple[int, int]]) -> list[Flag]:
    """W_GAP_BRIDGED, W_GAP and E_GAP, each with how long and where.

    :param used: first and last record of each chain. A broken gap outside them leaves their capacity
    standing.
    """
    flags = []
    spoilt = np.zeros(len(gaps.broken), dtype=bool) if used else np.ones(len(gaps.broken), dtype=bool)
    for first, last in used:
        spoilt |= (gaps.broken > first) & (gaps.broken <= last)
    for at, code, told in (
        (
            gaps.broken[spoilt],
            "E_GAP",
            "and nobody knows what flowed meanwhile. Export the test with every record",
        ),
        (gaps.broken[~spoilt], "W_GAP", "outside the capacity's records; the file's total charge is unsure"),
        (gaps.bridged, "W_GAP_BRIDGED", "bridged, for current and step are the same on both sides"),
        (gaps.resting, "W_GAP", "in a rest; a short load may be missing"),
    ):
        if len(at):
            lengths = trace.time_s[at] - trace.time_s[at - 1]
            worst = int(np.argmax(lengths))
            where = (
                f"{duration(lengths[worst])} at {duration(trace.time_s[at[worst] - 1])} "
                f"(row {trace.row[at[worst]]})"
            )
            flags.append(Flag(code, f"{len(at)} gaps, the longest {where}: {told}."))
    return flags


def sampling_flags(trace: Trace, sums: Sums, first: int, last: int, counter_ah: float | None) -> list[Flag]:
    """W_SAMPLING: what sampling may have lost of a chain exceeds 0.1 % and no counter confirms it (3.1)."""
    net = abs(float(sums.ah[last] - sums.ah[first]))
    if counter_ah is not None and net > 0 and abs(abs(counter_ah) / net - 1) <= EDGE_SHARE:
        return []
    return _sampling(trace, sums, first, last, net, f"{net:.5g} Ah of the discharge")


def total_sampling_flags(trace: Trace, sums: Sums) -> list[Flag]:
    """W_SAMPLING: what sampling may have lost exceeds 0.1 % of the file's charge in either direction."""
    runs_ah = sums.of_runs(trace)
    moved = [float(np.abs(runs_ah[trace.runs.sign == sign]).sum()) for sign in (1, -1)]
    least = min((amount for amount in moved if amount > 0), default=0.0)
    return _sampling(trace, sums, 0, len(trace) - 1, least, f"{least:.5g} Ah in the file")


def _sampling(trace: Trace, sums: Sums, first: int, last: int, whole: float, what: str) -> list[Flag]:
    if whole <= 0:
        return []
    lost = lost_ah(trace, sums, first, last)
    if lost <= EDGE_SHARE * whole:
        return []
    text = f"Up to {100 * lost / whole:.3g} % of {what} lies between records (up to row {trace.row[last]})"
    return [Flag("W_SAMPLING", f"{text}: record more often, at least at each change of step.")]


def lost_ah(trace: Trace, sums: Sums, first: int, last: int) -> float:
    """Bound the charge that may have flowed between records: around each run and as the current changes."""
    return sum(_lost_ah(trace, sums, slice(begin, end + 1)) for begin, end in pieces(last, begin=first))


def _lost_ah(trace: Trace, sums: Sums, part: slice) -> float:
    step_s = np.diff(trace.time_s[part])
    current, sign = trace.current_a[part], trace.sign[part]
    inside = (sign[1:] == sign[:-1]) & (sign[1:] != 0)
    edge = (sign[1:] != sign[:-1]) & (sign[1:] != 0)
    leaving = (sign[1:] != sign[:-1]) & (sign[:-1] != 0)
    edge_s = np.diff(sums.edge_s[part])
    leaving_s = step_s
    if trace.step_time_s is not None:
        # The step after the load says when it began: until then the load lasted.
        since = trace.step_time_s[part][1:]
        known = np.isfinite(since) & (since >= 0)
        leaving_s = np.where(known, np.maximum(step_s - since, 0.0), step_s)
        edge_s = np.where(known, np.maximum(since - step_s, 0.0), edge_s)
    return (
        float(
            (np.abs(np.diff(current)) * step_s / 2)[inside].sum()
            + (np.abs(current[1:]) * edge_s)[edge].sum()
            + (np.abs(current[:-1]) * leaving_s)[leaving].sum()
        )
        / 3600
    )
