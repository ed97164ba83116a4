"""Records that were lost, doubled or moved although the test's time runs on (CYCLERS.md 3.7, 0.3).

A step's own clock, the tester's counter and the charge put in before are witnesses of what is missing.
"""

import numpy as np

from grading.domain.cyclers.chains import Span
from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.derived import Chain
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace
from grading.domain.cyclers.words import duration

STEP_SLACK_S = 5.0
NEW_STEP_SLACK_S = 1.5
"""Clocks in whole seconds may be off by one at either end."""
STEP_SHARE = 0.001
FALL_SHARE = 0.1
FALL_RECORDS = 5.0
BALANCE_SHARE = 0.06
EDGE_SHARE = 0.01
LEAST_CHANGE = 0.1


def flags_of(trace: Trace, sums: Sums, spans: list[Span], chains: tuple[Chain, ...]) -> list[Flag]:
    """Return E_ORDER, W_CLOCK, W_JUMP and W_BALANCE, each with how often and where first."""
    if len(trace) < 2:
        return []
    return [*_step_clock(trace), *_falls(trace), *_edges(trace), *_balance(trace, sums, spans, chains)]


def _step_clock(trace: Trace) -> list[Flag]:
    """W_CLOCK: within a step its own clock and the test's run apart, or a step is older than its records."""
    own = trace.step_time_s
    if own is None or trace.step is None:
        return []
    passed = np.diff(trace.time_s)
    told = np.diff(own)
    same = (trace.step[1:] == trace.step[:-1]) & (told >= 0)
    apart = np.where(same, np.abs(told - passed), np.maximum(own[1:] - passed, 0.0))
    if len(trace.restarts):
        apart[trace.restarts - 1] = 0.0
    apart[~np.isfinite(apart)] = 0.0
    moving = passed[passed > 0]
    usual = float(np.median(moving)) if len(moving) else 0.0
    slack = np.where(same, STEP_SLACK_S + 2 * usual, NEW_STEP_SLACK_S)
    odd = np.flatnonzero(apart > slack + STEP_SHARE * np.abs(told))
    if not len(odd):
        return []
    worst = odd[int(np.argmax(apart[odd]))]
    most = duration(float(apart[worst]))
    text = (
        f"The step's own clock and the test's differ {len(odd)} times, most by {most} before row "
        f"{trace.row[worst + 1]}: records are missing, doubled or of another test."
    )
    return [Flag("W_CLOCK", f"{text} What flowed meanwhile is not counted.")]


def _falls(trace: Trace) -> list[Flag]:
    """E_ORDER: inside a run of one step a counter falls back, yet not to its beginning."""
    inside = (trace.sign[1:] == trace.sign[:-1]) & (trace.sign[1:] != 0)
    if trace.step is not None:
        inside &= trace.step[1:] == trace.step[:-1]
    if len(trace.restarts):
        inside[trace.restarts - 1] = False
    for counter, sign in ((trace.charge_ah, 1), (trace.discharge_ah, -1)):
        if counter is None:
            continue
        found = _fallen(counter, inside & (trace.sign[1:] == sign))
        if len(found):
            first = int(found[0])
            text = (
                f"The tester's counter falls back {len(found)} times inside a step, first from "
                f"{counter[first]:.5g} to {counter[first + 1]:.5g} Ah in row {trace.row[first + 1]}"
            )
            return [Flag("E_ORDER", f"{text}: records are out of order or doubled. Export the test again.")]
    return []


def _fallen(counter: Floats, inside: np.ndarray) -> np.ndarray:
    change = np.diff(counter)
    rising = change[inside & (change > 0)]
    if not len(rising):
        return np.zeros(0, dtype=np.int64)
    step = float(np.quantile(rising, 0.99))
    fell = inside & (change < -FALL_RECORDS * step) & (counter[1:] > FALL_SHARE * counter[:-1])
    return np.flatnonzero(fell & (counter[1:] > FALL_RECORDS * step))


def _edges(trace: Trace) -> list[Flag]:
    """W_JUMP: where a load ends the voltage moves the way that only more of it would move it."""
    window = float(np.quantile(trace.voltage_v, 0.999) - np.quantile(trace.voltage_v, 0.001))
    largest = float(np.abs(trace.current_a).max())
    ends = (trace.sign[:-1] != 0) & (trace.sign[1:] == 0)
    if len(trace.restarts):
        ends[trace.restarts - 1] = False
    change = np.diff(trace.current_a)
    moved = np.diff(trace.voltage_v) * np.sign(change)
    odd = np.flatnonzero(ends & (np.abs(change) > LEAST_CHANGE * largest) & (moved < -EDGE_SHARE * window))
    if not len(odd):
        return []
    text = (
        f"At {len(odd)} ends of a load the voltage goes on falling or rising, first by "
        f"{abs(float(trace.voltage_v[odd[0] + 1] - trace.voltage_v[odd[0]])):.3g} V before row "
        f"{trace.row[odd[0] + 1]}: the end of that load may be missing."
    )
    return [Flag("W_JUMP", text)]


def _balance(trace: Trace, sums: Sums, spans: list[Span], chains: tuple[Chain, ...]) -> list[Flag]:
    """W_BALANCE: more went in before a discharge, or again after it, than the discharge gave."""
    flags = []
    for span, chain in zip(spans, chains, strict=True):
        lowest = int(np.argmin(sums.ah[: span.first + 1]))
        filled = float(sums.ah[span.first] - sums.ah[lowest])
        following = [other.first for other in spans if other.first > span.last]
        again = float(sums.ah[following[0]] - sums.ah[span.last]) if following else None
        for amount, when in ((filled, "before"), (again, "after")):
            if amount is None or trace.crosses_restart(lowest, following[0] if following else span.last):
                continue
            if amount <= (1 + BALANCE_SHARE) * chain.ah or chain.ah <= 0:
                continue
            text = (
                f"The discharge to row {chain.row_to} gave {chain.ah:.5g} Ah, but {amount:.5g} Ah went in "
                f"{when} it: records may be missing or doubled, or the cell loses charge."
            )
            flags.append(Flag("W_BALANCE", text))
    return flags[:3]
