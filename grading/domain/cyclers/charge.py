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
        return of_runs(self.ah, trace)


def of_runs(running: Floats, trace: Trace) -> Floats:
    """Return what a running sum gains in each run, the part before its first record included; (runs,)."""
    before = np.where(trace.runs.first > 0, running[trace.runs.first - 1], 0.0)
    return running[trace.runs.last] - before


def integrate(trace: Trace) -> Sums:
    """Return the running sums of CYCLERS.md 3.1.

    Inside a run the trapezoid; before the first record of a run its current times the time since the record
    before, at most the step's own time. Rest adds nothing, nor does a clock that stands or begins anew.
    """
    n = len(trace)
    time, current, sign = trace.time_s, trace.current_a, trace.sign
    step_s = np.diff(time)
    np.maximum(step_s, 0.0, out=step_s)
    if len(trace.restarts):
        step_s[trace.restarts - 1] = 0.0
    # Index arrays, for a file has few edges: the arrays of all records are the memory this takes.
    idle = (sign[1:] != sign[:-1]) | (sign[1:] == 0)
    edge = np.flatnonzero(idle & (sign[1:] != 0))
    edge_s = step_s[edge]
    if trace.step_time_s is not None:
        own = trace.step_time_s[edge + 1]
        edge_s = np.where(np.isfinite(own) & (own >= 0), np.minimum(edge_s, own), edge_s)
    ah, wh, edges = np.zeros(n), np.zeros(n), np.zeros(n)
    edges[edge + 1] = edge_s
    for sums, flow in ((ah, current), (wh, current * trace.voltage_v)):
        part = sums[1:]
        np.add(flow[1:], flow[:-1], out=part)
        part *= step_s
        part /= 2 * 3600
        part[idle] = 0.0
        part[edge] = flow[edge + 1] * edge_s / 3600
    if n and sign[0] and trace.step_time_s is not None and 0 < trace.step_time_s[0] <= trace.time_s[0]:
        ah[0] = current[0] * trace.step_time_s[0] / 3600
        wh[0] = ah[0] * trace.voltage_v[0]
    for sums in (ah, wh, edges):
        np.cumsum(sums, out=sums)
    return Sums(ah=ah, wh=wh, edge_s=edges)
