"""Gathered records turned into readings, with the maker's conventions made explicit and nothing judged."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grading.domain.cyclers.clocks import Timed, timed
from grading.domain.cyclers.formats import TEMPERATURE, Column, Match
from grading.domain.cyclers.gathering import Gathered
from grading.domain.cyclers.lost_records import no_record
from grading.domain.cyclers.table import (
    CHARGE,
    DISCHARGE,
    ColumnSource,
    Flag,
    Floats,
    Ints,
    Reading,
    StepReading,
    Unreadable,
)
from grading.domain.cyclers.values import clock_span, iso_of

READER = "tables"
READER_VERSION = "1"
_COUNTERS = ("charge_ah", "discharge_ah", "net_ah", "charge_wh", "discharge_wh")
_NAMED_IN_A_MESSAGE = 5
_LEAST_LOAD = 0.01

Readings = list[Reading | StepReading]


def told_above(match: Match, above: str) -> dict[str, Any]:
    """Return what the lines above the heading tell of the test."""
    found = ((key, re.search(form, above, re.MULTILINE)) for key, form in match.format.told.items())
    return {key: hit[1].strip() for key, hit in found if hit and hit[1].strip()}


def readings_of(gathered: Gathered, match: Match, *, kind: str, told: Mapping[str, Any]) -> list[Reading]:
    """Return one reading for each test of a block.

    :param kind: what the table stands in: text, xlsx or parquet.
    """
    if "row" not in gathered.parts:
        return []
    unparsed = tuple(gathered.unparsed), gathered.unparsed_count
    code = f"{match.format.code}_{kind}"
    readings = []
    for name, one in _tests(gathered):
        meta = dict(told) | ({"test_id": name} if name else {})
        reading = _reading(one, match, code=code, meta=meta)
        if len(reading) or unparsed[1]:
            readings.append(replace(reading, unparsed_rows=unparsed[0], unparsed_count=unparsed[1]))
            readings[-1].rows_in_file += unparsed[1]
            unparsed = (), 0
    return readings


def finished(readings: Readings) -> Readings:
    """Return the readings that hold a record, with I_MULTI when there are several.

    :raises Unreadable: when none does.
    """
    kept = [reading for reading in readings if len(reading)]
    if not kept:
        raise _refusal(readings)
    return numbered(kept)


def numbered(readings: Readings) -> Readings:
    """Return the readings with I_MULTI when there are several."""
    for number, reading in enumerate(readings, start=1):
        if len(readings) > 1:
            message = f"Test {number} of {len(readings)} in this file; each has a result of its own."
            reading.flags = (*reading.flags, Flag("I_MULTI", message))
    return readings


def _refusal(readings: Readings) -> Unreadable:
    """Return the refusal of a table of which no line is a record."""
    failed = [row for one in readings if isinstance(one, Reading) for row in one.unparsed_rows]
    if failed:
        return Unreadable(
            "E_PARSE", f"No line of the table is a record, from line {failed[0]} on. Export it again."
        )
    return no_record()


def _tests(gathered: Gathered) -> Iterator[tuple[str, Gathered]]:
    tests = gathered.take("test", np.int32)
    names = {number: name for name, number in gathered.tests.items()}
    if tests is None or len(names) < 2:
        yield next(iter(names.values()), ""), gathered
        return
    parts = {role: values[: gathered.count] for role, values in gathered.parts.items()}
    for number, name in sorted(names.items()):
        mask = tests == number
        if mask.any():
            own = {role: values[mask] for role, values in parts.items()}
            count = int(mask.sum())
            yield name, Gathered(gathered.columns, parts=own, count=count, odd_cells=gathered.odd_cells)


def _reading(gathered: Gathered, match: Match, *, code: str, meta: dict[str, Any]) -> Reading:
    row = gathered.take("row", np.int64)
    row = np.zeros(0, dtype=np.int64) if row is None else row
    flags = list(_flags_of(gathered))
    whole = {role: _whole(gathered, role, flags) for role in ("cycle", "step")}
    state = gathered.take("state", np.int64)
    used = [
        one.source
        for one in match.columns
        if one.role.partition(":")[0] not in ("dq_ah", "control_a", "test")
    ]
    span = _span(gathered)
    time = timed(gathered, match, step=whole["step"], span_s=span[1] if span else None)
    flags += time.flags
    current, current_source, flag = _current(gathered, match, time)
    if current_source:
        used.append(current_source)
    flags += [flag] if flag else []
    for told in (time.source, time.step_source):
        if told:
            used = [source for source in used if source.name != told.name] + [told]
    is_signed = _is_signed(current, state, match)
    counters = {role: _optional(gathered, role) for role in _COUNTERS}
    _share(gathered, "capacity_ah", "ah", counters, state, current if is_signed else None)
    _share(gathered, "energy_wh", "wh", counters, state, current if is_signed else None)
    if span:
        meta |= {"clock_start": iso_of(span[0]), "clock_span_s": span[1]}
    return Reading(
        format=code,
        reader=READER,
        reader_version=READER_VERSION,
        columns=tuple(used),
        row=row,
        time_s=time.time_s,
        step_time_s=time.step_time_s,
        voltage_v=gathered.floats_or_nan("voltage_v"),
        current_a=current,
        signed=is_signed,
        state=state,
        temperature_degc=_temperatures(gathered, match),
        cycle=whole["cycle"],
        step=whole["step"],
        charge_ah=counters["charge_ah"],
        discharge_ah=counters["discharge_ah"],
        net_ah=counters["net_ah"],
        charge_wh=counters["charge_wh"],
        discharge_wh=counters["discharge_wh"],
        rows_in_file=len(row),
        started_at=str(meta.pop("started_at", "") or meta.get("clock_start", "")),
        meta=meta,
        flags=tuple(flags),
    )


def _span(gathered: Gathered) -> tuple[float, float] | None:
    """Return the first date of the records in seconds since 1970, and how long after it the last one is."""
    if gathered.first_clock:
        return clock_span(gathered.first_clock, gathered.last_clock)
    clock = gathered.parts.get("clock_s")
    if clock is None:
        return None
    known = clock[: gathered.count][~np.isnan(clock[: gathered.count])]
    return (float(known[0]), float(known[-1] - known[0])) if len(known) else None


def _flags_of(gathered: Gathered) -> Iterator[Flag]:
    if gathered.blank_count:
        rows = ", ".join(str(row) for row in gathered.blank[:_NAMED_IN_A_MESSAGE])
        yield Flag(
            "W_NAN",
            f"{gathered.blank_count} rows hold neither time nor voltage nor current (first: row {rows}).",
        )
    for header, count in gathered.odd_cells.items():
        yield Flag("W_NAN", f"{count} cells of “{header}” hold no number and are left out.")


def _optional(gathered: Gathered, role: str) -> Floats | None:
    found = gathered.floats(role)
    return None if found is None or bool(np.isnan(found).all()) else found


def _whole(gathered: Gathered, role: str, flags: list[Flag]) -> Ints | None:
    """Return a column of counts, None when it holds anything else."""
    values = _optional(gathered, role)
    if values is None:
        return None
    if not np.isfinite(values).all() or bool((values != np.rint(values)).any()):
        header = next((one.header for one in gathered.columns if one.role == role), role)
        flags.append(Flag("W_COLUMN", f"The column “{header}” holds no whole numbers and is left out."))
        return None
    return values.astype(np.int64)


def _temperatures(gathered: Gathered, match: Match) -> dict[str, Floats]:
    found = {}
    for column in match.columns:
        role, _, name = column.role.partition(":")
        values = _optional(gathered, column.role) if role == TEMPERATURE else None
        if values is not None:
            found[name] = values
    return found


def _current(
    gathered: Gathered, match: Match, time: Timed
) -> tuple[Floats, ColumnSource | None, Flag | None]:
    """Return the current; without a column of it, from the charge of each interval or from what was set.

    :raises Unreadable: when the file tells none of them.
    """
    current = gathered.floats("current_a")
    if current is not None:
        return current, None, None
    change = gathered.floats("dq_ah")
    column = match.column("dq_ah")
    if change is not None and column:
        step_s = np.diff(time.time_s, prepend=np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            current = np.where(step_s > 0, change * 3600.0 / step_s, np.nan)
        # Of no interval, or of one that the clock does not show, nothing flowed that the column tells.
        current = np.where(np.isnan(current) & (change == 0.0), 0.0, current)
        message = f"The file has no column of current: it was computed from “{column.header}” over time."
        return current, _as_current(column), Flag("I_CURRENT", message)
    control = gathered.floats("control_a")
    column = match.column("control_a")
    if control is None or column is None:
        raise Unreadable("E_FORMAT", "The table has no column of current. Export it with the current in A.")
    message = f"The file has no column of measured current: “{column.header}” is what the tester was set to."
    return control, _as_current(column), Flag("W_CURRENT_SET", message)


def _as_current(column: Column) -> ColumnSource:
    return ColumnSource(name="current_a", header=column.header, unit=column.unit, factor=column.factor)


def _is_signed(current: Floats, state: Ints | None, match: Match) -> bool:
    """Tell whether the file's current has a sign: any negative value proves it.

    Without one, the maker's habit says, unless records of a discharge carry a current that is positive.
    """
    if bool((current < 0).any()):
        return True
    if state is not None and match.format.is_signed and len(current):
        largest = float(np.nanmax(current, initial=0.0))
        return not bool(((state == DISCHARGE) & (current > _LEAST_LOAD * largest)).any())
    return match.format.is_signed


def _share(
    gathered: Gathered,
    role: str,
    unit: str,
    counters: dict[str, Floats | None],
    state: Ints | None,
    current: Floats | None,
) -> None:
    """Hand one counter for both directions to that of the record's own direction, zero in the other."""
    both = _optional(gathered, role)
    if both is None or counters[f"charge_{unit}"] is not None or counters[f"discharge_{unit}"] is not None:
        return
    if state is not None:
        is_charge, is_discharge = state == CHARGE, state == DISCHARGE
    elif current is not None:
        is_charge, is_discharge = current > 0, current < 0
    else:
        return  # in which direction it counts, nothing tells
    counters[f"charge_{unit}"] = np.where(is_charge, np.abs(both), 0.0)
    counters[f"discharge_{unit}"] = np.where(is_discharge, np.abs(both), 0.0)
