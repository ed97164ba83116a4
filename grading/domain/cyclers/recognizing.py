"""Which maker wrote a text, and where its table begins."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mode
from typing import overload

from grading.domain.cyclers.formats import CLOCK_TIME, DATE, NUMBER, Match, match_heading, quantity_of
from grading.domain.cyclers.headings import key_of, split_heading
from grading.domain.cyclers.known import HEADLESS, TEXT
from grading.domain.cyclers.units import factor_of, is_unit

_SEPARATORS = ("\t", ";", ",", "|")
_SAMPLE_LINES = 60
_LOOK_AHEAD = 3
_MIN_CELLS = 3
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?")
_NUMERIC = re.compile(r"\s*[+-]?[.,]?\d")
_CLOCK = re.compile(r"(?:\d+\s*d(?:ays?)?,?\s*)?\d+:\d{1,2}:\d{1,2}(?:[.,:]\d+)?")
_DATE = re.compile(r"\d{1,4}[-/.](?:\d{1,2}|[A-Za-z]{3})[-/.]\d{2,4}[ T]\d.*")
UNUSED = ("record", "excluded", "told", "impedance", "channel")


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a text become records."""

    match: Match
    separator: str
    heading: bytes
    """The line of the heading as it stands in the file; empty when there is none."""
    first_line: int
    """Number of the first line behind the heading, from 1."""
    above: str
    has_decimal_comma: bool
    width: int
    """Columns of most records, which may be more than the headings."""
    last_filled: int
    """Index of the last column that holds something in every record looked at."""
    report: tuple[tuple[str, ...], ...] = ()
    """Headings of the cycles and of the steps, when both stand above that of the records."""


class _Lines(Sequence[str]):
    """Lines of a text, decoded when they are looked at: a heading mostly stands near the top."""

    def __init__(self, written: Sequence[bytes]):
        self._written = written

    def __len__(self) -> int:
        return len(self._written)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [_decoded(line) for line in self._written[place]]
        return _decoded(self._written[place])


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", errors="replace").rstrip("\r")


