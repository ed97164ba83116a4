"""Records that were lost, doubled or moved although the test's time runs on (CYCLERS.md 3.7, 0.3).

A step's own clock, the tester's counter and the charge put in before are witnesses of what is missing.
"""

import numpy as np

from grading.domain.cyclers.chains import Span
from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.checks.shape import PIECE, pieces, some, window_v
from grading.domain.cyclers.derived import Chain
from grading.domain.cyclers.table import Flag, Floats, Ints
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
    passed = np.diff(trace.time_s[:PIECE])
    moving = passed[passed > 0]
    usual = float(np.median(moving)) if len(moving) else 0.0
    places, amounts = [], []
    for first, last in pieces(len(trace) - 1):
        part = slice(first, last + 1)
        passed, told = np.diff(trace.time_s[part]), np.diff(own[part])
        same = (trace.step[part][1:] == trace.step[part][:-1]) & (told >= 0)
        apart = np.where(same, np.abs(told - passed), np.maximum(own[part][1:] - passed, 0.0))
        slack = np.where(same, STEP_SLACK_S + 2 * usual, NEW_STEP_SLACK_S) + STEP_SHARE * np.abs(told)
        off = np.flatnonzero(apart > slack)
        places.append(off + first)
        amounts.append(apart[off])
    odd, by_s = np.concatenate(places), np.concatenate(amounts)
    known = ~np.isin(odd + 1, trace.restarts)
    odd, by_s = odd[known], by_s[known]
    if not len(odd):
        return []
    worst, most = int(odd[np.argmax(by_s)]), duration(float(by_s.max()))
    text = (
        f"The step's own clock and the test's differ {len(odd)} times, most by {most} before row "
        f"{trace.row[worst + 1]}: records are missing, doubled or of another test."
    )
    return [Flag("W_CLOCK", f"{text} What flowed meanwhile is not counted.")]


def _falls(trace: Trace) -> list[Flag]:
    """E_ORDER: inside a run of one step a counter falls back, yet not to its beginning."""
    for counter, sign in ((trace.charge_ah, 1), (trace.discharge_ah, -1)):
        if counter is None:
            continue
        found = _fallen(trace, counter, sign)
        if len(found):
            first = int(found[0])
            text = (
                f"The tester's counter falls back {len(found)} times inside a step, first from "
                f"{counter[first]:.5g} to {counter[first + 1]:.5g} Ah in row {trace.row[first + 1]}"
            )
            return [Flag("E_ORDER", f"{text}: records are out of order or doubled. Export the test again.")]
    return []


def _fallen(trace: Trace, counter: Floats, sign: int) -> Ints:
    found, usual = [], 0.0
    for first, last in pieces(len(trace) - 1):
        part = slice(first, last + 1)
        change, signs = np.diff(counter[part]), trace.sign[part]
        inside = (signs[1:] == sign) & (signs[:-1] == sign)
        if trace.step is not None:
            inside &= trace.step[part][1:] == trace.step[part][:-1]
        rising = some(change[inside & (change > 0)])
        usual = max(usual, float(np.quantile(rising, 0.99)) if len(rising) else 0.0)
        before, after = counter[part][:-1], counter[part][1:]
        found.append(np.flatnonzero(inside & (change < 0) & (after > FALL_SHARE * before)) + first)
    at = np.concatenate(found)
    at = at[~np.isin(at + 1, trace.restarts)]
    if not usual:
        return at[:0]
    fell, left = counter[at] - counter[at + 1], counter[at + 1]
    return at[(fell > FALL_RECORDS * usual) & (left > FALL_RECORDS * usual)]


def _edges(trace: Trace) -> list[Flag]:
    """W_JUMP: where a load ends the voltage moves the way that only more of it would move it."""
    voltage, current = trace.voltage_v, trace.current_a
    largest = max(float(current.max()), -float(current.min()))
    ends = np.flatnonzero((trace.sign[:-1] != 0) & (trace.sign[1:] == 0))
    ends = ends[~np.isin(ends + 1, trace.restarts)]
    change = current[ends + 1] - current[ends]
    moved = (voltage[ends + 1] - voltage[ends]) * np.sign(change)
    odd = ends[(np.abs(change) > LEAST_CHANGE * largest) & (moved < -EDGE_SHARE * window_v(trace))]
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
