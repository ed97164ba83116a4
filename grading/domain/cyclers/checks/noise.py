"""Noise and breaks in voltage and current that a resistance would inherit (CYCLERS.md 3.2, 3.5)."""

import numpy as np

from grading.domain.cyclers import pulses
from grading.domain.cyclers.derived import Pulse
from grading.domain.cyclers.table import Flag
from grading.domain.cyclers.trace import Trace

PULSE_SHARE = 0.01
RUN_SHARE = 0.02
SHORT_RUNS_SHARE = 0.5


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


def current_noise(trace: Trace) -> float:
    """Return the noise of the current under load as a share of its median, by second differences."""
    sign = trace.sign
    still = (sign[1:-1] == sign[:-2]) & (sign[1:-1] == sign[2:]) & (sign[1:-1] != 0)
    bends = (trace.current_a[2:] - 2 * trace.current_a[1:-1] + trace.current_a[:-2])[still]
    if len(bends) < 10:
        return 0.0
    load = float(np.median(np.abs(trace.current_a[1:-1][still])))
    return float(np.median(np.abs(bends))) * 1.4826 / np.sqrt(6) / load