def cells_of(line: str, separator: str) -> list[str]:
    """Return the cells of one line."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line.replace("\r", " ")], delimiter=separator), [])
    except csv.Error:  # a cell beyond any length
        return line.split(separator)


def _split(line: str, separator: str) -> list[str]:
    cells = cells_of(line.rstrip("\r"), separator)
    if len(cells) == 1 and separator in cells[0]:
        cells = cells[0].split(separator)  # the whole line stands in quotation marks
    return cells


def _best_match(lines: Sequence[str], index: int) -> tuple[Match, str] | None:
    found = []
    for separator in _SEPARATORS:
        if lines[index].count(separator) + 1 >= _MIN_CELLS:
            cells = _split(lines[index], separator)
            if sum(bool(_NUMERIC.match(cell)) for cell in cells) > len(cells) / 2:
                continue  # a record, as most lines are
            if report := _report_above(lines, index, separator):
                cells[:2] = report[0][0], report[1][1]
            match = match_heading(cells, TEXT, above=lambda: lines[: index + 1])
            if match:
                found.append((match, separator))
    return max(found, key=lambda one: one[0].score, default=None)


def _headless(line: str) -> tuple[Match, str] | None:
    for form in HEADLESS:
        if re.match(form.headless, line):
            match = match_heading(form.headless_headings, (form,), above=list)
            if match:
                return match, ","
    return None


def find_layout(head: bytes) -> Layout | None:
    """Find the heading that knows most in the beginning of a text, or None.

    :raises Unreadable: when a column that every record needs has a unit that nobody knows.
    """
    written = head.split(b"\n")
    lines = _Lines(written)
    for index in range(min(len(lines), _LOOK_AHEAD)):
        if found := _headless(lines[index]):
            return _layout(written, lines, *found, index - 1)
    best: tuple[Match, str, int] | None = None
    for index, line in enumerate(lines):
        if best and index > best[2] + _LOOK_AHEAD:
            break
        if len(line) > 20_000:
            continue
        found = _best_match(lines, index)
        if found and (best is None or found[0].score > best[0].score):
            best = (*found, index)
    if best:
        return _layout(written, lines, *best)
    return None


def _with_units(match: Match, cells: Sequence[str]) -> Match | None:
    """Return the columns with the units of the line below the heading, None when that is no line of units."""
    units = [cell.strip().strip("[]()").strip() for cell in cells]
    filled = [unit for unit in units if unit]
    if len(filled) < 2 or sum(is_unit(unit) for unit in filled) < len(filled) / 2:
        return None
    columns = []
    for column in match.columns:
        unit = units[column.index] if column.index < len(units) else ""
        factor = factor_of(unit, quantity_of(column.role.partition(":")[0])) if unit else None
        columns.append(column if factor is None else replace(column, unit=unit, factor=factor))
    return replace(match, columns=tuple(columns))


def with_kinds(match: Match, sample: Sequence[Sequence[str]]) -> Match:
    """Return the columns of time as clocks or dates where the records are written so."""
    for column in match.columns:
        if column.kind != NUMBER and column.kind != CLOCK_TIME:
            continue
        cells = [row[column.index].strip() for row in sample if column.index < len(row)]
        cells = [cell for cell in cells if cell]
        if quantity_of(column.role) != "time" or not cells:
            continue
        if all(_CLOCK.fullmatch(cell) for cell in cells):
            match = match.with_kind(column.role, CLOCK_TIME)
        elif all(_DATE.fullmatch(cell) for cell in cells):
            match = match.with_kind(column.role, DATE)
        else:
            match = match.with_kind(column.role, NUMBER)
    return match


def _layout(
    written: Sequence[bytes], lines: Sequence[str], match: Match, separator: str, index: int
) -> Layout:
    heading = written[index] if index >= 0 else b""
    first = index + 1
    if first < len(lines):
        with_units = _with_units(match, _split(lines[first], separator)) if heading else None
        if with_units:
            match, first = with_units, first + 1
    sample = [_split(line, separator) for line in lines[first : first + _SAMPLE_LINES] if line.strip()]
    report = _report_above(lines, index, separator)
    if report:
        sample = [row for row in sample if not any(cell.strip() for cell in row[:2])]
    sample = sample[:-1] if len(sample) > 1 else sample  # the last one may be cut off by the sample
    numeric = [one.index for one in match.columns if one.kind == NUMBER]
    cells = [row[i].strip() for row in sample for i in numeric if i < len(row)]
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(_POINT.fullmatch(cell)) for cell in cells)
    filled = [
        i
        for i in range(max((len(row) for row in sample), default=0))
        if all(i < len(row) and row[i].strip() for row in sample)
    ]
    return Layout(
        match=with_kinds(match, sample).without(*UNUSED),
        separator=separator,
        heading=heading,
        first_line=first + 1,
        above="\n".join(lines[: max(index, 0)]),
        has_decimal_comma=separator != "," and commas > points,
        width=max(match.width, mode([len(row) for row in sample] or [0])),
        last_filled=max(filled, default=-1),
        report=report,
    )


def _report_above(lines: Sequence[str], index: int, separator: str) -> tuple[tuple[str, ...], ...]:
    """Return the headings of cycles and steps, when the records' heading begins with two empty cells."""
    rows = [
        [cell.strip() for cell in _split(line, separator)] for line in lines[max(0, index - 2) : index + 1]
    ]
    if index < 2 or len(rows) < 3 or any(len(row) < _MIN_CELLS for row in rows):
        return ()
    cycles, steps, records = rows
    if not cycles[0] or steps[0] or not steps[1] or any(records[:2]) or not records[2]:
        return ()
    is_cycle = split_heading(cycles[0]).key.startswith((key_of("cycle"), "循环"))
    return (tuple(cycles), tuple(steps)) if is_cycle else ()
