"""From the records of one test to its capacities, resistances and findings."""

from functools import partial

import numpy as np

from grading.domain.cyclers import acceptance, chains, ocv, pulses, soc, soh_of_file, step_table
from grading.domain.cyclers.charge import Sums, integrate, of_runs
from grading.domain.cyclers.checks import (
    counters,
    energy,
    gaps,
    leaps,
    noise,
    order,
    records,
    sensors,
    shape,
    signs,
    units,
)
from grading.domain.cyclers.derived import Derived, begun
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Flag, Reading, StepReading
from grading.domain.cyclers.trace import Trace


def derive(reading: Reading | StepReading, parameters: Parameters) -> Derived:
    """Return everything a test says; where a finding forbids it, no capacity and no SOH is named.

    Never raises for what a file says: what cannot be judged is a flag.
    """
    if isinstance(reading, StepReading):
        return step_table.derive(reading, parameters)
    trace, found, rows = records.clean(reading, parameters)
    result = begun(reading, parameters, rows=rows)
    flags = [*records.open_flags(reading, parameters), *records.answered(parameters), *found]
    if trace is None:
        result.flags = tuple(flags)
        return result
    told, sign = signs.settle(trace, signed=reading.signed, answer=parameters.answers.get("sign"))
    flags += told
    trace.segment()
    flags += records.restart_flags(trace)
    flags += units.wall_clock(trace, reading.meta.get("clock_span_s"), parameters)
    flags += soh_of_file.reference_flags(parameters)
    sums = integrate(trace)
    counted = counters.count(trace, sums)
    sums, coarse = counters.prefer_counter(trace, sums, counted)
    flags += [*coarse, *counters.compare(trace, sums, counted), *energy.compare(trace, sums)]
    sensor, absent = sensors.choose(trace, parameters)
    flags += absent
    _totals(result, trace, sums, sensor)
    limits = chains.limits_of(trace, parameters)
    flags += _conclude(result, trace, sums, limits, counted, sensor, parameters)
    result.decisions = {
        "sign": sign,
        "current_unit": parameters.answers.get("current_unit", "as written"),
        "time_unit": parameters.answers.get("time_unit", "as written"),
        "counter": counted.resets if counted else "none",
        "charge": "tester's counter" if counted and sums.ah is counted.ah else "integrated",
        "limits": "declared" if limits.declared else "extremes of the file",
        "sensor": sensor or "none",
    }
    result.close(flags)
    return result


def _totals(result: Derived, trace: Trace, sums: Sums, sensor: str | None) -> None:
    """Set the ranges of the file and its charge and energy by direction."""
    result.duration_s = float(trace.time_s[-1] - trace.time_s[0])
    result.voltage_v = (float(trace.voltage_v.min()), float(trace.voltage_v.max()))
    result.current_a = (float(trace.current_a.min()), float(trace.current_a.max()))
    result.temperature = sensors.between(trace, sensor, 0, len(trace) - 1)
    runs_ah = sums.of_runs(trace)
    runs_wh = of_runs(sums.wh, trace)
    charging, discharging = trace.runs.sign == 1, trace.runs.sign == -1
    result.charge_ah = float(runs_ah[charging].sum())
    result.discharge_ah = abs(float(runs_ah[discharging].sum()))
    result.charge_wh = float(runs_wh[charging].sum())
    result.discharge_wh = abs(float(runs_wh[discharging].sum()))


def _conclude(
    result: Derived,
    trace: Trace,
    sums: Sums,
    limits: chains.Limits,
    counted: counters.Counted | None,
    sensor: str | None,
    parameters: Parameters,
) -> list[Flag]:
    """Set chains, capacity, SOH, pulses and rest voltages; return what was found on the way."""
    flags = units.voltage(trace, parameters)
    holes = gaps.find(trace)
    spans = chains.spans(trace, limits)
    flags += gaps.flags_of(trace, holes, [(span.first, span.last) for span in spans])
    judge = partial(
        acceptance.judge,
        trace,
        sums,
        limits=limits,
        gaps=holes,
        counted=counted,
        sensor=sensor,
        parameters=parameters,
    )
    result.chains = tuple(judge(span) for span in spans)
    flags += soh_of_file.limit_flags(limits, spans)
    place, told = soh_of_file.choose(result.chains, parameters)
    flags += told
    capacity = result.chains[place].ah if place is not None else None
    points = soc.soc_points(
        trace, sums, spans, limits, capacity_ah=capacity, rated_ah=parameters.rated_capacity_ah
    )
    result.pulses = pulses.find(trace, sums, points, sensor=sensor, parameters=parameters)
    flags += pulses.not_stated(result.pulses, parameters)
    result.ocv = ocv.rest_voltages(trace)
    for span, chain in zip(spans, result.chains, strict=True):
        flags += gaps.sampling_flags(trace, sums, span.first, span.last, chain.counter_ah)
    flags += gaps.total_sampling_flags(trace, sums)
    flags += noise.flags_of(trace, result.pulses)
    flags += [*shape.flags_of(trace), *leaps.flags_of(trace)]
    flags += order.flags_of(trace, sums, spans, result.chains)
    flags += units.current_against_rating(trace, parameters)
    flags += units.charge_against_rating(trace, sums, result.chains, limits, parameters)
    flags += units.clock(trace, result.chains, parameters)
    flags += units.no_load(trace, parameters)
    if np.any(trace.sign != 0):
        told, broken_off = soh_of_file.incomplete(trace, sums, spans, limits, result.pulses)
        flags += told
        if broken_off:
            place = None
    if place is None:
        return flags
    result.capacity_chain = place
    flags += soh_of_file.rule_flags(result.chains[place])
    result.soh_percent, told = soh_of_file.soh_percent(result.chains[place].ah, parameters)
    return flags + told
