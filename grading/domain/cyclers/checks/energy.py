"""The tester's own count of energy against current times voltage: a witness of the units of both."""

import numpy as np

from grading.domain.cyclers.charge import Sums, of_runs
from grading.domain.cyclers.checks.shape import pieces
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace

OFF_SHARE = 0.05
"""Testers sum their energy from faster samples than they record, and files differ by some per mille."""


def compare(trace: Trace, sums: Sums) -> list[Flag]:
    """W_ENERGY: integrated and counted energy are over 5 % apart in one direction.

    It tells of a current or a voltage whose unit is wrong even where a counter of charge is wrong by the same
    factor. Nothing is said of a voltage that crosses zero: makers count energy there in different ways.
    """
    if float(trace.voltage_v.min()) <= 0 or not len(trace.runs):
        return []
    runs_wh = of_runs(sums.wh, trace)
    for counter, sign, what in ((trace.charge_wh, 1, "charged"), (trace.discharge_wh, -1, "discharged")):
        if counter is None:
            continue
        mine = abs(float(runs_wh[trace.runs.sign == sign].sum()))
        theirs = min(_risen(trace, counter, sign), key=lambda one: abs(one - mine))
        if mine > 0 and theirs > 0 and abs(mine / theirs - 1) > OFF_SHARE:
            text = (
                f"Integrated {mine:.5g} Wh {what}, the tester counted {theirs:.5g} Wh: x{mine / theirs:.4g}. "
                "The unit of current, voltage, time or of that counter is wrong in a heading, or records are "
                "missing or doubled."
            )
            return [Flag("W_ENERGY", text)]
    return []


def _risen(trace: Trace, counter: Floats, sign: int) -> tuple[float, float]:
    """Return what a counter rose by in all, and among the records of its direction only.

    Where it falls, its new value is what came since; some makers write 0 while nothing flows that way.
    """
    whole, loaded = _Rise(), _Rise()
    for first, last in pieces(len(trace)):
        values = np.nan_to_num(counter[first:last], nan=0.0)
        whole.add(values)
        loaded.add(values[trace.sign[first:last] == sign])
    return whole.total, loaded.total


class _Rise:
    """The increments of a counter that is met piece by piece."""

    def __init__(self) -> None:
        self.total = 0.0
        self._before: Floats | None = None

    def add(self, values: Floats) -> None:
        if not len(values):
            return
        change = np.diff(values, prepend=values[:1] if self._before is None else self._before)
        fell = change < -1e-12
        change[fell] = values[fell]
        self.total += float(np.maximum(change, 0.0).sum())
        self._before = values[-1:]
