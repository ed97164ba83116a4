"""The judgement of a table of steps (CYCLERS.md 3.7)."""

import numpy as np

from grading.domain.cyclers import step_order
from grading.domain.cyclers.checks import counters, signs
from grading.domain.cyclers.derived import Chain, Pulse
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.steps_clean import Steps
from grading.domain.cyclers.table import Flag

LEAST_SHARE = 0.05
SINGLE_SHARE = 0.01
"""More contradicting steps than this and nothing may be concluded; fewer are named."""
SMALLEST_STEPS = 3.0
"""By how many steps of its resolution a stated charge or energy may be off."""
ENERGY_SHARE = 0.01
COARSE_SHARE = 0.02
FEWEST_PULSES = 10
TAPER_S = 130.0
LEAST_V_SHARE, MOST_V_SHARE = 0.4, 1.6


def judge(steps: Steps, parameters: Parameters) -> list[Flag]:
    """Compare sign, time, current, voltage and charge of the steps with one another."""
    loads = steps.sign != 0
    if not loads.any() or not (np.abs(steps.current_a[loads]) > 0).any():
        return [
            Flag("E_NO_LOAD", "No current: no capacity, no resistance. Rest voltage and temperature stand.")
        ]
    return [
        *step_order.flags_of(steps),
        *_sign(steps, parameters),
        *_voltage(steps),
        *_amount(steps),
        *_energy(steps),
    ]


def _sign(steps: Steps, parameters: Parameters) -> list[Flag]:
    """E_SIGN: 95 % of the loads contradict; E_SIGN_UNKNOWN: some current or 1 % of the voltages do.

    W_SIGN: fewer of the voltages.
    """
    after_rest = np.zeros(len(steps.sign), dtype=bool)
    after_rest[1:] = (steps.sign[1:] != 0) & (steps.sign[:-1] == 0)
    against = np.zeros(len(steps.sign), dtype=bool)
    for began in (steps.voltage_end_v, steps.voltage_start_v):
        with np.errstate(invalid="ignore"):
            against[1:] |= (began[1:] - steps.voltage_end_v[:-1]) * steps.sign[1:] < 0
    against &= after_rest
    stated = (steps.sign != 0) & (steps.current_a != 0)
    turned = stated & (np.sign(steps.current_a) != steps.sign)
    for name, wrong, told, least in (
        ("loads by the voltage", against, after_rest, SINGLE_SHARE),
        ("steps by the sign of their current", turned, stated, 0.0),
    ):
        count, total = int(wrong.sum()), int(told.sum())
        if not count:
            continue
        share = count / total
        text = (
            f"{count} of {total} {name} contradict charge and discharge as stated (first in row "
            f"{steps.row[np.argmax(wrong)]}). Confirm the direction."
        )
        if share <= least:
            return [Flag("W_SIGN", text)]
        if parameters.answers.get("sign"):
            return [Flag("W_SIGN_CONFIRMED", f"A person confirmed the sign, although {text}")]
        return [Flag("E_SIGN" if share >= signs.CONTRADICTION_SHARE else "E_SIGN_UNKNOWN", text)]
    return []


def _voltage(steps: Steps) -> list[Flag]:
    """W_SPIKE up to 1 % of voltages far off the others, else E_UNIT; W_FROZEN: loads that move nothing."""
    flags = []
    middle = float(np.median(steps.voltage_end_v))
    least, most = sorted((LEAST_V_SHARE * middle, MOST_V_SHARE * middle))
    far = (steps.voltage_end_v < least) | (steps.voltage_end_v > most)
    far |= (steps.voltage_start_v < least) | (steps.voltage_start_v > most)
    if far.any():
        first = int(np.argmax(far))
        text = f"{int(far.sum())} voltages are far off {middle:.4g} V, first in row {steps.row[first]}."
        many = far.mean() > SINGLE_SHARE
        flags.append(Flag("E_UNIT" if many else "W_SPIKE", f"{text} Check their unit and the export."))
    loads = np.flatnonzero((steps.sign[1:] != 0) & (steps.sign[:-1] == 0) & (steps.capacity_ah[1:] > 0)) + 1
    still = loads[steps.voltage_end_v[loads] == steps.voltage_end_v[loads - 1]]
    if len(still):
        text = f"{len(still)} of {len(loads)} loads leave the voltage as it was, first in row"
        flags.append(Flag("W_FROZEN", f"{text} {steps.row[still[0]]}: the voltage is too coarse or stands."))
    return flags


def _resolution(values: np.ndarray) -> float:
    """Return the power of ten that all values are written in, 0 where they are finer than 1e-7."""
    return counters.written_in(values, powers=range(0, -8, -1)) or 0.0


