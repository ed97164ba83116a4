"""Tables with one line per step, turned into step readings."""

import numpy as np

from grading.domain.cyclers.assembling import READER, READER_VERSION
from grading.domain.cyclers.formats import Match
from grading.domain.cyclers.gathering import Gathered
from grading.domain.cyclers.table import (
    DISCHARGE,
    UNKNOWN,
    ColumnSource,
    Flag,
    Floats,
    Ints,
    StepReading,
    Unreadable,
)
from grading.domain.cyclers.values import iso_of

MAX_UNPARSED_SHARE = 0.001
_RENAMED = {
    "current_end_a": "current_a",
    "charge_ah": "capacity_ah",
    "discharge_ah": "capacity_ah",
    "charge_wh": "energy_wh",
    "discharge_wh": "energy_wh",
    "temperature_start_degc": "temperature_degc",
    "temperature_end_degc": "temperature_degc",
}


def step_reading(gathered: Gathered, match: Match, *, kind: str) -> StepReading:
    """Return a table of steps; the temperature of a step is the mean of its beginning and its end.

    :raises Unreadable: when the table has no step.
    """
    row = gathered.take("row", np.int64)
    if row is None or not len(row):
        raise Unreadable("E_EMPTY", "The table holds no step. Check that the test had begun.")
    count = len(row)
    state = gathered.take("state", np.int64)
    duration = gathered.floats_or_nan("duration_s")
    charge, discharge = (np.abs(gathered.floats_or_nan(f"{name}_ah")) for name in ("charge", "discharge"))
    charged, discharged = (np.abs(gathered.floats_or_nan(f"{name}_wh")) for name in ("charge", "discharge"))
    current = gathered.floats_or_nan("current_end_a")
    ends = [gathered.floats_or_nan(f"temperature_{end}_degc") for end in ("start", "end")]
    sources = tuple(
        ColumnSource(
            name=_RENAMED.get(one.role, one.role), header=one.header, unit=one.unit, factor=one.factor
        )
        for one in match.columns
    )
    clock = gathered.floats("clock_s")
    states = np.full(count, UNKNOWN, dtype=np.int64) if state is None else state
    return StepReading(
        format=f"{match.format.code}_{kind}",
        reader=READER,
        reader_version=READER_VERSION,
        columns=sources,
        row=row,
        state=states,
        duration_s=duration,
        current_a=_signed(current, states),
        voltage_start_v=gathered.floats_or_nan("voltage_start_v"),
        voltage_end_v=gathered.floats_or_nan("voltage_end_v"),
        capacity_ah=np.fmax(charge, discharge),
        energy_wh=np.fmax(charged, discharged),
        temperature_degc=(ends[0] + ends[1]) / 2,
        soc_percent=gathered.floats_or_nan("soc_percent"),
        number=_numbers(gathered),
        clock_s=clock,
        rows_in_file=count + gathered.unparsed_count,
        started_at=_start(clock),
        flags=tuple(_flags(gathered, count)),
    )


def _signed(current: Floats, state: Ints) -> Floats:
    """Return the current with the sign of its step, when the table writes amounts only."""
    if bool((current < 0).any()) or not bool(((state == DISCHARGE) & (current > 0)).any()):
        return current
    return np.where(state == DISCHARGE, -current, current)


def _numbers(gathered: Gathered) -> Ints | None:
    """Return the tester's count of its steps, None where it is not whole numbers throughout."""
    found = gathered.floats("step_number")
    if found is None or not np.isfinite(found).all() or bool((found != np.rint(found)).any()):
        return None
    return found.astype(np.int64)


def _start(clock: Floats | None) -> str:
    if clock is None:
        return ""
    known = clock[~np.isnan(clock)]
    return iso_of(float(known[0])) if len(known) else ""


def _flags(gathered: Gathered, count: int) -> list[Flag]:
    flags = []
    if gathered.blank_count:
        rows = ", ".join(str(row) for row in gathered.blank[:5])
        flags.append(
            Flag("W_NAN", f"{gathered.blank_count} lines of the table are blank (first: row {rows}).")
        )
    if gathered.unparsed_count:
        rows = ", ".join(str(row) for row in gathered.unparsed[:5])
        message = f"{gathered.unparsed_count} lines of the table are no step (first: row {rows})."
        is_rare = gathered.unparsed_count <= MAX_UNPARSED_SHARE * (count + gathered.unparsed_count)
        flags.append(Flag("W_NAN" if is_rare else "E_PARSE", message))
    return flags
