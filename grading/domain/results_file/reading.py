"""From a file to rows: which sheets hold results, of which kind, and what every row says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from grading.domain.results_file.fields import FIELDS, LABELS, PREFILLED, ROW_LIMIT, SHEETS, Kind, Type
from grading.domain.results_file.headings import (
    MIN_FIELDS,
    Column,
    columns_of,
    kind_of_headings,
    kind_of_sheet,
    score,
)
from grading.domain.results_file.numbers import Numbers, numbers_of
from grading.domain.results_file.rows import RowReader, shown
from intake.domain.manifest.files.cells import CellSet
from intake.domain.manifest.layout.mapping import HEADER_SEARCH_ROWS, is_units_row
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import Cell, open_sheets, open_table
from intake.domain.manifest.values.quantities import plain
from intake.domain.manifest.workbooks.annotated import unwritten

PROGRESS_ROWS = 200
OURS = ("Problems", "Read me", "Lists")
"""Sheets that we write beside the results; nobody's results stand there."""
_KEY = re.compile(r"Row in file\s*\((\d{1,18})-(\d{1,9})\)")
Line = dict[str, Any] | list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Which results file a workbook of ours belongs to, as it stood when it was downloaded."""

    file_id: int
    version: int

    def heading(self) -> str:
        """Return the heading of the column of row numbers, which carries the key."""
        return f"Row in file ({self.file_id}-{self.version})"

    @classmethod
    def of(cls, text: str) -> "Key | None":
        """Return the key in a heading; None when it holds none."""
        found = _KEY.fullmatch(" ".join(text.split()))
        return cls(file_id=int(found[1]), version=int(found[2])) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One table: a sheet, or a whole text file."""

    name: str
    rows: Sequence[tuple[int, list[Cell]]]
    formulas: CellSet
    hidden: int = 0
    """Rows and columns that are hidden and hold something: they are read like all others."""


def read_results(path: Path, *, file_name: str, row_limit: int = ROW_LIMIT) -> Iterator[Line]:
    """Yield what a file of results says; run this in a limited process only.

    ``{"sheet": {...}}`` before the rows of each table, ``[number, cells, values, problems]`` per row,
    ``{"progress": n}``, ``{"summary": {...}}`` last.

    :raises Unreadable: when it is no table of results, or has more than ``row_limit`` rows.
    """
    sources, unread = _sources(path, file_name)
    count = passed_over = 0
    for kind, source in sources:
        at = _heading_of(kind, source)
        table = _Table(kind, source, at)
        yield {"sheet": table.told}
        passed_over += table.passed_over
        for line in table.lines():
            count += 1
            if count > row_limit:
                raise too_many(row_limit)
            yield line
            if count % PROGRESS_ROWS == 0:
                yield {"progress": count}
    if not count and passed_over:
        raise Unreadable("empty", "The file holds no results: its rows hold nothing but a serial.")
    if not count:
        raise Unreadable("empty", "The file holds no results: no row below the headings.")
    yield {"summary": {"rows": count, "unread_sheets": unread}}


def too_many(limit: int) -> Unreadable:
    """Return the refusal of a file with more rows than we take."""
    return Unreadable("too_many_rows", f"The file has more than {limit:,} rows. Split it into several files.")


def _sources(path: Path, file_name: str) -> tuple[list[tuple[Kind, Source]], list[str]]:
    sheets = open_sheets(path, file_name=file_name)
    if sheets is None:
        table = open_table(path, file_name=file_name)
        source = Source(name="", rows=_bounded(table.rows()), formulas=CellSet())
        kind = _kind_of(source)
        if kind is None:
            raise _no_heading()
        return [(kind, source)], []
    named: list[tuple[Kind, Source]] = []
    others: list[Source] = []
    for load in sheets:
        sheet = load()
        if sheet.facts.refusal:
            raise sheet.facts.refusal
        kind = kind_of_sheet(sheet.name)
        if sheet.name in OURS or (kind is None and not sheet.is_visible):
            continue
        hidden = len(sheet.facts.hidden_rows) + len(sheet.facts.hidden_columns)
        rows = [
            (number, _percent(number, cells, sheet.facts.percent)) for number, cells in _bounded(sheet.rows())
        ]
        source = Source(name=sheet.name, rows=rows, formulas=sheet.facts.formulas, hidden=hidden)
        if not any(cell != "" for _, cells in rows for cell in cells):
            continue
        if kind:
            named.append((kind, source))
        else:
            others.append(source)
    if named:
        return named, [source.name for source in others]
    for source in others:
        if kind := _kind_of(source):
            return [(kind, source)], [other.name for other in others if other is not source]
    raise _no_heading()


def _bounded(rows: Iterator[tuple[int, Sequence[Cell]]]) -> list[tuple[int, list[Cell]]]:
    """Hold the rows that are not blank, and never more of them than one beyond the limit."""
    filled = ((number, list(cells)) for number, cells in rows if any(cell != "" for cell in cells))
    found = list(islice(filled, ROW_LIMIT + HEADER_SEARCH_ROWS + 2))
    if len(found) > ROW_LIMIT + HEADER_SEARCH_ROWS + 1:
        raise too_many(ROW_LIMIT)
    return found


