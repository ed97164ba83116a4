"""Resistances from a table of steps: rest, load, and the voltage at the end of each (CYCLERS.md 3.6)."""

import numpy as np

from grading.domain.cyclers import pulses
from grading.domain.cyclers.derived import Chain, Pulse, Resistance, Rule
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.steps_clean import Steps


def find(steps: Steps, chains: tuple[Chain, ...], parameters: Parameters) -> tuple[Pulse, ...]:
    """Return each load of at most 130 s after a rest of at least 3 s.

    R = (V at its end - V at the end of the rest) / I at its end, named by its duration.
    """
    loads = (steps.sign[1:] != 0) & (steps.sign[:-1] == 0) & (steps.current_a[1:] != 0)
    loads &= (steps.duration_s[1:] <= parameters.pulse_max_s) & (steps.duration_s[1:] > 0)
    loads &= steps.duration_s[:-1] >= parameters.pulse_rest_s
    capacity = chains[-1].ah if chains else parameters.rated_capacity_ah
    net = np.cumsum(steps.sign * steps.capacity_ah)
    ends = [int(np.searchsorted(steps.row, chain.row_to)) for chain in chains]
    moved = np.abs(np.diff(np.sort(steps.voltage_end_v)))
    resolution = float(moved[moved > 1e-9].min()) if (moved > 1e-9).any() else 0.0
    return tuple(
        _pulse(steps, int(step), net, ends, capacity, resolution, parameters)
        for step in np.flatnonzero(loads) + 1
    )


def _pulse(
    steps: Steps,
    step: int,
    net: np.ndarray,
    ends: list[int],
    capacity: float | None,
    resolution: float,
    parameters: Parameters,
) -> Pulse:
    current, duration = float(steps.current_a[step]), float(steps.duration_s[step])
    before = float(steps.voltage_end_v[step - 1])
    change_v = float(steps.voltage_end_v[step]) - before
    soc = None
    passed = [end for end in ends if end < step]
    if passed and capacity:
        percent = 100 * float(net[step - 1] - net[passed[-1]]) / capacity
        soc = percent if -5 <= percent <= 105 else None
    resistance = Resistance(
        after_s=duration,
        r_mohm=1000 * change_v / current,
        voltage_change_v=change_v,
        current_change_a=current,
        resolution_mohm=abs(1000 * resolution / current),
        rules=_rules(steps, step, change_v, capacity, resolution, parameters),
    )
    rated = parameters.rated_capacity_ah
    warmth = float(steps.temperature_degc[step])
    return Pulse(
        t_s=float(steps.start_s[step]),
        row_from=int(steps.row[step - 1]),
        row_to=int(steps.row[step]),
        current_a=current,
        duration_s=duration,
        rest_before_s=float(steps.duration_s[step - 1]),
        voltage_rest_v=before,
        first_sample_s=duration,
        c_rate=abs(current) / rated if rated else None,
        soc_percent=soc,
        soc_source="counted from empty" if soc is not None else "",
        temperature_degc=warmth if np.isfinite(warmth) else None,
        # A voltage that does not move with its current shows no resistance.
        resistances=(resistance,) if change_v * current > 0 else (),
    )


def _rules(
    steps: Steps,
    step: int,
    change_v: float,
    capacity: float | None,
    resolution: float,
    parameters: Parameters,
) -> tuple[Rule, ...]:
    """Judge what CYCLERS.md 3.2 asks of a pulse, as far as one line tells it."""
    current, duration = float(steps.current_a[step]), float(steps.duration_s[step])
    rest_s, end_v = float(steps.duration_s[step - 1]), float(steps.voltage_end_v[step])
    mean = float(steps.capacity_ah[step]) * 3600 / duration
    steady = abs(mean / abs(current) - 1) <= 0.02 if mean > 0 else None
    return (
        Rule("rest", rest_s >= pulses.REST_S, f"Rested {rest_s:.4g} s, at least {pulses.REST_S:g} s."),
        Rule("drift", None, "A table of steps does not show the drift before."),
        pulses.not_clipped(current_a=current, lowest_v=end_v, highest_v=end_v, parameters=parameters),
        pulses.soc_change(float(steps.capacity_ah[step]), capacity),
        Rule("sampled", True, "The voltage is the one at the end of the pulse."),
        Rule("settled", steady, f"Mean {mean:.4g} A against {abs(current):.4g} A at the end, limit 2 %."),
        Rule(
            "resolved",
            abs(change_v) >= pulses.RESOLUTIONS * resolution,
            f"{1000 * abs(change_v):.4g} mV against steps of "
            f"{1000 * resolution:.3g} mV, at least 20 of them.",
        ),
    )
