"""Full-to-empty chains: the capacity of a test that may be interrupted or pulsed (CYCLERS.md 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.trace import Trace

WINDOW_SHARE = 0.01
BRIEF_S = 130.0


@dataclass(frozen=True)
class Limits:
    """The cut-offs that chains run between."""

    min_v: float
    max_v: float
    declared: bool
    """Else both or one of them are the file's own extremes."""

    @property
    def tolerance_v(self) -> float:
        """1 % of the window."""
        return WINDOW_SHARE * (self.max_v - self.min_v)


@dataclass(frozen=True)
class Span:
    """One chain, by the positions of its runs and records."""

    full_run: int
    empty_run: int
    first: int
    """Last record of the full charge."""
    last: int
    """Last record of the discharge that reached the lower cut-off."""


def limits_of(trace: Trace, parameters: Parameters) -> Limits:
    """Return the type's cut-offs; where they are unknown, the file's extremes."""
    low, high = parameters.voltage_min_v, parameters.voltage_max_v
    return Limits(
        min_v=float(trace.voltage_v.min()) if low is None else low,
        max_v=float(trace.voltage_v.max()) if high is None else high,
        declared=low is not None and high is not None,
    )


def spans(trace: Trace, limits: Limits) -> list[Span]:
    """Return the chains in order.

    Full is a charge that reaches the upper cut-off within 1 % of the window; empty is the first discharge
    after it that ends at the lower one within 1 %. A pulse is no full charge.
    """
    runs = trace.runs
    if limits.max_v <= limits.min_v or not len(runs):
        return []
    highest = np.maximum.reduceat(trace.voltage_v, runs.first)
    ending = trace.voltage_v[runs.last]
    lasted = trace.time_s[runs.last] - trace.time_s[runs.first]
    full = (runs.sign == 1) & (highest >= limits.max_v - limits.tolerance_v)
    empty = (runs.sign == -1) & (ending <= limits.min_v + limits.tolerance_v)
    found: list[Span] = []
    start: int | None = None
    for run in np.flatnonzero(full | empty):
        if full[run]:
            if lasted[run] > BRIEF_S:
                start = int(run)
            continue
        if start is not None:
            first, last = int(runs.last[start]), int(runs.last[run])
            if not trace.crosses_restart(first, last):
                found.append(Span(full_run=start, empty_run=int(run), first=first, last=last))
        start = None
    return found


def discharge_median_a(trace: Trace, span: Span) -> float:
    """Return the median current of the chain's discharging records, negative."""
    part = slice(span.first + 1, span.last + 1)
    return float(np.median(trace.current_a[part][trace.sign[part] == -1]))


def spread_of_current(trace: Trace, span: Span) -> float:
    """Return (p95 - p5) / mean of the discharge current's amount, the last record of each run left out.

    Testers write one record while the current already falls.
    """
    part = slice(span.first + 1, span.last + 1)
    sign = trace.sign[part]
    steady = sign == -1
    steady[:-1] &= sign[1:] == -1
    amount = np.abs(trace.current_a[part][steady])
    if not len(amount):
        return 0.0
    low, high = np.quantile(amount, [0.05, 0.95])
    return float((high - low) / amount.mean())


def net_ah(sums: Sums, span: Span) -> tuple[float, float]:
    """Return the net discharged Ah and Wh of the chain."""
    ah, wh = sums.between(span.first, span.last)
    return -ah, -wh


def agreeing(values: Sequence[float], percent: float) -> int | None:
    """Return the position of the last of two successive values within ``percent`` of the larger."""
    for position in range(len(values) - 1, 0, -1):
        later, earlier = values[position], values[position - 1]
        if abs(later - earlier) <= percent / 100 * max(later, earlier) * (1 + 1e-9):
            return position
    return None
