"""The time of a test, from whichever column of time a file has."""

from dataclasses import dataclass

import numpy as np

from grading.domain.cyclers.formats import DATE, NUMBER, Column, Match
from grading.domain.cyclers.gathering import Gathered
from grading.domain.cyclers.table import ColumnSource, Flag, Floats, Ints, Unreadable

_UNITS = ((1e-3, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"))
_TOLERANCE = 0.05
_LEAST_SPAN_S = 10.0
_PAUSE_S = 60.0
"""A test that stood still for longer, by the clock on the wall, shows it as a gap."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Time of each record and where it comes from."""

    time_s: Floats
    step_time_s: Floats | None
    source: ColumnSource
    step_source: ColumnSource | None = None
    """Where it is not what the heading says."""
    flags: tuple[Flag, ...] = ()


def timed(gathered: Gathered, match: Match, *, step: Ints | None, span_s: float | None) -> Timed:
    """Return the time since the test began.

    :param span_s: between the first and the last date of the file, where it has dates.
    :raises Unreadable: when the file has no column of time.
    """
    time = gathered.floats("time_s")
    step_time = gathered.floats("step_time_s")
    clock = gathered.floats("clock_s")
    column = match.column("time_s")
    if time is not None and column:
        if column.kind == DATE:
            return Timed(_since_first(time), step_time, _source(column, "date", 1.0))
        if column.unit == "" and column.kind == NUMBER:
            return _inferred(time, step_time, column, match, span_s)
        return Timed(time, step_time, _source(column, column.unit, column.factor))
    column = match.column("step_time_s")
    if step_time is not None and column and step is not None:
        return _from_steps(step_time, column, step, clock)
    column = match.column("clock")
    if clock is not None and column:
        return Timed(_since_first(clock), step_time, _source(column, "date", 1.0))
    raise Unreadable("E_FORMAT", "The table has no column of test time. Export it with the time in seconds.")


def _source(column: Column, unit: str, factor: float) -> ColumnSource:
    return ColumnSource(name="time_s", header=column.header, unit=unit, factor=factor)


def _since_first(clock: Floats) -> Floats:
    known = clock[~np.isnan(clock)]
    return clock - (known[0] if len(known) else 0.0)


def _inferred(
    time: Floats, step_time: Floats | None, column: Column, match: Match, span_s: float | None
) -> Timed:
    """Return time in seconds by the file's dates, or ask when they do not tell."""
    known = time[~np.isnan(time)]
    span = float(known[-1] - known[0]) if len(known) else 0.0
    steps = match.column("step_time_s")
    if span_s is not None and span_s >= _LEAST_SPAN_S and span > 0:
        for factor, unit in _UNITS:
            # Dates in whole seconds may be off by one at either end.
            if abs(span * factor - span_s) <= _TOLERANCE * span_s + 2.0:
                message = f"“{column.header}” names no unit; by the file's dates it is {unit}."
                flag = Flag("I_TIME_UNIT", message)
                source = _source(column, unit, factor)
                if step_time is None or steps is None or steps.unit:
                    return Timed(time * factor, step_time, source, None, (flag,))
                same = ColumnSource(name="step_time_s", header=steps.header, unit=unit, factor=factor)
                return Timed(time * factor, step_time * factor, source, same, (flag,))
    message = (
        f"“{column.header}” names no unit and no dates in the file tell it. Say whether it is s, min or h;"
        " until then it is taken for s and nothing is concluded."
    )
    return Timed(time, step_time, _source(column, "", 1.0), None, (Flag("E_TIME_UNIT", message),))


def _from_steps(step_time: Floats, column: Column, step: Ints, clock: Floats | None) -> Timed:
    """Return the time of steps that each begin at zero, one behind the other, with pauses by the clock."""
    changes = np.flatnonzero(step[1:] != step[:-1]) + 1
    if len(changes) and not bool((step_time[changes] < step_time[changes - 1]).any()):
        return Timed(step_time, None, _source(column, column.unit, column.factor))  # it never begins again
    is_first = np.ones(len(step), dtype=np.bool_)
    is_first[1:] = (step[1:] != step[:-1]) | (np.diff(step_time) < 0)
    first = np.flatnonzero(is_first)
    ends = step_time[np.append(first[1:] - 1, len(step) - 1)] if len(step) else step_time
    begin = np.concatenate([[0.0], np.cumsum(ends)[:-1]]) if len(first) else np.zeros(0)
    paused = 0
    if clock is not None and len(first):
        by_clock = clock[first] - clock[first[0]] - (step_time[first] - step_time[first[0]])
        late = 0.0
        for number, (cumulated, told) in enumerate(zip(begin, by_clock, strict=True)):
            if told - cumulated - late > _PAUSE_S:
                late = told - cumulated
                paused += 1
            begin[number] = cumulated + late
    time = np.repeat(begin, np.diff(np.append(first, len(step)))) + step_time
    message = f"The file has no test time: it was put together from “{column.header}” of each step"
    message += f", with {paused} pauses by its dates." if paused else "."
    source = _source(column, column.unit, column.factor)
    return Timed(time, step_time, source, None, (Flag("I_TIME_STEPS", message),))
