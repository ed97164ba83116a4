"""The direction of the current, by every witness a file has (CYCLERS.md 3.7: sign)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.charge import integrate
from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, Flag
from grading.domain.cyclers.trace import Trace, dead_band

LONG_RUN_S = 600.0
CONTRADICTION_SHARE = 0.95
MIXED_SHARE = 0.25
SLOPE_SHARE = 0.02
"""A run tells its direction when its voltage moves by this share of the file's window."""


@dataclass(frozen=True)
class Witness:
    """How many of a file's runs speak for the sign as written, and how many against it."""

    name: str
    agree: int
    contradict: int

    @property
    def against(self) -> float:
        """The share that contradicts."""
        return self.contradict / (self.agree + self.contradict)


def settle(trace: Trace, *, signed: bool, answer: str | None) -> tuple[list[Flag], str]:
    """Give an unsigned current its sign, doubt a wrong one; return findings and how it was settled.

    A wrong sign is never turned silently: only the answer of a person turns it.
    """
    load = np.abs(trace.current_a) > dead_band(trace.current_a, state=None)
    if not load.any():
        return [], "no current"
    states = trace.state if trace.state is not None else np.zeros(len(trace), dtype=np.int64)
    stated = load & np.isin(states, (CHARGE, DISCHARGE))
    one_sided = not (trace.current_a[load] < 0).any()
    by_state = stated[load].mean() >= CONTRADICTION_SHARE
    if (not signed or (one_sided and (states[stated] == DISCHARGE).any())) and by_state and not answer:
        trace.current_a = np.where(states == DISCHARGE, -np.abs(trace.current_a), np.abs(trace.current_a))
        flag = Flag("W_SIGN_FROM_STATE", "The current has no sign; it was taken from the column of states.")
        return [flag, *_doubts(trace)], "from state"
    if not signed and not answer:
        return _from_voltage(trace)
    doubts = _doubts(trace)
    if answer and doubts:
        told = f"A person confirmed the sign ({answer}), although: {doubts[0].message}"
        return [Flag("W_SIGN_CONFIRMED", told)], f"answer: {answer}"
    return doubts, f"answer: {answer}" if answer else "as written"


def _from_voltage(trace: Trace) -> tuple[list[Flag], str]:
    """Give each run of an unsigned current the direction its voltage moved, if all of them tell."""
    trace.segment()
    runs = trace.runs
    turned = np.ones(len(trace), dtype=np.int8)
    window = float(np.ptp(trace.voltage_v))
    for sign, first, last in zip(runs.sign, runs.first, runs.last, strict=True):
        if not sign:
            continue
        before = trace.voltage_v[first - 1] if first else trace.voltage_v[first]
        onset = trace.voltage_v[last] - before
        if (
            window <= 0
            or abs(onset) < SLOPE_SHARE * window
            or _turns(trace.voltage_v[first : last + 1], window)
        ):
            text = f"Nothing tells charge from discharge: the current has no sign (row {trace.row[first]})."
            return [Flag("E_SIGN_UNKNOWN", f"{text} Export the test with its states.")], "unknown"
        if onset < 0:
            turned[first : last + 1] = -1
    trace.current_a = trace.current_a * turned
    text = "The current has no sign and the file no states; it was taken from the way the voltage moves."
    return [Flag("W_SIGN_FROM_VOLTAGE", text)], "from voltage"


def _turns(voltage_v: np.ndarray, window: float) -> bool:
    """Whether a run goes both ways: a charge and a discharge without rest between look like one run."""
    climbed = float((voltage_v - np.minimum.accumulate(voltage_v)).max())
    fell = float((np.maximum.accumulate(voltage_v) - voltage_v).max())
    return min(climbed, fell) > 0.1 * window


def _doubts(trace: Trace) -> list[Flag]:
    """E_SIGN: at least 95 % of a witness's runs contradict the sign; E_SIGN_UNKNOWN: over a quarter do."""
    trace.segment()
    for witness in _witnesses(trace):
        how = f"{witness.contradict} of {witness.agree + witness.contradict} {witness.name}"
        if witness.against >= CONTRADICTION_SHARE:
            text = f"The sign of the current looks inverted: {how} contradict it."
            return [Flag("E_SIGN", f"{text} Confirm whether + is charge in this file.")]
        if witness.against > MIXED_SHARE:
            text = f"The sign of the current is not consistent: {how} contradict it."
            return [Flag("E_SIGN_UNKNOWN", f"{text} Export the test with signed current or with states.")]
    return []


def _witnesses(trace: Trace) -> Iterator[Witness]:
    runs = trace.runs
    load = runs.sign != 0
    if not load.any():
        return
    sign, first, last = runs.sign[load], runs.first[load], runs.last[load]
    window = float(np.ptp(trace.voltage_v))
    if trace.state is not None:
        known = (trace.sign != 0) & np.isin(trace.state, (CHARGE, DISCHARGE, REST))
        told = np.where(trace.state == CHARGE, 1, np.where(trace.state == DISCHARGE, -1, 0))[known]
        written = trace.sign[known]
        spoken = told != 0
        if spoken.any():
            yield Witness(
                "records by their state",
                int((told == written)[spoken].sum()),
                int((told != written)[spoken].sum()),
            )
    slope = (trace.voltage_v[last] - trace.voltage_v[first]) * sign
    long = (trace.time_s[last] - trace.time_s[first] > LONG_RUN_S) & (np.abs(slope) > SLOPE_SHARE * window)
    if long.any():
        yield Witness(
            "long runs by their voltage", int((slope[long] > 0).sum()), int((slope[long] < 0).sum())
        )
    yield from _onsets(trace, window)
    yield from _counters(trace)


def _onsets(trace: Trace, window: float) -> Iterator[Witness]:
    """By Ohm: the voltage moves with the current wherever a load begins."""
    begins = np.flatnonzero((trace.sign[1:] != 0) & (trace.sign[1:] != trace.sign[:-1]))
    if len(trace.restarts):
        begins = begins[~np.isin(begins + 1, trace.restarts)]
    change = trace.current_a[begins + 1] - trace.current_a[begins]
    moved = (trace.voltage_v[begins + 1] - trace.voltage_v[begins]) * np.sign(change)
    clear = np.abs(moved) > 1e-3 * window
    if clear.sum() >= 1 and window > 0:
        yield Witness(
            "onsets by the jump of the voltage", int((moved[clear] > 0).sum()), int((moved[clear] < 0).sum())
        )


def _counters(trace: Trace) -> Iterator[Witness]:
    """By the tester's own counters: which of them rises in a run."""
    if trace.charge_ah is None or trace.discharge_ah is None:
        return
    runs_ah = integrate(trace).of_runs(trace)
    runs = trace.runs
    rises = []
    for counter in (trace.charge_ah, trace.discharge_ah):
        change = np.diff(counter, prepend=counter[:1])
        total = np.cumsum(np.where(np.isfinite(change) & (change > 0), change, 0.0))
        rises.append(total[runs.last] - total[runs.first])
    told = np.sign(rises[0] - rises[1])
    large = (np.abs(runs_ah) > 0.01 * np.abs(runs_ah).max()) & (told != 0) & (runs.sign != 0)
    if large.any():
        yield Witness(
            "runs by the tester's counters",
            int((told == runs.sign)[large].sum()),
            int((told != runs.sign)[large].sum()),
        )
