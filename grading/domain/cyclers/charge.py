"""Charge and energy by integration, as running sums over the records."""

from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.table import Floats
from grading.domain.cyclers.trace import Trace


@dataclass(frozen=True)
class Sums:
    """Running sums up to and including each record, + charge; the shape is (n,)."""

    ah: Floats
    wh: Floats
    edge_s: Floats
    """Time between runs that was given to the first record of a run."""

    def between(self, first: int, last: int) -> tuple[float, float]:
        """Return Ah and Wh from the record ``first`` to the record ``last``."""
        return float(self.ah[last] - self.ah[first]), float(self.wh[last] - self.wh[first])

    def of_runs(self, trace: Trace) -> Floats:
        """Return the Ah of each run, the part before its first record included; shape (runs,)."""
        before = np.where(trace.runs.first > 0, self.ah[trace.runs.first - 1], 0.0)
        return self.ah[trace.runs.last] - before


def integrate(trace: Trace) -> Sums:
    """Return the running sums of CYCLERS.md 3.1.

    Inside a run the trapezoid; before the first record of a run its current times the time since the record
    before, at most the step's own time. Rest adds nothing, nor does a clock that stands or begins anew.
    """
    n = len(trace)
    time, current, sign = trace.time_s, trace.current_a, trace.sign
    step_s = np.diff(time)
    step_s[step_s < 0] = 0.0
    if len(trace.restarts):
        step_s[trace.restarts - 1] = 0.0
    inside = sign[1:] == sign[:-1]
    loaded = sign[1:] != 0
    edge = ~inside & loaded
    edge_s = step_s
    if trace.step_time_s is not None:
        own = trace.step_time_s[1:]
        edge_s = np.where(np.isfinite(own) & (own >= 0), np.minimum(step_s, own), step_s)
    mean = 0.5 * (current[1:] + current[:-1])
    power = 0.5 * (current[1:] * trace.voltage_v[1:] + current[:-1] * trace.voltage_v[:-1])
    ah = np.zeros(n)
    wh = np.zeros(n)
    edges = np.zeros(n)
    ah[1:] = np.where(inside & loaded, mean * step_s, np.where(edge, current[1:] * edge_s, 0.0)) / 3600
    wh[1:] = (
        np.where(
            inside & loaded, power * step_s, np.where(edge, current[1:] * trace.voltage_v[1:] * edge_s, 0.0)
        )
        / 3600
    )
    edges[1:] = np.where(edge, edge_s, 0.0)
    if n and sign[0] and trace.step_time_s is not None and 0 < trace.step_time_s[0] <= trace.time_s[0]:
        ah[0] = current[0] * trace.step_time_s[0] / 3600
        wh[0] = ah[0] * trace.voltage_v[0]
    for sums in (ah, wh, edges):
        np.cumsum(sums, out=sums)
    return Sums(ah=ah, wh=wh, edge_s=edges)
