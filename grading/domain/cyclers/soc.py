"""The state of charge at a record, where the file says enough to count it."""

from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.chains import Limits, Span
from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.trace import Trace


@dataclass(frozen=True)
class SocPoints:
    """Anchors of known charge: an end of a full charge is 100 %, the lower cut-off is 0 %."""

    sums: Sums
    anchors: tuple[tuple[int, float], ...]
    """Index of a record and the charge in it as a share of the capacity, in order."""
    capacity_ah: float | None
    source: str

    def at(self, index: int) -> float | None:
        """Return the state of charge in percent, or None before the first anchor or without a capacity."""
        if not self.capacity_ah:
            return None
        position = int(np.searchsorted([anchor for anchor, _ in self.anchors], index, side="right")) - 1
        if position < 0:
            return None
        anchor, share = self.anchors[position]
        counted = float(self.sums.ah[index] - self.sums.ah[anchor])
        percent = 100 * (share + counted / self.capacity_ah)
        return min(max(percent, 0.0), 100.0) if -5 <= percent <= 105 else None


def soc_points(
    trace: Trace,
    sums: Sums,
    found: list[Span],
    limits: Limits,
    *,
    capacity_ah: float | None,
    rated_ah: float | None,
) -> SocPoints:
    """Return the anchors of a file, counted against its own capacity or else the rated one."""
    anchors: list[tuple[int, float]] = []
    for span in found:
        anchors += [(span.first, 1.0), (span.last, 0.0)]
    if not anchors and limits.declared:
        runs = trace.runs
        highest = np.maximum.reduceat(trace.voltage_v, runs.first)
        full = (runs.sign == 1) & (highest >= limits.max_v - limits.tolerance_v)
        empty = (runs.sign == -1) & (trace.voltage_v[runs.last] <= limits.min_v + limits.tolerance_v)
        anchors = [(int(runs.last[run]), 1.0 if full[run] else 0.0) for run in np.flatnonzero(full | empty)]
    if capacity_ah:
        return SocPoints(sums, tuple(anchors), capacity_ah, "counted against the measured capacity")
    return SocPoints(sums, tuple(anchors), rated_ah, "counted against the rated capacity")
