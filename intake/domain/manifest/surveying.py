"""A first pass over the table: where the heading is, and what each column's cells say together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from intake.domain.manifest.dates import DateVotes
from intake.domain.manifest.fields import FIELDS, Kind
from intake.domain.manifest.mapping import (
    HEADER_SEARCH_ROWS,
    Column,
    find_header,
    is_units_row,
    letters_of,
    map_columns,
)
from intake.domain.manifest.measuring import NumberRules, number_converter, settle_numbers
from intake.domain.manifest.normalizing import COMPILERS, ColumnRules, Converter
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.quantities import NumberVotes
from intake.domain.manifest.reading import Cell, Table

MIN_HEADER_SCORE = 2
_CHUNK_ROWS = 1000
_TOTALS = (
    "total",
    "totals",
    "sum",
    "subtotal",
    "grand total",
    "summe",
    "gesamt",
    "zwischensumme",
    "合计",
    "总计",
    "小计",
    "total général",
)
TOTAL_WORDS = frozenset(
    form + end
    for word in _TOTALS
    for form in (word, word.upper(), word.capitalize(), word.title())
    for end in ("", ":")
)
_NUMBERS = (Kind.NUMBER, Kind.COUNT)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table stands and how its columns are to be read.

    header_row, units_row: as the spreadsheet program shows them.    heading: the cells of the heading.
    columns: one per heading.    converters: by column index.    numbers: rules by column index.
    """

    header_row: int
    units_row: int | None
    heading: Sequence[Cell]
    columns: tuple[Column, ...]
    converters: dict[int, Converter]
    numbers: dict[int, NumberRules]

    @property
    def first_row(self) -> int:
        """Return the number of the first row under the heading and the units."""
        return (self.units_row or self.header_row) + 1


def is_totals_row(cells: Sequence[Cell], serial_index: int | None) -> bool:
    """Tell whether a row sums up: it says so in some cell, and its serial is blank or the word itself."""
    if TOTAL_WORDS.isdisjoint(cells):
        return False
    serial = "" if serial_index is None or serial_index >= len(cells) else cells[serial_index]
    return serial in TOTAL_WORDS or (isinstance(serial, str) and not serial.strip())


def _find_top(table: Table) -> tuple[int, int | None, Sequence[Cell], Sequence[Cell]]:
    top = list(islice(table.rows(), HEADER_SEARCH_ROWS + 1))
    if not any(str(cell).strip() for _, row in top for cell in row):
        raise Unreadable("empty", "The file holds no rows.")
    index, score = find_header([row for _, row in top])
    if score < MIN_HEADER_SCORE:
        message = (
            f"No heading was found in the first {HEADER_SEARCH_ROWS} rows. "
            "Name the columns, for example: Pack serial, Make, Model, Accident, DDR status, Received as."
        )
        raise Unreadable("no_header", message)
    number, heading = top[index]
    if index + 1 < len(top) and is_units_row(top[index + 1][1]):
        return number, top[index + 1][0], heading, top[index + 1][1]
    return number, None, heading, ()


def _data_chunks(table: Table, first_row: int, serial_index: int | None) -> Iterator[list[Sequence[Cell]]]:
    rows = (
        row for number, row in table.rows() if number >= first_row and not is_totals_row(row, serial_index)
    )
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        yield chunk


def _index_of(columns: Sequence[Column], field: str) -> int | None:
    return next((column.index for column in columns if column.field == field), None)


def _heading_width(table: Table, heading: Sequence[Cell], first_row: int) -> int:
    """Return the columns that count: those with a heading, and in a workbook those with values beyond."""
    width = max(index + 1 for index, cell in enumerate(heading) if str(cell).strip())
    if table.kind == "csv":
        return width
    for number, row in table.rows():
        if number >= first_row and len(row) > width:
            width = max([width, *(index + 1 for index in range(width, len(row)) if str(row[index]).strip())])
    return width


def _poll(
    table: Table, first_row: int, columns: Sequence[Column]
) -> tuple[dict[int, NumberVotes], dict[int, DateVotes], set[int]]:
    """Let every cell of the number and date columns vote; return also the unnamed empty columns."""
    numbers = {c.index: NumberVotes() for c in columns if c.field and FIELDS[c.field].kind in _NUMBERS}
    dates = {c.index: DateVotes() for c in columns if c.field and FIELDS[c.field].kind is Kind.DATE}
    unnamed = {column.index for column in columns if column.header == f"Column {letters_of(column.index)}"}
    filled: set[int] = set()
    has_rows = False
    for chunk in _data_chunks(table, first_row, _index_of(columns, "pack_serial")):
        has_rows = has_rows or any(any(row) for row in chunk)
        polled: list[tuple[int, NumberVotes | DateVotes]] = [*numbers.items(), *dates.items()]
        for index, votes in polled:
            # A value seen twice in a chunk says nothing new.
            for cell in {row[index] for row in chunk if len(row) > index}:
                if cell != "":
                    votes.add(cell)
        for index in unnamed - filled:
            if any(len(row) > index and str(row[index]).strip() for row in chunk):
                filled.add(index)
    if not has_rows:
        raise Unreadable("header_only", "The file has a heading but no packs under it.")
    return numbers, dates, unnamed - filled


def survey(table: Table, *, today: date) -> Layout:
    """Find the heading, map the columns, and settle by the votes of all cells how each column is read.

    :raises Unreadable: when there is no heading or nothing under it.
    """
    header_row, units_row, heading, units = _find_top(table)
    first_row = (units_row or header_row) + 1
    columns = map_columns(heading, units, width=_heading_width(table, heading, first_row))
    numbers, dates, empty = _poll(table, first_row, columns)
    columns = tuple(column for column in columns if column.index not in empty)
    point = sum(votes.point for votes in numbers.values())
    comma = sum(votes.comma for votes in numbers.values())
    rules: dict[int, NumberRules] = {}
    converters: dict[int, Converter] = {}
    for column in columns:
        if column.field is None:
            continue
        field = FIELDS[column.field]
        if column.index in numbers:
            own = numbers[column.index]
            rules[column.index] = settle_numbers(field, column.unit, column.unit_text, own, point, comma)
            converters[column.index] = number_converter(field, rules[column.index])
        else:
            order = dates[column.index].order() if column.index in dates else None
            converters[column.index] = COMPILERS[field.kind](field, ColumnRules(column.header, order, today))
    return Layout(header_row, units_row, heading, columns, converters, rules)
