"""A first pass over the table: what each column's cells say together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice, zip_longest

from intake.domain.manifest.corrections import IMPORT, Corrections
from intake.domain.manifest.fields import FIELDS, Kind
from intake.domain.manifest.layout.heading import Heading
from intake.domain.manifest.layout.mapping import letters_of, map_columns
from intake.domain.manifest.layout.totals import is_totals_row
from intake.domain.manifest.plan import HIDDEN, ColumnPlan, Plan, Ranges, ranges_of
from intake.domain.manifest.problems import Issue, Unreadable
from intake.domain.manifest.reading import Cell, Rows, Table
from intake.domain.manifest.values.dates import DateVotes
from intake.domain.manifest.values.measuring import settle_numbers
from intake.domain.manifest.values.normalizing import as_text
from intake.domain.manifest.values.quantities import NumberVotes, plain

DISTINCT_COUNTED = 1000
SAMPLES = 3
_SAMPLE_CHARACTERS = 60
_CHUNK_ROWS = 1000
_NUMBERS = (Kind.NUMBER, Kind.COUNT)


@dataclass(slots=True)
class ColumnFacts:
    """What the cells of one column have in common.

    filled: cells that hold anything.    seen: distinct cells, at most so many.
    digits: of all-digit serials, how many cells, by whether the cell is a number and by its length.
    """

    filled: int = 0
    seen: dict[Cell, None] = field(default_factory=dict)
    digits: Counter[tuple[bool, int]] = field(default_factory=Counter)

    def add(self, cells: Sequence[Cell], distinct: set[Cell]) -> None:
        """Take in the cells of one chunk of rows."""
        self.filled += len(cells) - cells.count("")
        room = DISTINCT_COUNTED - len(self.seen)
        if room > 0 and (new := distinct.difference(self.seen)):
            # In the order of the file, so that samples are the same at every reading.
            ordered = dict.fromkeys(cell for cell in cells if cell in new)
            self.seen.update(dict.fromkeys(islice(ordered, room)))

    def samples(self) -> list[str]:
        """Return the first texts of the column."""
        texts = (" ".join(as_text(cell).split())[:_SAMPLE_CHARACTERS] for cell in self.seen)
        return list(islice((text for text in texts if text), SAMPLES))


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first pass found.

    plan: how the file is read.    facts: by column.    issues: what is assumed of a column, by column.
    heading: where and how sure.
    """

    plan: Plan
    heading: Heading
    facts: Mapping[int, ColumnFacts]
    issues: Mapping[int, Issue]


def _data_chunks(
    table: Table, first_row: int, serial_index: int | None, hidden: frozenset[int]
) -> Iterator[list[Sequence[Cell]]]:
    rows = (
        row
        for number, row in table.rows()
        if number >= first_row and number not in hidden and not is_totals_row(row, serial_index)
    )
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        yield chunk


def as_shown(table: Table) -> Table:
    """Return a table whose cells that the workbook shows as percentages are the text that it shows."""
    percents = table.percent_cells

    def rows() -> Rows:
        for number, row in table.rows():
            if found := percents.in_row(number):
                row = list(row)
                for index in found:
                    if index < len(row) and not isinstance(cell := row[index], str):
                        row[index] = f"{plain(Decimal(f'{cell:.15g}') * 100)}%"
            yield number, row

    return replace(table, rows=rows) if percents else table


def hidden_rows_of(table: Table, corrections: Corrections) -> frozenset[int]:
    """Return the rows that are not read because they are hidden and nobody said to import them."""
    if corrections.answers.get("hidden_rows") == IMPORT:
        return frozenset()
    return table.hidden_rows


def hidden_columns_of(table: Table, corrections: Corrections) -> frozenset[int]:
    """Return the columns that are not read because they are hidden and nobody said to import them."""
    if corrections.answers.get("hidden_columns") == IMPORT:
        return frozenset()
    return table.hidden_columns


def _heading_width(table: Table, texts: Sequence[str], first_row: int) -> int:
    """Return the columns that count: those with a heading, and in a workbook those with values beyond."""
    width = max((index + 1 for index, text in enumerate(texts) if text), default=1)
    if table.kind == "csv":
        return width
    for number, row in table.rows():
        if number >= first_row and len(row) > width:
            width = max([width, *(index + 1 for index in range(width, len(row)) if str(row[index]).strip())])
    return width


class _Poll:
    """Let every cell vote, chunk by chunk, so that memory stays flat."""

    def __init__(self, columns: Sequence[ColumnPlan]):
        kinds = {column.index: FIELDS[column.field].kind for column in columns if column.field}
        self.facts = {column.index: ColumnFacts() for column in columns}
        self.numbers = {index: NumberVotes() for index, kind in kinds.items() if kind in _NUMBERS}
        self.dates = {index: DateVotes() for index, kind in kinds.items() if kind is Kind.DATE}
        self.serials = {index for index, kind in kinds.items() if kind is Kind.SERIAL}
        self.has_rows = False

    def add(self, chunk: Sequence[Sequence[Cell]]) -> None:
        self.has_rows = self.has_rows or any(map(any, chunk))
        by_column = list(zip_longest(*chunk, fillvalue=""))
        for index, facts in self.facts.items():
            if index >= len(by_column):
                continue
            # A value seen twice in a chunk says nothing new.
            distinct = set(by_column[index])
            distinct.discard("")
            facts.add(by_column[index], distinct)
            votes = self.numbers.get(index) or self.dates.get(index)
            if votes is not None:
                for cell in distinct:
                    votes.add(cell)
            elif index in self.serials:
                for cell in by_column[index]:
                    _count_digits(facts, cell)


