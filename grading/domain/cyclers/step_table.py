"""From a table of steps to capacities and resistances: one line has to stand for all records of a step."""

import numpy as np

from grading.domain.cyclers import soh_of_file, step_chains, step_checks, step_pulses
from grading.domain.cyclers.derived import Derived, Temperature, begun
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.steps_clean import Steps, clean
from grading.domain.cyclers.table import Flag, StepReading


def derive(reading: StepReading, parameters: Parameters) -> Derived:
    """Return what a table of steps says; where a finding forbids it, no capacity and no SOH is named."""
    steps, found = clean(reading, parameters)
    result = begun(reading, parameters, rows=0 if steps is None else len(steps.row))
    flags = [*reading.flags, *found]
    if steps is None:
        result.flags = tuple(flags)
        return result
    _totals(result, steps)
    flags += step_checks.judge(steps, parameters)
    flags += soh_of_file.reference_flags(parameters)
    result.chains, limits = step_chains.find(steps, parameters)
    result.pulses = step_pulses.find(steps, result.chains, parameters)
    flags += step_checks.coarse(result.pulses)
    if not limits.declared and result.chains:
        text = (
            f"The cut-offs were not given: the table's extremes {limits.max_v:.4g} "
            f"and {limits.min_v:.4g} V were used."
        )
        flags.append(Flag("W_LIMITS", text))
    place, told = soh_of_file.choose(result.chains, parameters)
    flags += told
    if place is None:
        code = "W_INCOMPLETE" if result.pulses else "E_INCOMPLETE"
        flags.append(Flag(code, "No step from full to empty: no capacity."))
    else:
        flags += step_checks.against_rating(result.chains[place], parameters)
        flags += soh_of_file.rule_flags(result.chains[place])
        result.soh_percent, told = soh_of_file.soh_percent(result.chains[place].ah, parameters)
        flags += told
        result.capacity_chain = place
    result.decisions = {
        "sign": "from state" if "sign" not in parameters.answers else f"answer: {parameters.answers['sign']}",
        "charge": "tester's counter",
        "limits": "declared" if limits.declared else "extremes of the file",
    }
    result.close(flags)
    return result


def _totals(result: Derived, steps: Steps) -> None:
    result.duration_s = float(steps.duration_s.sum())
    voltages = np.concatenate((steps.voltage_start_v, steps.voltage_end_v))
    voltages = voltages[np.isfinite(voltages)]
    if len(voltages):
        result.voltage_v = (float(voltages.min()), float(voltages.max()))
    result.current_a = (float(steps.current_a.min()), float(steps.current_a.max()))
    result.charge_ah = float(steps.capacity_ah[steps.sign == 1].sum())
    result.discharge_ah = float(steps.capacity_ah[steps.sign == -1].sum())
    result.charge_wh = float(np.nansum(steps.energy_wh[steps.sign == 1]))
    result.discharge_wh = float(np.nansum(steps.energy_wh[steps.sign == -1]))
    warmth = steps.temperature_degc[np.isfinite(steps.temperature_degc)]
    if len(warmth):
        result.temperature = Temperature(
            sensor="step",
            min_degc=float(warmth.min()),
            mean_degc=float(warmth.mean()),
            max_degc=float(warmth.max()),
        )
