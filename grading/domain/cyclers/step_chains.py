"""Full-to-empty chains of a table of steps (CYCLERS.md 3.1, 3.4)."""

import numpy as np

from grading.domain.cyclers import acceptance, step_order
from grading.domain.cyclers.chains import BRIEF_S, Limits
from grading.domain.cyclers.derived import Chain, Rule, Temperature
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.steps_clean import Steps
from grading.domain.cyclers.table import Ints

TAPERED_SHARE = 0.5


def find(steps: Steps, parameters: Parameters) -> tuple[tuple[Chain, ...], Limits]:
    """Return the chains in order and the cut-offs they run between."""
    low, high = parameters.voltage_min_v, parameters.voltage_max_v
    long = steps.duration_s > BRIEF_S
    # Pulses and charges at constant current may leave the window; a charge that tapered kept to it.
    ending = steps.voltage_end_v[long & (steps.sign != 0)]
    if not len(ending):
        ending = steps.voltage_end_v
    product = np.abs(steps.current_a) * steps.duration_s / 3600
    tapered = steps.voltage_end_v[long & (steps.sign == 1) & (product < TAPERED_SHARE * steps.capacity_ah)]
    highest = float(tapered.max() if len(tapered) else ending.max())
    limits = Limits(
        min_v=float(ending.min()) if low is None else low,
        max_v=highest if high is None else high,
        declared=low is not None and high is not None,
    )
    full = (steps.sign == 1) & long & (steps.voltage_end_v >= limits.max_v - limits.tolerance_v)
    empty = (steps.sign == -1) & long & (steps.voltage_end_v <= limits.min_v + limits.tolerance_v)
    holes = step_order.holes(steps)
    found = []
    start: int | None = None
    for step in np.flatnonzero(full | empty):
        if full[step]:
            start = int(step)
        elif start is not None:
            found.append(_chain(steps, start, int(step), limits, holes, parameters))
            start = None
    return tuple(found), limits


def _no_gap(holes: Ints | None, start: int, end: int) -> Rule:
    """Rule 4: no step is missing, by the tester's clock and its count."""
    if holes is None:
        return Rule("4_no_gap", None, "The table has neither the tester's clock nor its count of steps.")
    inside = int(((holes > start) & (holes <= end)).sum())
    return Rule("4_no_gap", not inside, f"{inside} gaps by the tester's clock and its count of steps.")


def _chain(
    steps: Steps, start: int, end: int, limits: Limits, holes: Ints | None, parameters: Parameters
) -> Chain:
    part = slice(start + 1, end + 1)
    signed = steps.sign[part] * steps.capacity_ah[part]
    ah = -float(signed.sum())
    wh = -float(np.nansum(steps.sign[part] * steps.energy_wh[part]))
    discharging = steps.sign[part] == -1
    currents = steps.current_a[part][discharging]
    weights = steps.duration_s[part][discharging]
    middle = float(currents[np.argmax(weights)])
    amount = float((np.abs(currents) * weights).sum()) / 3600
    given = float(steps.capacity_ah[part][discharging].sum())
    spread = 1.0
    if middle and given:
        spread = max(float(np.ptp(np.abs(currents)) / abs(middle)), abs(amount / given - 1))
    warmth = steps.temperature_degc[part][discharging]
    temperature = None
    if np.isfinite(warmth).any():
        temperature = Temperature(
            sensor="step",
            min_degc=float(np.nanmin(warmth)),
            mean_degc=float(np.average(warmth[np.isfinite(warmth)], weights=weights[np.isfinite(warmth)])),
            max_degc=float(np.nanmax(warmth)),
        )
    rated = parameters.rated_capacity_ah
    rate = abs(middle) / rated if rated else None
    end_v = float(steps.voltage_end_v[end])
    start_v = float(steps.voltage_end_v[start])
    rules = (
        acceptance.start_full(float(abs(steps.current_a[start])), parameters),
        acceptance.constant_current(spread),
        acceptance.ended_by_voltage(end_v, parameters),
        _no_gap(holes, start, end),
        acceptance.counter_agrees(amount, given),
        acceptance.plausible(ah, rated),
        acceptance.temperature_in_window(temperature, parameters),
        acceptance.rate_of_procedure(rate, parameters),
        acceptance.rated_window(start_v, end_v, limits),
    )
    return Chain(
        ah=ah,
        wh=wh,
        row_from=int(steps.row[start]),
        row_to=int(steps.row[end]),
        t_full_s=float(steps.start_s[start] + steps.duration_s[start]),
        t_empty_s=float(steps.start_s[end] + steps.duration_s[end]),
        voltage_start_v=start_v,
        voltage_end_v=end_v,
        current_median_a=middle,
        c_rate=rate,
        counter_ah=ah,
        temperature=temperature,
        rules=rules,
    )