def _amount(steps: Steps) -> list[Flag]:
    """Compare a step's charge with its current times its duration, which holds for constant current.

    A factor of a unit is E_UNIT or E_TIME_UNIT; a large discharge beyond 2 % or 1 % of the steps beyond what
    they are written in is E_COUNTER, fewer are W_COUNTER. A charge may end at constant voltage, with less
    current than it had.
    """
    flags = []
    product = np.abs(steps.current_a) * steps.duration_s / 3600
    large = (steps.sign == -1) & (steps.capacity_ah > LEAST_SHARE * steps.capacity_ah.max())
    if large.any():
        with np.errstate(divide="ignore"):
            ratio = product[large] / steps.capacity_ah[large]
        middle = float(np.median(ratio))
        if scale := counters.scale_of(middle):
            return [counters.scale_flag(middle, scale)]
        off = np.abs(ratio - 1)
        worst = int(np.argmax(off))
        if off[worst] > counters.REJECT_SHARE:
            text = (
                f"Current times duration differs by {100 * off[worst]:.3g} % from the charge stated in row "
                f"{steps.row[large][worst]}. The current was not constant, or a unit is wrong."
            )
            return [Flag("E_COUNTER", text)]
    else:
        flags.append(
            Flag("I_NO_COUNTER", "No discharge is long enough to compare its charge with current and time.")
        )
    return [*flags, *_single_amounts(steps, product)]


def _single_amounts(steps: Steps, product: np.ndarray) -> list[Flag]:
    written = SMALLEST_STEPS * _resolution(steps.capacity_ah)
    apart = np.abs(product - steps.capacity_ah) - written
    # A long charge may end at constant voltage, with less current than it had.
    apart[(steps.sign == 1) & (product < steps.capacity_ah) & (steps.duration_s > TAPER_S)] = 0.0
    apart[steps.sign == 0] = 0.0
    off = apart > counters.WARN_SHARE * steps.capacity_ah
    if not off.any():
        return []
    first, loads = int(np.argmax(off)), int((steps.sign != 0).sum())
    text = (
        f"In {int(off.sum())} of {loads} loads current times duration is not the charge stated, first in row "
        f"{steps.row[first]}: {product[first]:.5g} against {steps.capacity_ah[first]:.5g} Ah."
    )
    wrong = int((apart > counters.REJECT_SHARE * steps.capacity_ah).sum())
    code = "E_COUNTER" if wrong > max(1.0, SINGLE_SHARE * loads) else "W_COUNTER"
    return [Flag(code, f"{text} Check units and the export.")]


def _energy(steps: Steps) -> list[Flag]:
    """W_ENERGY: a step's energy over its charge is no voltage that the step had."""
    known = (steps.sign != 0) & (steps.capacity_ah > 0)
    known &= np.isfinite(steps.energy_wh) & np.isfinite(steps.voltage_start_v)
    if not known.any():
        return []
    charge = steps.capacity_ah[known]
    mean_v = steps.energy_wh[known] / charge
    ends = steps.voltage_start_v[known], steps.voltage_end_v[known]
    quanta = _resolution(steps.capacity_ah) * mean_v + _resolution(
        steps.energy_wh[np.isfinite(steps.energy_wh)]
    )
    slack = SMALLEST_STEPS * quanta / charge + ENERGY_SHARE * mean_v
    off = (mean_v < np.minimum(*ends) - slack) | (mean_v > np.maximum(*ends) + slack)
    if not off.any():
        return []
    first = int(np.argmax(off))
    text = (
        f"Energy over charge is {mean_v[first]:.4g} V in row {steps.row[known][first]}, outside the voltages "
        f"of the step, and so in {int(off.sum())} of {len(off)} loads."
    )
    many = off.mean() > SINGLE_SHARE and off.sum() > 1
    words = f"{text} Check the units of voltage, charge and energy."
    return [Flag("E_UNIT" if many else "W_ENERGY", words)]


def coarse(found: tuple[Pulse, ...]) -> list[Flag]:
    """W_RESOLUTION: what the voltage is written in is over 2 % of what half of the pulses change it by."""
    shares = [each.resolution_mohm / each.r_mohm for pulse in found for each in pulse.resistances]
    if len(shares) < FEWEST_PULSES or float(np.median(shares)) <= COARSE_SHARE:
        return []
    text = (
        f"The voltage is written in steps of {100 * float(np.median(shares)):.3g} % of what the pulses change"
    )
    return [Flag("W_RESOLUTION", f"{text} it by: their resistances are no better than that.")]


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
