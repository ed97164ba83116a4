"""Temperatures that a sensor can have measured (CYCLERS.md 3.3)."""

import numpy as np

from grading.domain.cyclers.derived import Temperature
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace

LOWEST_DEGC = -40.0
HIGHEST_DEGC = 100.0


def choose(trace: Trace, parameters: Parameters) -> tuple[str | None, list[Flag]]:
    """Return the sensor to judge by and what is wrong with the others.

    Unplugged sensors read far outside -40..100 degrees or exactly 0: they are absent.
    """
    flags = []
    present = []
    for name, values in trace.temperature_degc.items():
        known = values[np.isfinite(values)]
        plausible = (known >= LOWEST_DEGC) & (known <= HIGHEST_DEGC)
        if not len(known) or not known.any() or plausible.mean() < 0.5:
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
    part = slice(first, last + 1)
    values: Floats = trace.temperature_degc[sensor][part]
    use = np.isfinite(values) & (values >= LOWEST_DEGC) & (values <= HIGHEST_DEGC) & (values != 0.0)
    if sign:
        use &= trace.sign[part] == sign
    if not use.any():
        return None
    time = trace.time_s[part]
    weight = np.zeros(len(values))
    half = np.minimum(np.diff(time) / 2, 300.0)
    weight[1:] += half
    weight[:-1] += half
    weight = weight[use]
    kept = values[use]
    mean = float(np.average(kept, weights=weight)) if weight.sum() > 0 else float(kept.mean())
    return Temperature(sensor=sensor, min_degc=float(kept.min()), mean_degc=mean, max_degc=float(kept.max()))
