"""Voltages that no cell shows: lone spikes, jumps under steady current, a value that stands."""

from collections.abc import Iterator

import numpy as np

from grading.domain.cyclers.table import CHARGE, DISCHARGE, Flag, Floats, Ints
from grading.domain.cyclers.trace import Trace

PIECE = 500_000
SPIKE_SHARE = 0.1
"""Of the file's middle voltage: how far a lone record must lie off both its neighbors."""
MANY_SPIKES = 0.001
JUMP_SHARE = 0.05
JUMP_TIMES = 8.0
STEADY_SHARE = 0.02
FROZEN_SHARE = 0.08
FROZEN_RECORDS = 20
STATED_SHARE = 0.002


def flags_of(trace: Trace) -> list[Flag]:
    """Return W_SPIKE, W_JUMP, W_FROZEN and W_STATE, each with how often and where first."""
    if len(trace) < 3:
        return []
    spikes = _spikes(trace)
    flags = []
    if len(spikes):
        text = (
            f"{len(spikes)} voltages lie far off both neighbors, the first in row {trace.row[spikes[0]]} "
            f"({trace.voltage_v[spikes[0]]:.4g} V): energy, limits and resistances may be wrong."
        )
        many = len(spikes) > max(1.0, MANY_SPIKES * len(trace))
        flags.append(Flag("E_SPIKE" if many else "W_SPIKE", f"{text} Export the test again."))
    jumps = _jumps(trace, spikes)
    if len(jumps):
        step_v = float(trace.voltage_v[jumps[0]] - trace.voltage_v[jumps[0] - 1])
        text = (
            f"The voltage jumps {len(jumps)} times under steady current, first by {step_v:.3g} V before row "
            f"{trace.row[jumps[0]]}: records are missing, out of order or of another test."
        )
        flags.append(Flag("W_JUMP", text))
    return [*flags, *_frozen(trace), *_stated(trace)]


def pieces(end: int, *, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the bounds of pieces of the records, so that what is computed of all of them stays small."""
    for first in range(begin, end, PIECE):
        yield first, min(first + PIECE, end)


def some(values: Floats) -> Floats:
    """Return at most 200,000 of the values, evenly taken: enough to tell their spread."""
    return values[:: max(1, len(values) // 200_000)]


def window_v(trace: Trace) -> float:
    """Return what the voltage spans, the outermost thousandth left out."""
    low, high = np.quantile(some(trace.voltage_v), [0.001, 0.999])
    return float(high - low)


def _spikes(trace: Trace) -> Ints:
    usual = np.abs(some(trace.voltage_v))
    far = SPIKE_SHARE * max(float(np.median(usual)), 0.5 * float(np.quantile(usual, 0.99)))
    found = []
    for first, last in pieces(len(trace) - 2):
        voltage, sign = trace.voltage_v[first : last + 2], trace.sign[first : last + 2]
        before, after = voltage[1:-1] - voltage[:-2], voltage[1:-1] - voltage[2:]
        # A record of a load between two rests lies off both, by its current.
        same = (sign[1:-1] == sign[:-2]) & (sign[1:-1] == sign[2:])
        lone = (before * after > 0) & (np.minimum(np.abs(before), np.abs(after)) > far) & same
        found.append(np.flatnonzero(lone) + first + 1)
    return np.concatenate(found)


def _jumps(trace: Trace, spikes: Ints) -> Ints:
    """Return where the voltage leaps while sign and current stay and the records are as dense as around."""
    voltage, sign, current = trace.voltage_v, trace.sign, trace.current_a
    least = JUMP_SHARE * window_v(trace)
    parts = [
        np.flatnonzero(np.abs(np.diff(voltage[first : last + 1])) > least) + first
        for first, last in pieces(len(trace) - 1)
    ]
    at = np.concatenate(parts)
    at = at[(at >= 3) & (at + 4 < len(trace))]
    at = at[(sign[at] == sign[at + 1]) & (sign[at - 2] == sign[at]) & (sign[at + 1] == sign[at + 3])]
    at = at[np.abs(current[at + 1] - current[at]) <= STEADY_SHARE * np.abs(current[at]) + trace.dead_a]
    if not len(at):
        return at
    leap, around = _steps(voltage, at)
    at = at[leap > JUMP_TIMES * around]
    if not len(at):
        return at
    passed, usual = _steps(trace.time_s, at)
    at = at[passed <= 5 * usual + 1.0]
    return at[~np.isin(at, spikes) & ~np.isin(at + 1, spikes)] + 1


def _steps(values: Floats, at: Ints) -> tuple[Floats, Floats]:
    """Return the amount of each step after a record, and the largest of the two before and after it."""
    around = [np.abs(values[at + offset + 1] - values[at + offset]) for offset in (-2, -1, 1, 2)]
    return np.abs(values[at + 1] - values[at]), np.maximum.reduce(around)


def _frozen(trace: Trace) -> list[Flag]:
    """W_FROZEN: a discharge in which the voltage is one and the same for long."""
    same = (trace.voltage_v[1:] == trace.voltage_v[:-1]) & (trace.sign[1:] == -1) & (trace.sign[:-1] == -1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
    first, last = edges[::2], edges[1::2]
    if not len(first):
        return []
    longest = int(np.argmax(trace.time_s[last] - trace.time_s[first]))
    begin, end = int(first[longest]), int(last[longest])
    run = int(np.searchsorted(trace.runs.last, begin))
    lasted = float(trace.time_s[trace.runs.last[run]] - trace.time_s[trace.runs.first[run]])
    stood = float(trace.time_s[end] - trace.time_s[begin])
    if end - begin < FROZEN_RECORDS or stood < FROZEN_SHARE * lasted:
        return []
    share = 100 * stood / lasted
    text = f"The voltage stands at {trace.voltage_v[begin]:.5g} V for {share:.3g} % of a discharge"
    return [
        Flag("W_FROZEN", f"{text} (rows {trace.row[begin]} to {trace.row[end]}): a sensor or export stuck.")
    ]


def _stated(trace: Trace) -> list[Flag]:
    """W_STATE: records whose state contradicts their current for more than a few."""
    if trace.state is None:
        return []
    told = (trace.state == CHARGE) | (trace.state == DISCHARGE)
    odd = (trace.state == CHARGE) & (trace.sign != 1)
    odd |= (trace.state == DISCHARGE) & (trace.sign != -1)
    # Testers write the first or the last record of a step before its current flows.
    lone = odd.copy()
    lone[1:-1] &= odd[:-2] & odd[2:]
    count = int(lone.sum())
    if count < 2 or count < STATED_SHARE * int(told.sum()):
        return []
    text = (
        f"{count} records have another current than their state says, from row {trace.row[np.argmax(lone)]}."
    )
    return [Flag("W_STATE", f"{text} Check the current's sign and the export.")]
