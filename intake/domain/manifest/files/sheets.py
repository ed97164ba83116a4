"""Which sheet of a workbook holds the table, and what only its markup tells about the cells."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from intake.domain.manifest.files.cells import CellSet
from intake.domain.manifest.layout.mapping import HEADER_SEARCH_ROWS, find_header
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS, Rows, Table

MAX_CELLS = 8_000_000  # a sheet is held whole by the reader: this many cells stay below the memory limit


@dataclass(slots=True)
class SheetFacts:
    """What the markup of a sheet tells beside its values; rows as shown, columns zero-based.

    errors: the cells that show an error, by what they show.    refusal: why the sheet must not be read.
    last_row, last_column: zero-based, how far the values reach, where that is known before they are read.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: CellSet = field(default_factory=CellSet)
    percent: CellSet = field(default_factory=CellSet)
    errors: dict[str, CellSet] = field(default_factory=dict)
    refusal: Unreadable | None = None
    last_row: int = 0
    last_column: int = 0

    def add_error(self, text: str, row: int, column: int) -> None:
        """Note a cell that shows an error such as #N/A."""
        if len(self.errors) < 20 or text in self.errors:
            self.errors.setdefault(text[:20], CellSet()).add(row, column)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, not read before ``rows`` is called."""

    name: str
    is_visible: bool
    rows: Callable[[], Rows]
    facts: SheetFacts


Sheets = Iterator[Callable[[], Sheet]]
"""What loads each sheet of a workbook, one after the other."""


def too_many_cells(name: str = "") -> Unreadable:
    """Return the refusal of a sheet that is larger than a manifest can be."""
    limits = f"{MAX_ROWS:,} rows, {MAX_COLUMNS} columns or {MAX_CELLS:,} cells"
    which = f"Sheet “{name}”" if name else "A sheet"
    return Unreadable("too_many_cells", f"{which} has more than {limits}.")


def _score(sheet: Sheet) -> int:
    return find_header([row for _, row in islice(sheet.rows(), HEADER_SEARCH_ROWS)])[1]


def _choose(
    sheets: Iterable[Callable[[], Sheet]], wanted: str | None
) -> tuple[list[dict[str, object]], Sheet]:
    """Return what is known of every sheet, and the wanted one or the visible one with the best heading."""
    known: list[dict[str, object]] = []
    best: Sheet | None = None
    best_score = -1
    for load in sheets:
        sheet = load()
        score = 0
        try:
            if sheet.facts.refusal:
                raise sheet.facts.refusal
            score = _score(sheet)
        except Unreadable:
            # A hidden sheet that nobody asked for does not stand in the way of the others.
            if sheet.is_visible or sheet.name == wanted:
                raise
        known.append({"name": sheet.name, "visible": sheet.is_visible, "score": score})
        is_eligible = sheet.name == wanted if wanted else sheet.is_visible
        if is_eligible and score > best_score:
            best, best_score = sheet, score
    if best is None and wanted:
        raise Unreadable("no_such_sheet", f"The workbook has no sheet “{wanted}” with cells.")
    if best is None:
        raise Unreadable("hidden_only", "The workbook has no visible sheet. Unhide the one with the packs.")
    return known, best


def _hidden(sheet: Sheet) -> tuple[frozenset[int], frozenset[int]]:
    """Return the hidden rows and columns that hold something."""
    facts = sheet.facts
    rows: set[int] = set()
    columns: set[int] = set()
    if not (facts.hidden_rows or facts.hidden_columns):
        return frozenset(), frozenset()
    for number, row in sheet.rows():
        if number in facts.hidden_rows and any(cell != "" for cell in row):
            rows.add(number)
        for index in facts.hidden_columns - columns:
            if index < len(row) and row[index] != "":
                columns.add(index)
    return frozenset(rows), frozenset(columns)


def table_of(kind: str, sheets: Iterable[Callable[[], Sheet]], answers: Mapping[str, str]) -> Table:
    """Return the table on the sheet that an answer names, or on the visible one with the best heading.

    :raises Unreadable: when there is no such sheet, or it is larger than a manifest can be.
    """
    known, sheet = _choose(sheets, answers.get("sheet"))
    hidden_rows, hidden_columns = _hidden(sheet)
    return Table(
        kind=kind,
        sheet=sheet.name,
        sheets=tuple(known),
        rows=sheet.rows,
        formulas=sheet.facts.formulas,
        percent_cells=sheet.facts.percent,
        hidden_rows=hidden_rows,
        hidden_columns=hidden_columns,
    )
