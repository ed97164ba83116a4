"""Short loads after a rest and the resistance they show (CYCLERS.md 3.2 and 3.6)."""

import numpy as np

from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.checks import sensors
from grading.domain.cyclers.checks.shape import some
from grading.domain.cyclers.derived import Pulse, Resistance, Rule
from grading.domain.cyclers.ocv import rest_starts
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.soc import SocPoints
from grading.domain.cyclers.table import Flag, Floats
from grading.domain.cyclers.trace import Trace, spread_of

SPREAD_SHARE = 0.05
DEAD_BANDS = 5.0
REST_S = 180.0
DRIFT_MV_PER_MIN = 1.0
RESOLUTIONS = 20.0
SETTLED_SHARE = 0.01
NOISE_WIDTH = 5.0
"""A difference of two noisy values stays within this many standard deviations."""
SPARSE_S = 1.0
FARTHEST_S, FARTHEST_SHARE = 0.5, 0.05
"""No resistance is stated farther from a record: what lies between was not measured."""
MOVED_SHARE = 0.2
SOC_CHANGE_PERCENT = 1.0


def find(
    trace: Trace, sums: Sums, socs: SocPoints, *, sensor: str | None, parameters: Parameters
) -> tuple[Pulse, ...]:
    """Return the pulses in order.

    One direction for at most 130 s, at least 3 s of rest before, p95 - p5 of the current under 5 % after the
    first 5 %, at least 5 dead-bands strong.
    """
    runs = trace.runs
    if len(runs) < 2:
        return ()
    starts = rest_starts(trace)
    lasted = trace.time_s[runs.last] - starts
    rested = np.zeros(len(runs))
    rested[1:] = np.where(runs.sign[:-1] == 0, trace.time_s[runs.last[:-1]] - starts[:-1], 0.0)
    candidate = (runs.sign != 0) & (lasted <= parameters.pulse_max_s * (1 + 1e-9)) & (lasted > 0)
    candidate &= rested >= parameters.pulse_rest_s * (1 - 1e-9)
    candidate &= ~np.isin(runs.first, trace.restarts)
    noise_v = voltage_step_v(trace)
    found = []
    for run in np.flatnonzero(candidate):
        first, last = int(runs.first[run]), int(runs.last[run])
        if _steady(trace, first, last):
            found.append(
                _pulse(trace, sums, socs, first, last, float(rested[run]), noise_v, sensor, parameters)
            )
    return tuple(found)


def not_stated(found: tuple[Pulse, ...], parameters: Parameters) -> list[Flag]:
    """I_NOT_SAMPLED: times within a pulse at which no resistance is stated, how often and where first.

    On a straight line from a record that still shows the rest, a resistance after 0.1 s would be a tenth of
    that after 1 s, whatever the cell.
    """
    flags = []
    for length in parameters.pulse_lengths_s:
        within = [pulse for pulse in found if pulse.duration_s * (1 + 1e-3) + 1e-9 >= length]
        without = [pulse for pulse in within if all(each.after_s != length for each in pulse.resistances)]
        if without:
            text = (
                f"R at {length:g} s is not stated for {len(without)} of {len(within)} pulses, first in row "
                f"{without[0].row_from}: no record near that time shows the load. Record more often then."
            )
            flags.append(Flag("I_NOT_SAMPLED", text))
    return flags


def _steady(trace: Trace, first: int, last: int) -> bool:
    amount = np.abs(trace.current_a[first : last + 1])
    amount = amount[min(int(np.ceil(0.05 * len(amount))), len(amount) - 1) :]
    middle = float(np.median(amount))
    if middle < DEAD_BANDS * trace.dead_a:
        return False
    low, high = np.quantile(amount, [0.05, 0.95])
    return bool(high - low < SPREAD_SHARE * middle)


def voltage_step_v(trace: Trace) -> float:
    """Return the larger of the voltage's resolution and its noise while nothing flows, in volts."""
    voltage = trace.voltage_v[:200_000]
    moved = np.abs(np.diff(voltage))
    moved = moved[moved > 1e-9]
    resolution = float(np.quantile(moved, 0.01)) if len(moved) else 0.0
    return max(resolution, NOISE_WIDTH * noise_v(trace))


