"""The steps of a table that hold numbers."""

from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.checks import records
from grading.domain.cyclers.parameters import CURRENT_UNITS_A, TIME_UNITS_S, Parameters
from grading.domain.cyclers.table import CHARGE, DISCHARGE, Flag, Floats, Ints, StepReading


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Usable steps in the order of the file; every array has the shape (n,)."""

    row: Ints
    sign: Ints
    """1 charge, -1 discharge, 0 rest, by the state."""
    start_s: Floats
    """When each step began, after all steps before it."""
    duration_s: Floats
    current_a: Floats
    voltage_start_v: Floats
    voltage_end_v: Floats
    capacity_ah: Floats
    energy_wh: Floats
    temperature_degc: Floats
    number: Ints | None = None
    clock_s: Floats | None = None


def clean(reading: StepReading, parameters: Parameters) -> tuple[Steps | None, list[Flag]]:
    """Return the usable steps and what is wrong with the others.

    E_EMPTY without any; W_NAN up to 1 % of unusable ones, else E_NAN; W_DUP for a step written twice. A
    person's answers about units and sign are applied here.
    """
    flags = records.answered(parameters)
    if len(reading) == 0:
        return None, [*flags, Flag("E_EMPTY", "The file holds no step. Export the test again.")]
    whole = (
        np.isfinite(reading.duration_s) & np.isfinite(reading.current_a) & np.isfinite(reading.voltage_end_v)
    )
    whole &= np.isfinite(reading.capacity_ah) & (reading.duration_s >= 0)
    lost = len(reading) - int(whole.sum())
    if not whole.any():
        return None, [
            *flags,
            Flag("E_EMPTY", "No step has duration, current, voltage and capacity. Export them."),
        ]
    if lost:
        text = f"{lost} of {len(reading)} steps lack a value (first in row {reading.row[np.argmin(whole)]})"
        many = lost > records.NAN_SHARE * len(reading)
        flags.append(Flag("E_NAN" if many else "W_NAN", f"{text}; they were left out."))
    index = np.flatnonzero(whole)
    repeats = _repeats(reading, index)
    if repeats.any():
        first = reading.row[index[repeats][0]]
        flags.append(
            Flag(
                "W_DUP",
                f"{int(repeats.sum())} steps repeat the one before (first in row {first}); counted once.",
            )
        )
    return _steps(reading, index[~repeats], parameters), flags


def _repeats(reading: StepReading, index: Ints) -> np.ndarray:
    """Return which of the steps are the one before, written again."""
    same = np.zeros(len(index), dtype=bool)
    if reading.number is not None:
        same[1:] = np.diff(reading.number[index]) == 0
    else:
        # Two equal loads have a rest between them; two rests of one length are common: only loads count.
        same[1:] = np.isin(reading.state[index][1:], (CHARGE, DISCHARGE))
        same[1:] &= reading.capacity_ah[index][1:] > 0
    for values in (
        reading.state,
        reading.duration_s,
        reading.current_a,
        reading.voltage_end_v,
        reading.capacity_ah,
    ):
        same[1:] &= values[index][1:] == values[index][:-1]
    return same


def _steps(reading: StepReading, index: Ints, parameters: Parameters) -> Steps:
    """Return the steps of these places with a person's answers applied."""
    time_factor = TIME_UNITS_S[parameters.answers.get("time_unit", "s")]
    current_factor = CURRENT_UNITS_A[parameters.answers.get("current_unit", "A")]
    duration = reading.duration_s[index] * time_factor
    state = reading.state[index]
    turned = -1.0 if parameters.answers.get("sign") == "inverted" else 1.0
    sign = np.where(state == CHARGE, 1, np.where(state == DISCHARGE, -1, 0)) * int(turned)
    return Steps(
        row=reading.row[index],
        sign=sign,
        start_s=np.cumsum(duration) - duration,
        duration_s=duration,
        current_a=reading.current_a[index] * current_factor * turned,
        voltage_start_v=reading.voltage_start_v[index],
        voltage_end_v=reading.voltage_end_v[index],
        capacity_ah=reading.capacity_ah[index],
        energy_wh=reading.energy_wh[index],
        temperature_degc=reading.temperature_degc[index],
        number=None if reading.number is None else reading.number[index],
        clock_s=None if reading.clock_s is None else reading.clock_s[index],
    )
