"""Workbooks of testers: the sheets that hold records, read within the limits that intake sets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
import polars as pl

from grading.domain.cyclers.assembling import Readings, finished, readings_of
from grading.domain.cyclers.formats import (
    DATE,
    Column,
    Match,
    columns_to_read,
    match_heading,
    without_needless,
)
from grading.domain.cyclers.gathering import Gathered
from grading.domain.cyclers.headings import split_heading
from grading.domain.cyclers.known import WORKBOOK
from grading.domain.cyclers.recognizing import UNUSED, with_kinds
from grading.domain.cyclers.steps import step_reading
from grading.domain.cyclers.table import Ints, Unreadable
from grading.domain.cyclers.values import Mask
from intake.domain.manifest import problems
from intake.domain.manifest.files.archive import kind_of
from intake.domain.manifest.files.sheets import Sheet
from intake.domain.manifest.files.xlsx import sheets_of
from intake.domain.manifest.reading import MAX_ROWS, Cell

_HEADING_ROWS = 200
_SAMPLE_ROWS = 60
_BATCH_ROWS = 20_000
_PART_OF_A_TEST = re.compile(r"_\d+$")
_WORDS = {
    "zip_bomb": "The workbook unpacks to far more than a test can hold. Export the test as CSV.",
    "too_many_cells": f"A sheet has more than {MAX_ROWS:,} rows or too many cells. Export the test as CSV.",
    "unknown_type": "The archive is no workbook. Send the tester's own file, or its text or Excel export.",
}
_NO_TABLE = (
    "No sheet holds a table of a tester: a heading with time, voltage and current is needed. Send the"
    " tester's own file, or its text or Excel export."
)
_RESULTS = (
    "The workbook holds a table of results, one line per test with its capacity and SOH, and no records of a"
    " tester: nothing can be measured from it. Send it as a results file, on the page of results."
)
_RESULT_HEADINGS = frozenset(["q", "qn", "soh"])
"""Charge found, rated charge and SOH: headings of a table of results."""
_Row = tuple[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    heading: tuple[str, ...]
    match: Match
    order: Column | None
    """The column that grows from record to record: by it a sheet is known to go on with another's test."""
    rows: Iterator[_Row]


class SheetCells:
    """Some rows of a sheet; see :class:`grading.domain.cyclers.gathering.Cells`."""

    cut_off: Mask | None = None
    empty: Mask | None = None
    has_decimal_comma = False

    def __init__(self, rows: Sequence[_Row], offset: int):
        self.rows: Ints = np.array([number + offset for number, _ in rows], dtype=np.int64)
        self._cells = [cells for _, cells in rows]

    def _column(self, column: Column) -> Sequence[Cell]:
        index = column.index
        return [row[index] if index < len(row) else "" for row in self._cells]

    def numbers(self, column: Column) -> pl.Series | None:
        """Return a column as numbers, NaN where blank, or None when any of it is text."""
        values = self._column(column)
        if any(type(value) is not float and value != "" for value in values):
            return None
        return pl.Series([value if type(value) is float else np.nan for value in values], dtype=pl.Float64)

    def text(self, column: Column) -> pl.Series:
        """Return a column as text."""
        return pl.Series([_text(value) for value in self._column(column)], dtype=pl.String)


def _text(value: Cell) -> str:
    return repr(value).removesuffix(".0") if type(value) is float else str(value)


def read_workbook(path: Path) -> Readings:
    """Return every test of a workbook; sheets that go on with the test of the one before are one test.

    :raises Unreadable: E_FORMAT when the workbook would do harm, is damaged or holds no table, E_EMPTY.
    """
    try:
        kind = kind_of(path, file_name="The file")
        if kind != "xlsx":
            raise Unreadable("E_FORMAT", "The file is an OpenDocument table. Save it as .xlsx or CSV.")
        readings = _read(path)
    except problems.Unreadable as refusal:
        raise Unreadable("E_FORMAT", _WORDS.get(refusal.code, str(refusal))) from refusal
    if readings is None:
        raise Unreadable("E_FORMAT", _RESULTS if _holds_results(path) else _NO_TABLE)
    return finished(readings)