def noise_v(trace: Trace) -> float:
    """Return the voltage's noise in volts: of second differences, which no slow change of voltage moves."""
    still = (trace.sign[1:-1] == trace.sign[:-2]) & (trace.sign[1:-1] == trace.sign[2:])
    bends = (trace.voltage_v[2:] - 2 * trace.voltage_v[1:-1] + trace.voltage_v[:-2])[still]
    if len(bends) < 3:
        return 0.0
    return spread_of(some(bends))


def _pulse(
    trace: Trace,
    sums: Sums,
    socs: SocPoints,
    first: int,
    last: int,
    rest_s: float,
    noise: float,
    sensor: str | None,
    parameters: Parameters,
) -> Pulse:
    onset = first - 1
    since = _onset_s(trace, first)
    after = trace.time_s[first : last + 1] - since
    middle = float(np.median(trace.current_a[first : last + 1]))
    rest_v = float(trace.voltage_v[onset])
    rated = parameters.rated_capacity_ah
    soc = socs.at(onset)
    warmth = sensors.between(trace, sensor, first, last)
    shared = _rules(trace, sums, first, last, rest_s, middle, socs, parameters)
    found = (
        _resistance(trace, first, last, after, float(length), noise, middle, shared)
        for length in parameters.pulse_lengths_s
        if _is_sampled(after, np.abs(trace.voltage_v[first : last + 1] - rest_v), float(length))
    )
    return Pulse(
        t_s=since,
        row_from=int(trace.row[onset]),
        row_to=int(trace.row[last]),
        current_a=middle,
        duration_s=float(after[-1]),
        rest_before_s=rest_s,
        voltage_rest_v=rest_v,
        first_sample_s=float(after[0]),
        c_rate=abs(middle) / rated if rated else None,
        soc_percent=soc,
        soc_source=socs.source if soc is not None else "",
        temperature_degc=warmth.mean_degc if warmth else None,
        # A voltage that does not move with its current shows no resistance.
        resistances=tuple(each for each in found if each.r_mohm > 0),
    )


def _onset_s(trace: Trace, first: int) -> float:
    """Return when a pulse began, by the file's clock.

    Rests are recorded rarely: the step's own clock tells the onset, not the last record before it.
    """
    since = float(trace.time_s[first - 1])
    late_s = float(trace.time_s[first]) - since
    if late_s > SPARSE_S and trace.step_time_s is not None and np.isfinite(trace.step_time_s[first]):
        since += max(0.0, late_s - float(trace.step_time_s[first]))
    return since


def _is_sampled(after: Floats, moved_v: Floats, length: float) -> bool:
    """Whether a record is near enough; one at the onset whose voltage has not moved yet has seen nothing."""
    if not (after[0] <= length + 1e-9 and length <= after[-1] * (1 + 1e-3) + 1e-9):
        return False
    loaded = after > 1e-9
    if not loaded.any():
        return False
    loaded |= moved_v >= MOVED_SHARE * moved_v[np.argmax(loaded)]
    return bool(np.abs(after[loaded] - length).min() <= max(FARTHEST_S, FARTHEST_SHARE * length) + 1e-9)


def _rules(
    trace: Trace,
    sums: Sums,
    first: int,
    last: int,
    rest_s: float,
    middle: float,
    socs: SocPoints,
    parameters: Parameters,
) -> tuple[Rule, ...]:
    """Judge what holds for the whole pulse: rest, drift, load, clipping, change of charge (3.2)."""
    onset = first - 1
    span = int(np.searchsorted(trace.time_s[: onset + 1], trace.time_s[onset] - 60.0, "right")) - 1
    begin = max(span, int(trace.runs.first[np.searchsorted(trace.runs.last, onset)]))
    span_s = float(trace.time_s[onset] - trace.time_s[begin])
    drift = 60e3 * float(trace.voltage_v[onset] - trace.voltage_v[begin]) / span_s if span_s > 0 else 0.0
    voltage = trace.voltage_v[first : last + 1]
    return (
        Rule("rest", rest_s >= REST_S, f"Rested {rest_s:.4g} s, at least 180 s."),
        Rule("drift", abs(drift) <= DRIFT_MV_PER_MIN, f"The voltage drifted by {drift:.3g} mV/min, limit 1."),
        not_clipped(
            current_a=middle,
            lowest_v=float(voltage.min()),
            highest_v=float(voltage.max()),
            parameters=parameters,
        ),
        soc_change(
            abs(float(sums.ah[last] - sums.ah[onset])), socs.capacity_ah or parameters.rated_capacity_ah
        ),
    )


