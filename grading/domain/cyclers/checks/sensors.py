"""Temperatures that a sensor can have measured (CYCLERS.md 3.3)."""

import numpy as np

from grading.domain.cyclers.checks.shape import pieces
from grading.domain.cyclers.derived import Temperature
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace

LOWEST_DEGC = -40.0
HIGHEST_DEGC = 100.0
LONGEST_HALF_S = 300.0


def choose(trace: Trace, parameters: Parameters) -> tuple[str | None, list[Flag]]:
    """Return the sensor to judge by and what is wrong with the others.

    Unplugged sensors read far outside -40..100 degrees or exactly 0: they are absent.
    """
    flags = []
    present = []
    for name, values in trace.temperature_degc.items():
        known = np.isfinite(values)
        plausible = int(((values >= LOWEST_DEGC) & (values <= HIGHEST_DEGC)).sum())
        if not (known & (values != 0.0)).any() or plausible < 0.5 * int(known.sum()):
            flags.append(Flag("I_SENSOR_ABSENT", f"The sensor {name} gives no temperature; it was left out."))
        else:
            present.append(name)
    wanted = parameters.temperature_sensor
    if wanted and wanted not in present:
        flags.append(
            Flag("W_TEMP_UNKNOWN", f"The sensor {wanted} is not in the file or gives no temperature.")
        )
        return None, flags
    if not present:
        flags.append(
            Flag("W_TEMP_UNKNOWN", "No temperature was recorded: the test's window cannot be judged.")
        )
        return None, flags
    return wanted or present[0], flags


def between(trace: Trace, sensor: str | None, first: int, last: int, *, sign: int = 0) -> Temperature | None:
    """Return lowest, mean over time and highest of the records, of one direction of current if given."""
    if sensor is None:
        return None
    values, time = trace.temperature_degc[sensor], trace.time_s
    count, lowest, highest = 0, np.inf, -np.inf
    sums = np.zeros(3)  # of the values, of their weights, of the values by weight
    for begin, end in pieces(last + 1, begin=first):
        use = np.isfinite(values[begin:end]) & (values[begin:end] != 0.0)
        use &= (values[begin:end] >= LOWEST_DEGC) & (values[begin:end] <= HIGHEST_DEGC)
        if sign:
            use &= trace.sign[begin:end] == sign
        if not use.any():
            continue
        kept = values[begin:end][use]
        weight = _weights_s(time, begin, end, first, last)[use]
        count += len(kept)
        lowest, highest = min(lowest, float(kept.min())), max(highest, float(kept.max()))
        sums += [kept.sum(), weight.sum(), (kept * weight).sum()]
    if not count:
        return None
    mean = float(sums[2] / sums[1] if sums[1] > 0 else sums[0] / count)
    return Temperature(sensor=sensor, min_degc=lowest, mean_degc=mean, max_degc=highest)


def _weights_s(time: Floats, begin: int, end: int, first: int, last: int) -> Floats:
    """Return the time that each record from ``begin`` to before ``end`` stands for, between two others."""
    left, right = max(begin - 1, first), min(end, last)
    half = np.minimum(np.diff(time[left : right + 1]) / 2, LONGEST_HALF_S)
    before = np.concatenate(([0.0], half)) if left == begin else half
    after = half if left == begin else half[1:]
    weight = before[: end - begin].copy()
    weight[: len(after)] += after[: end - begin]
    return weight