def _percent(number: int, cells: list[Cell], percent: CellSet) -> list[Cell]:
    """Write what a workbook shows as a percentage as it shows it: 0.82 as "82 %"."""
    for index in percent.in_row(number):
        if index < len(cells) and isinstance(cell := cells[index], float):
            cells[index] = f"{plain(Decimal(f'{cell:.15g}') * 100)} %"
    return cells


def _kind_of(source: Source) -> Kind | None:
    best, most = None, MIN_FIELDS - 1
    for _, cells in source.rows[:HEADER_SEARCH_ROWS]:
        kind = kind_of_headings(cells)
        if kind and (found := score(kind, cells)) > most:
            best, most = kind, found
    return best


def _heading_of(kind: Kind, source: Source) -> int:
    scores = [score(kind, cells) for _, cells in source.rows[:HEADER_SEARCH_ROWS]]
    best = max(scores, default=0)
    if best < MIN_FIELDS:
        raise _no_heading(f"Sheet “{source.name}”: ")
    return scores.index(best)


def _no_heading(where: str = "") -> Unreadable:
    kinds = ", ".join(LABELS.values())
    return Unreadable(
        "no_header",
        f"{where}No row of headings names results ({kinds}). Use the headings of our template.",
    )


class _Table:
    """One table whose heading is found."""

    def __init__(self, kind: Kind, source: Source, at: int):
        self.kind, self.source = kind, source
        self.row_number, cells = source.rows[at]
        texts = [" ".join(str(cell).split()) for cell in cells]
        keys = [Key.of(text) for text in texts]
        self.key_at = next((index for index, key in enumerate(keys) if key), None)
        self.key = keys[self.key_at] if self.key_at is not None else None
        self.columns = columns_of(kind, texts)
        self.data = list(source.rows[at + 1 :])
        if self.data and is_units_row(self.data[0][1]):
            units = [str(cell).strip(" ()[]") for cell in self.data.pop(0)[1]]
            self.columns = [_with_unit(column, units) for column in self.columns]
        self.is_ours = self.key is not None
        if self.is_ours:
            self.data = [
                (n, [unwritten(c) if isinstance(c, str) else c for c in row]) for n, row in self.data
            ]
        filled = [line for line in self.data if self.is_ours or self._says_something(*line)]
        self.passed_over = len(self.data) - len(filled)
        self.data = filled
        self.numbers = self._numbers()

    def _says_something(self, number: int, row: Sequence[Cell]) -> bool:
        """Tell whether a row says more than what our template is handed out with."""
        given = {column.index for column in self.columns if column.field in PREFILLED}
        formulas = self.source.formulas.in_row(number)
        return any(index not in given and shown(cell) for index, cell in enumerate(row)) or any(
            index not in given for index in formulas
        )

    def _numbers(self) -> dict[str, Numbers]:
        found = {}
        for column in self.columns:
            field = FIELDS[self.kind].get(column.field)
            if field and field.type is Type.NUMBER:
                cells = [row[column.index] for _, row in self.data if column.index < len(row)]
                found[field.name] = numbers_of(self.kind, field, column.unit, cells)
        return found

    @property
    def told(self) -> dict[str, Any]:
        """What is said of the table before its rows."""
        return {
            "kind": self.kind.value,
            "name": self.source.name or SHEETS[self.kind][0],
            "heading_row": self.row_number,
            "columns": [
                {"heading": column.heading, "field": column.field, "unit": column.unit}
                for column in self.columns
                if column.index != self.key_at
            ],
            "unknown": [
                column.heading or f"column {column.index + 1}"
                for column in self.columns
                if not column.field and column.index != self.key_at and self._is_filled(column)
            ],
            "conversions": [text for numbers in self.numbers.values() for text in numbers.conversions],
            "hidden": self.source.hidden,
            "passed_over": self.passed_over,
            "key": [self.key.file_id, self.key.version] if self.key else None,
        }

    def _is_filled(self, column: Column) -> bool:
        return any(column.index < len(row) and row[column.index] != "" for _, row in self.data)

    def lines(self) -> Iterator[list[Any]]:
        """Yield every row."""
        columns = [column for column in self.columns if column.index != self.key_at]
        reader = RowReader(self.kind, columns, self.numbers)
        width = max((column.index for column in self.columns), default=-1) + 1
        for number, row in self.data:
            padded = [*row, *[""] * (width - len(row))]
            name: int | None = number
            if self.key_at is not None:
                text = padded[self.key_at]
                name = int(text) if isinstance(text, float) and text.is_integer() else None
                if isinstance(text, str) and text.strip().isdigit():
                    name = int(text.strip()[:9])
            if self.key_at is not None and not any(
                cell != "" for index, cell in enumerate(padded) if index != self.key_at
            ):
                continue
            empty = [
                index for index in self.source.formulas.in_row(number) if padded[index : index + 1] == [""]
            ]
            read = reader.read(name or 0, padded, empty)
            cells = [cell for index, cell in enumerate(read.cells) if index != self.key_at]
            cells = [cell.replace("\0", "\ufffd") if isinstance(cell, str) else cell for cell in cells]
            yield [name, cells, read.values, [list(problem[1:]) for problem in read.problems]]


def _with_unit(column: Column, units: Sequence[str]) -> Column:
    if column.unit or not column.field or column.index >= len(units):
        return column
    return replace(column, unit=units[column.index])
