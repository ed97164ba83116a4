"""Noise and breaks in voltage and current that a resistance would inherit (CYCLERS.md 3.2, 3.5)."""

import numpy as np

from grading.domain.cyclers import pulses
from grading.domain.cyclers.derived import Pulse
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace, spread_of

PULSE_SHARE = 0.01
RUN_SHARE = 0.02
SHORT_RUNS_SHARE = 0.5
COARSE_SHARE = 0.02
STUCK_SHARE, STUCK_RECORDS = 0.4, 10
BACK_SHARE = 0.1
"""A voltage that falls back by this share of a charge's rise follows something else than its current."""


def flags_of(trace: Trace, found: tuple[Pulse, ...]) -> list[Flag]:
    """W_NOISE: of the voltage against the smallest pulse, of the current against itself, or of the runs."""
    flags = []
    noise_v = pulses.noise_v(trace)
    changes = [abs(each.voltage_change_v) for pulse in found for each in pulse.resistances]
    middle = float(np.median(changes)) if changes else 0.0
    if changes and noise_v > PULSE_SHARE * middle:
        text = (
            f"The voltage's noise is {1000 * noise_v:.3g} mV, the pulses change it by {1000 * middle:.4g} mV."
        )
        flags.append(Flag("W_NOISE", f"{text} Their resistances are that uncertain."))
    flags += _coarse(found, middle)
    flags += _restless(trace, found, 5 * noise_v)
    runs = trace.runs
    loads = runs.sign != 0
    if loads.sum() >= 10:
        lengths = (runs.last - runs.first + 1)[loads]
        if (lengths <= 2).mean() > SHORT_RUNS_SHARE:
            flags.append(
                Flag("W_NOISE", "Most loads last one or two records: noise, or records too rare to see them.")
            )
    bends = current_noise(trace)
    if bends > RUN_SHARE:
        flags.append(Flag("W_NOISE", f"The current's noise is {100 * bends:.3g} % of the load."))
    return flags


def _coarse(found: tuple[Pulse, ...], middle: float) -> list[Flag]:
    """W_RESOLUTION: the voltage's steps are over 2 % of what the pulses change it by."""
    step_v = min(
        (each.resolution_mohm * abs(each.current_change_a) / 1000 for p in found for each in p.resistances),
        default=0.0,
    )
    if step_v <= COARSE_SHARE * middle or not found:
        return []
    text = (
        f"The voltage is told to {1000 * step_v:.3g} mV, the pulses change it by {1000 * middle:.4g} mV: "
        "their resistances are no better than that."
    )
    return [Flag("W_RESOLUTION", text)]


def _restless(trace: Trace, found: tuple[Pulse, ...], noise_v: float) -> list[Flag]:
    """W_PULSE: pulses in which the voltage does not move with the current, or goes back on its way."""
    odd = []
    first_row = int(trace.row[0])
    for pulse in found:
        first = int(np.searchsorted(trace.row, pulse.row_from)) if first_row <= pulse.row_from else 0
        last = int(np.searchsorted(trace.row, pulse.row_to, "right")) - 1
        voltage = trace.voltage_v[first : last + 1] * (1 if pulse.current_a > 0 else -1)
        whole = float(voltage[-1] - voltage[0]) if len(voltage) else 0.0
        back = float((np.maximum.accumulate(voltage) - voltage).max()) if len(voltage) else 0.0
        stands = _longest_stand(voltage[1:])
        is_stuck = stands >= STUCK_RECORDS and stands > STUCK_SHARE * len(voltage)
        if whole <= 0 or back > BACK_SHARE * whole + noise_v or is_stuck:
            odd.append(pulse.row_from)
    if not odd:
        return []
    text = (
        f"In {len(odd)} of {len(found)} pulses the voltage does not follow the current, first in row {odd[0]}"
    )
    return [Flag("W_PULSE", f"{text}: their resistances may be wrong.")]


def _longest_stand(voltage_v: Floats) -> int:
    """Return how many records in a row bear one and the same voltage, at most."""
    ends = np.flatnonzero(np.diff(voltage_v) != 0)
    if not len(voltage_v):
        return 0
    return int(np.diff(np.concatenate(([-1], ends, [len(voltage_v) - 1]))).max())


def current_noise(trace: Trace) -> float:
    """Return the noise of the current under load as a share of its median, by second differences."""
    sign = trace.sign
    still = (sign[1:-1] == sign[:-2]) & (sign[1:-1] == sign[2:]) & (sign[1:-1] != 0)
    bends = (trace.current_a[2:] - 2 * trace.current_a[1:-1] + trace.current_a[:-2])[still]
    if len(bends) < 10:
        return 0.0
    load = float(np.median(np.abs(trace.current_a[1:-1][still])))
    return spread_of(bends) / load
