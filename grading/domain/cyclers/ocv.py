"""Open-circuit voltages at the end of rests (CYCLERS.md 3.3)."""

import numpy as np

from grading.domain.cyclers.derived import RestVoltage
from grading.domain.cyclers.trace import Trace

LISTED_S = 600.0
SETTLED_S = 1800.0
DRIFT_MV_PER_10_MIN = 1.0
DRIFT_SPAN_S = 600.0


def rest_starts(trace: Trace) -> np.ndarray:
    """Return when each run began: the time of the last record before it; shape (runs,)."""
    first = trace.runs.first
    start = trace.time_s[np.maximum(first - 1, 0)].copy()
    own = np.isin(first, trace.restarts) | (first == 0)
    start[own] = trace.time_s[first[own]]
    return start


def rest_voltages(trace: Trace) -> tuple[RestVoltage, ...]:
    """Return the voltage at the end of every rest of 10 minutes or more.

    Settled from 30 minutes and under 1 mV of drift in the last 10 minutes; shorter ones are listed, not
    settled.
    """
    found = []
    rested = trace.time_s[trace.runs.last] - rest_starts(trace)
    for run in np.flatnonzero((trace.runs.sign == 0) & (rested >= LISTED_S * (1 - 1e-9))):
        first, last = int(trace.runs.first[run]), int(trace.runs.last[run])
        since = (
            int(np.searchsorted(trace.time_s[first : last + 1], trace.time_s[last] - DRIFT_SPAN_S, "right"))
            - 1
        )
        since = first + max(since, 0)
        span_s = float(trace.time_s[last] - trace.time_s[since])
        drift = None
        if span_s > 0:
            drift = 1e6 * float(trace.voltage_v[last] - trace.voltage_v[since]) / span_s * 0.6
        found.append(
            RestVoltage(
                t_s=float(trace.time_s[last]),
                row=int(trace.row[last]),
                voltage_v=float(trace.voltage_v[last]),
                rest_s=float(rested[run]),
                drift_mv_per_10_min=drift,
                settled=rested[run] >= SETTLED_S and drift is not None and abs(drift) < DRIFT_MV_PER_10_MIN,
            )
        )
    return tuple(found)