def _read(path: Path) -> Readings | None:
    readings: Readings = []
    last: tuple[_Table, Gathered, float, int] | None = None
    for load in sheets_of(path):
        table = _table(load())
        if table is None:
            continue
        first, rows = _first_of(table)
        if last and _goes_on(last[0], last[2], table, first):
            gathered, offset = last[1], last[3]
        else:
            readings += _finished(last)
            gathered, offset = Gathered(columns_to_read(table.match)), 0
        end, count = _gather(table, rows, gathered, offset)
        last = table, gathered, end, offset + count
    readings += _finished(last)
    return readings if last else None


def _holds_results(path: Path) -> bool:
    """Tell whether a sheet begins with the headings of a table of results."""
    for load in sheets_of(path):
        sheet = load()
        if sheet.facts.refusal:
            return False
        for _, cells in islice(sheet.rows(), 1):
            if {split_heading(_text(cell)).key for cell in cells} >= _RESULT_HEADINGS:
                return True
    return False


def _table(sheet: Sheet) -> _Table | None:
    if sheet.facts.refusal:
        raise sheet.facts.refusal
    rows = sheet.rows()
    above: list[str] = []
    best: tuple[Match, tuple[str, ...]] | None = None
    for _, cells in islice(rows, _HEADING_ROWS):
        heading = tuple(_text(cell) for cell in cells)
        above.append(" ".join(heading))
        match = match_heading(heading, WORKBOOK, above=lambda: above)
        if match:
            best = match, heading
            break
    if best is None:
        return None
    match, heading = best
    sample = list(islice(rows, _SAMPLE_ROWS))
    match = with_kinds(match, [[_text(cell) for cell in cells] for _, cells in sample])
    order = match.column("record") or match.column("time_s")
    return _Table(sheet.name, heading, without_needless(match.without(*UNUSED)), order, chain(sample, rows))


def _place(table: _Table, row: _Row) -> float:
    cells = row[1]
    value = cells[table.order.index] if table.order and table.order.index < len(cells) else ""
    return value if isinstance(value, float) else np.nan


def _first_of(table: _Table) -> tuple[float, Iterator[_Row]]:
    first = list(islice(table.rows, 1))
    return (_place(table, first[0]) if first else np.nan), chain(first, table.rows)


def _goes_on(before: _Table, end: float, table: _Table, first: float) -> bool:
    is_same = _PART_OF_A_TEST.sub("", before.name) == _PART_OF_A_TEST.sub("", table.name)
    return is_same and before.heading == table.heading and bool(first > end)


def _gather(table: _Table, rows: Iterator[_Row], gathered: Gathered, offset: int) -> tuple[float, int]:
    """Add the records of a sheet; return where its last one stands in the test, and in which row."""
    end, count = np.nan, 0
    clock = table.match.column("clock")
    while batch := list(islice(rows, _BATCH_ROWS)):
        while batch and not any(cell != "" for cell in batch[-1][1]):
            batch.pop()  # rows of nothing at a sheet's end are no records of the tester
        if not batch:
            continue
        gathered.add(SheetCells(batch, offset))
        end, count = _place(table, batch[-1]), batch[-1][0]
        if clock:
            dates = [_text(row[clock.index]) for _, row in batch if clock.index < len(row)]
            dates = [date for date in dates if date.strip()]
            if dates and not any(column.kind == DATE for column in gathered.columns):
                gathered.first_clock = gathered.first_clock or dates[0]
                gathered.last_clock = dates[-1]
    return end, count


def _finished(last: tuple[_Table, Gathered, float, int] | None) -> Readings:
    if last is None or "row" not in last[1].parts:
        return []
    table, gathered = last[0], last[1]
    if table.match.format.is_step_table:
        return [step_reading(gathered, table.match, kind="xlsx")]
    return list(readings_of(gathered, table.match, kind="xlsx", told={"sheet": table.name}))
