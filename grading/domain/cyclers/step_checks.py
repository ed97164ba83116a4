"""The judgement of a table of steps (CYCLERS.md 3.7)."""

import numpy as np

from grading.domain.cyclers.checks import counters, signs
from grading.domain.cyclers.derived import Chain
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.steps_clean import Steps
from grading.domain.cyclers.table import Flag

LONG_S = 60.0
LEAST_SHARE = 0.05


def judge(steps: Steps, parameters: Parameters) -> list[Flag]:
    """Compare sign, time, current and charge of the steps with one another."""
    loads = steps.sign != 0
    if not loads.any() or not (np.abs(steps.current_a[loads]) > 0).any():
        return [
            Flag("E_NO_LOAD", "No current: no capacity, no resistance. Rest voltage and temperature stand.")
        ]
    return [*_sign(steps, parameters), *_amount(steps, parameters), *_energy(steps)]


def _sign(steps: Steps, parameters: Parameters) -> list[Flag]:
    """E_SIGN: the voltage moves against the current in 95 % of the loads after a rest.

    E_SIGN_UNKNOWN in a quarter.
    """
    after_rest = (steps.sign[1:] != 0) & (steps.sign[:-1] == 0)
    moved = (steps.voltage_end_v[1:] - steps.voltage_end_v[:-1]) * steps.sign[1:]
    told = after_rest & (moved != 0)
    against = int((moved[told] < 0).sum())
    stated = (steps.sign != 0) & (steps.current_a != 0)
    turned = int((np.sign(steps.current_a[stated]) != steps.sign[stated]).sum())
    for name, wrong, total in (
        ("loads by the voltage", against, int(told.sum())),
        ("steps by the sign of their current", turned, int(stated.sum())),
    ):
        if not total or wrong / total <= signs.MIXED_SHARE:
            continue
        certain = wrong / total >= signs.CONTRADICTION_SHARE
        text = f"{wrong} of {total} {name} contradict charge and discharge as stated. Confirm the direction."
        if parameters.answers.get("sign"):
            return [Flag("W_SIGN_CONFIRMED", f"A person confirmed the sign, although {text}")]
        return [Flag("E_SIGN" if certain else "E_SIGN_UNKNOWN", text)]
    return []


def _amount(steps: Steps, parameters: Parameters) -> list[Flag]:
    """Compare a step's charge with its current times its duration, which holds for constant current.

    A factor of a unit is E_UNIT or E_TIME_UNIT, beyond 2 % E_COUNTER, beyond 0.5 % W_COUNTER; only of
    discharges, for a charge may end at constant voltage.
    """
    flags = []
    product = np.abs(steps.current_a) * steps.duration_s / 3600
    large = (steps.sign == -1) & (steps.capacity_ah > LEAST_SHARE * steps.capacity_ah.max())
    if not large.any():
        return [
            Flag("I_NO_COUNTER", "No discharge is long enough to compare its charge with current and time.")
        ]
    with np.errstate(divide="ignore"):
        ratio = product[large] / steps.capacity_ah[large]
    middle = float(np.median(ratio))
    for scale in counters.SCALES:
        if abs(middle / scale - 1) < counters.SCALE_TOLERANCE:
            return [counters.scale_flag(middle, scale)]
    off = np.abs(ratio - 1)
    worst = int(np.argmax(off))
    text = (
        f"Current times duration differs by {100 * off[worst]:.3g} % from the charge stated in row "
        f"{steps.row[large][worst]}."
    )
    if off[worst] > counters.REJECT_SHARE:
        flags.append(Flag("E_COUNTER", f"{text} The current was not constant, or a unit is wrong."))
    elif off[worst] > counters.WARN_SHARE:
        flags.append(Flag("W_COUNTER", text))
    return flags


def _energy(steps: Steps) -> list[Flag]:
    """W_ENERGY: a step's energy over its charge is no voltage that the step had."""
    large = (steps.sign != 0) & (steps.capacity_ah > LEAST_SHARE * steps.capacity_ah.max())
    large &= np.isfinite(steps.energy_wh) & np.isfinite(steps.voltage_start_v)
    if not large.any():
        return []
    mean_v = steps.energy_wh[large] / steps.capacity_ah[large]
    low = 0.9 * np.minimum(steps.voltage_start_v, steps.voltage_end_v)[large]
    high = 1.1 * np.maximum(steps.voltage_start_v, steps.voltage_end_v)[large]
    off = (mean_v < low) | (mean_v > high)
    if not off.any():
        return []
    where = steps.row[large][np.argmax(off)]
    text = (
        f"Energy over charge is {mean_v[np.argmax(off)]:.4g} V in row "
        f"{where}, outside the voltages of the step."
    )
    return [Flag("W_ENERGY", f"{text} Check the units of voltage, charge and energy.")]


def against_rating(chain: Chain, parameters: Parameters) -> list[Flag]:
    """E_UNIT: capacity or current is off the rating by the factor of a unit."""
    rated = parameters.rated_capacity_ah
    if not rated:
        return []
    share = chain.ah / rated
    if 0.05 <= share <= 10:
        return []
    text = (
        f"The discharge from full to empty is {share:.4g} times the rated "
        f"{rated:g} Ah: x1000, check mAh and Ah."
    )
    return [Flag("E_UNIT", text)]
