"""When a chain counts as a capacity test (CYCLERS.md 3.4): each rule with its verdict and its numbers."""

import numpy as np

from grading.domain.cyclers import chains
from grading.domain.cyclers.chains import Limits, Span
from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.checks import counters, sensors
from grading.domain.cyclers.checks.gaps import Gaps
from grading.domain.cyclers.derived import Chain, Rule, Temperature
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.trace import Trace
from grading.domain.cyclers.words import amount

SPREAD_SHARE = 0.02
END_MV_PER_CELL = 10.0
LEAST_SHARE, MOST_SHARE = 0.3, 1.1


def judge(
    trace: Trace,
    sums: Sums,
    span: Span,
    *,
    limits: Limits,
    gaps: Gaps,
    counted: counters.Counted | None,
    sensor: str | None,
    parameters: Parameters,
) -> Chain:
    """Return the chain of a span with the verdict of rules 1 to 8."""
    ah, wh = chains.net_ah(sums, span)
    rated = parameters.rated_capacity_ah
    middle = chains.discharge_median_a(trace, span)
    rate = abs(middle) / rated if rated else None
    temperature = sensors.between(trace, sensor, span.first, span.last, sign=-1)
    counter_ah = None if counted is None else -float(counted.ah[span.last] - counted.ah[span.first])
    start_v, end_v = float(trace.voltage_v[span.first]), float(trace.voltage_v[span.last])
    highest_v = float(trace.voltage_v[trace.runs.first[span.full_run] : span.first + 1].max())
    rules = (
        start_full(_charge_end_a(trace, span), parameters),
        constant_current(chains.spread_of_current(trace, span)),
        ended_by_voltage(end_v, parameters),
        no_gap(gaps.within(span.first, span.last)),
        counter_agrees(ah, counter_ah),
        plausible(ah, rated),
        temperature_in_window(temperature, parameters),
        rate_of_procedure(rate, parameters),
        rated_window(highest_v, end_v, limits),
    )
    return Chain(
        ah=ah,
        wh=wh,
        row_from=int(trace.row[span.first]),
        row_to=int(trace.row[span.last]),
        t_full_s=float(trace.time_s[span.first]),
        t_empty_s=float(trace.time_s[span.last]),
        voltage_start_v=start_v,
        voltage_end_v=end_v,
        current_median_a=middle,
        c_rate=rate,
        counter_ah=counter_ah,
        temperature=temperature,
        rules=rules,
    )


def _charge_end_a(trace: Trace, span: Span) -> float:
    """Return the lower of the charge's last two currents: some testers write the last one while it rises."""
    first = max(int(trace.runs.first[span.full_run]), span.first - 1)
    return float(trace.current_a[first : span.first + 1].min())


def start_full(end_a: float, parameters: Parameters) -> Rule:
    """Rule 1: the charge before reached the upper cut-off and tapered to 0.05 C."""
    code = "1_start_full"
    rated = parameters.rated_capacity_ah
    if rated is None:
        return Rule(
            code,
            None,
            f"The charge ended at {amount(end_a, 'A')}; without a rated capacity that says nothing.",
        )
    rate = end_a / rated
    passed = rate <= parameters.taper_c_rate * (1 + 1e-9)
    return Rule(
        code, passed, f"The charge ended at {rate:.3g} C, full is {parameters.taper_c_rate:g} C or less."
    )


def constant_current(spread: float) -> Rule:
    """Rule 2: the discharge current is quasi constant."""
    return Rule(
        "2_constant_current",
        spread < SPREAD_SHARE,
        f"The current spreads by {100 * spread:.3g} %, limit 2 %.",
    )


def ended_by_voltage(end_v: float, parameters: Parameters) -> Rule:
    """Rule 3: the discharge ended at the lower cut-off by voltage, within 10 mV per cell."""
    code = "3_ended_by_voltage"
    cut_off, cells = parameters.voltage_min_v, parameters.cells_in_series
    if cut_off is None or cells is None:
        missing = "a declared cut-off" if cut_off is None else "the cells in series"
        return Rule(
            code, None, f"The discharge ended at {amount(end_v, 'V')}; without {missing} that says nothing."
        )
    off_mv = 1000 * (end_v - cut_off) / cells
    passed = abs(off_mv) <= END_MV_PER_CELL + 1e-6
    return Rule(code, passed, f"The discharge ended {off_mv:.3g} mV per cell off {cut_off:g} V, limit 10 mV.")


def no_gap(holes: tuple[int, int]) -> Rule:
    """Rule 4: no gap that is not bridged."""
    bridged, broken = holes
    return Rule("4_no_gap", broken == 0, f"{broken} gaps, {bridged} bridged.")


def counter_agrees(ah: float, counter_ah: float | None) -> Rule:
    """Rule 5: integrated charge and counter agree within 2 %."""
    code = "5_counter"
    if not counter_ah:
        return Rule(code, None, "The file has no counter to compare with.")
    share = abs(ah / counter_ah - 1)
    return Rule(
        code,
        share <= counters.REJECT_SHARE + 1e-9,
        f"Integrated and counted are {100 * share:.3g} % apart, limit 2 %.",
    )


def plausible(ah: float, rated: float | None) -> Rule:
    """Rule 6: 0.3 to 1.1 of the rated capacity."""
    code = "6_plausible"
    if rated is None:
        return Rule(code, None, "No rated capacity was given.")
    share = ah / rated
    passed = LEAST_SHARE <= share <= MOST_SHARE
    return Rule(code, passed, f"{share:.4g} of the rated capacity, limits 0.3 to 1.1.")


def temperature_in_window(temperature: Temperature | None, parameters: Parameters) -> Rule:
    """Rule 7, first half: the mean temperature lies in the window."""
    code = "7_temperature"
    window = f"{parameters.temperature_min_degc:g} to {parameters.temperature_max_degc:g} degrees"
    if temperature is None:
        return Rule(code, None, f"No temperature; the window is {window}.")
    passed = parameters.temperature_min_degc <= temperature.mean_degc <= parameters.temperature_max_degc
    return Rule(code, passed, f"The mean was {temperature.mean_degc:.1f} degrees, the window is {window}.")


def rate_of_procedure(rate: float | None, parameters: Parameters) -> Rule:
    """Rule 7, second half: the C-rate is that of the procedure."""
    code = "7_c_rate"
    wanted = parameters.c_rate
    if wanted is None or rate is None:
        return Rule(code, None, "No C-rate of a procedure to compare with.")
    off = abs(rate / wanted - 1)
    passed = off <= parameters.c_rate_tolerance_percent / 100 * (1 + 1e-9)
    return Rule(code, passed, f"{rate:.4g} C against {wanted:g} C of the procedure.")


def rated_window(start_v: float, end_v: float, limits: Limits) -> Rule:
    """Rule 8: the window is the rated one."""
    code = "8_rated_window"
    if not limits.declared:
        return Rule(code, None, "The rated window was not given; the file's own extremes were used.")
    within = np.abs(np.array([start_v - limits.max_v, end_v - limits.min_v])) <= limits.tolerance_v * (
        1 + 1e-9
    )
    text = f"{start_v:.4g} to {end_v:.4g} V against {limits.max_v:g} to {limits.min_v:g} V."
    return Rule(code, bool(within.all()), text)