def _count_digits(facts: ColumnFacts, cell: Cell) -> None:
    if not isinstance(cell, str):
        facts.digits[True, len(as_text(cell))] += 1
    elif cell.isdigit():
        facts.digits[False, len(cell)] += 1


def _suggested_pad(digits: Counter[tuple[bool, int]]) -> int:
    """Return the digits that serials of this file have, where numbers have fewer; 0 when nothing tells.

    Serials kept as text tell best; otherwise the numbers' own most frequent length.
    """
    numbers = {length: count for (is_number, length), count in digits.items() if is_number}
    texts = {length: count for (is_number, length), count in digits.items() if not is_number}
    if not numbers:
        return 0
    usual = max(texts or numbers, key=lambda length: ((texts or numbers)[length], length))
    return usual if min(numbers) < usual <= 15 else 0


def _formula_ranges(table: Table, columns: Sequence[ColumnPlan]) -> dict[int, Ranges]:
    read = {column.index for column in columns if column.field}
    rows: dict[int, list[int]] = {}
    for row, index in table.formulas:  # each column from the top
        if index in read:
            rows.setdefault(index, []).append(row)
    return {index: ranges_of(found) for index, found in rows.items()}


def survey(table: Table, heading: Heading, corrections: Corrections) -> Survey:
    """Map the columns under a heading, and settle by the votes of all cells how each is read.

    :raises Unreadable: when there is nothing under the heading.
    """
    first_row = (heading.units_row or heading.rows[-1]) + 1
    width = _heading_width(table, heading.texts, first_row)
    columns = map_columns(heading.texts, heading.units, width=width, corrections=corrections)
    hidden_columns = hidden_columns_of(table, corrections)
    columns = tuple(_hide(column) if column.index in hidden_columns else column for column in columns)
    poll = _Poll(columns)
    serial = next((column.index for column in columns if column.field == "pack_serial"), None)
    for chunk in _data_chunks(table, first_row, serial, hidden_rows_of(table, corrections)):
        poll.add(chunk)
    if not poll.has_rows and table.formulas.last_row < first_row:
        raise Unreadable("header_only", "The file has a heading but no packs under it.")
    columns = tuple(column for column in columns if not _is_spacer(column, poll.facts[column.index]))
    issues: dict[int, Issue] = {}
    settled = tuple(_settle(column, poll, corrections, issues) for column in columns)
    plan = Plan(
        kind=table.kind,
        header_row=heading.rows[-1],
        heading_rows=heading.rows,
        units_row=heading.units_row,
        heading=tuple(heading.cells),
        columns=settled,
        formulas=_formula_ranges(table, settled),
    )
    return Survey(plan, heading, poll.facts, issues)


def _is_spacer(column: ColumnPlan, facts: ColumnFacts) -> bool:
    if not column.header.startswith(f"Column {letters_of(column.index)}"):
        return False
    return not any(not isinstance(cell, str) or cell.strip() for cell in facts.seen)


def _hide(column: ColumnPlan) -> ColumnPlan:
    return ColumnPlan(index=column.index, header=column.header, use=HIDDEN)


def _settle(
    column: ColumnPlan, poll: _Poll, corrections: Corrections, issues: dict[int, Issue]
) -> ColumnPlan:
    index = column.index
    if index in poll.numbers and column.field:
        point = sum(votes.point for votes in poll.numbers.values())
        comma = sum(votes.comma for votes in poll.numbers.values())
        rules = settle_numbers(
            FIELDS[column.field],
            column.unit,
            poll.numbers[index],
            point,
            comma,
            style=corrections.choice("decimal", index),
            percent=corrections.choice("percent", index),
        )
        if rules.issue:
            issues[index] = rules.issue
        return replace(
            column,
            style=rules.style,
            unit=rules.unit,
            percent=rules.percent,
            conversions=rules.conversions,
        )
    if index in poll.dates:
        votes = poll.dates[index]
        order = corrections.choice("dates", index) or votes.order() or ""
        said = (f"{order.replace('_', ' ')}",) if order else ()
        return replace(column, order=str(order), dates_disagree=votes.disagree, conversions=said)
    if index in poll.serials:
        answered = corrections.number(f"pad:{index}")
        pad = -1 if answered is None else min(answered, 40)
        said = (f"zeros added up to {pad} digits",) if pad > 0 else ()
        return replace(
            column, pad=pad, suggested_pad=_suggested_pad(poll.facts[index].digits), conversions=said
        )
    return column