def not_clipped(*, current_a: float, lowest_v: float, highest_v: float, parameters: Parameters) -> Rule:
    """Return whether the voltage of a pulse stays within the cut-offs that its direction may reach (3.2)."""
    code = "not_clipped"
    lowest, highest = parameters.voltage_min_v, parameters.voltage_max_v
    if highest is None or lowest is None:
        return Rule(
            code, None, "Without declared cut-offs nothing tells whether the voltage was held at one."
        )
    if highest_v < highest if current_a > 0 else lowest_v > lowest:
        return Rule(code, True, "The voltage stays within the cut-offs.")
    reached = (highest_v, highest) if current_a > 0 else (lowest_v, lowest)
    return Rule(code, False, f"The voltage went to {reached[0]:.4g} V, the cut-off is {reached[1]:g} V.")


def soc_change(moved_ah: float, capacity_ah: float | None) -> Rule:
    """Return whether a pulse moves little of the capacity (3.2)."""
    if not capacity_ah:
        return Rule("soc_change", None, "No capacity to compare with.")
    moved = 100 * moved_ah / capacity_ah
    return Rule("soc_change", moved <= SOC_CHANGE_PERCENT, f"Moved {moved:.3g} % of the charge, limit 1 %.")


def _resistance(
    trace: Trace,
    first: int,
    last: int,
    after: Floats,
    length: float,
    noise: float,
    middle: float,
    shared: tuple[Rule, ...],
) -> Resistance:
    """R(tau) = (V(tau) - V(0)) / (I(tau) - I(0)), between records on a straight line (3.2)."""
    onset = first - 1
    voltage = float(np.interp(length, after, trace.voltage_v[first : last + 1]))
    current = float(np.interp(length, after, trace.current_a[first : last + 1]))
    change_v = voltage - float(trace.voltage_v[onset])
    change_a = current - float(trace.current_a[onset])
    nearest = float(np.abs(after - length).min())
    settled = np.abs(trace.current_a[first : last + 1][after >= length / 10] / middle - 1)
    spread = float(settled[: max(1, int((after >= length / 10).sum()))].max()) if len(settled) else 0.0
    allowed = max(0.1, 0.05 * length)
    own = (
        Rule(
            "sampled",
            nearest <= allowed + 1e-9 and after[0] <= length / 2,
            sampled_words(nearest=nearest, allowed=allowed, first=float(after[0]), length=length),
        ),
        Rule("settled", spread <= SETTLED_SHARE, f"The current is off by {100 * spread:.3g} %, limit 1 %."),
        Rule(
            "resolved",
            abs(change_v) >= RESOLUTIONS * noise,
            f"{1000 * abs(change_v):.4g} mV against steps of {1000 * noise:.3g} mV, at least 20 of them.",
        ),
    )
    return Resistance(
        after_s=length,
        r_mohm=1000 * change_v / change_a,
        voltage_change_v=change_v,
        current_change_a=change_a,
        resolution_mohm=abs(1000 * noise / change_a),
        rules=(*shared, *own),
    )


def sampled_words(*, nearest: float, allowed: float, first: float, length: float) -> str:
    """Say how well a pulse was sampled at ``length`` (s); of what is not met, that alone."""
    near = "A record is right there" if nearest < 0.0005 else f"The nearest record is {nearest:.3g} s away"
    if nearest > allowed + 1e-9:
        return f"{near}, limit {allowed:.3g} s."
    if first > length / 2:
        return f"The first record came {first:.3g} s after the onset, later than {length / 2:.3g} s."
    return f"{near}, limit {allowed:.3g} s; the first came after {first:.3g} s."
