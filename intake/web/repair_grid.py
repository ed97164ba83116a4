"""The grid of a draft: staged rows as cells, each with what it holds, what was read and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from intake.domain.manifest.corrections import EXTRA, IGNORE, Corrections
from intake.domain.manifest.fields import FIELDS, Kind
from intake.domain.manifest.values.normalizing import as_text
from intake.domain.manifest.values.words import fold
from intake.models import Manifest, ManifestRow

_NUMBERS = (Kind.NUMBER, Kind.COUNT)
_CODES = (Kind.SERIAL, Kind.VIN, Kind.TRACTION_CODE)
_TONES = ("error", "question", "warning")
_STATES = {row.value: row.name.lower() for row in ManifestRow.Severity}
Edits = Mapping[int, Mapping[int, str]]
Conflicts = Mapping[tuple[int, int], str]
Key = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class GridColumn:
    """One column of the file as the grid shows it."""

    index: int
    header: str
    field: str
    label: str
    """What it was read as."""
    unit: str
    is_number: bool
    is_code: bool


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """One cell: the text as the file has it or as it was corrected, and what was understood."""

    column: GridColumn
    text: str
    original: str
    """The text in the file; differs from ``text`` when somebody edited the cell."""
    read: str
    """The value taken, where it reads otherwise than the text."""
    problems: list[dict[str, Any]] = field(default_factory=list)
    conflict: str = ""
    """What this person typed while somebody else changed the cell; empty when nobody did."""

    @property
    def tone(self) -> str:
        found = {problem["severity"] for problem in self.problems}
        return next((tone for tone in _TONES if tone in found), "")

    @property
    def is_edited(self) -> bool:
        return self.text != self.original


@dataclass(frozen=True, kw_only=True)
class GridLine:
    """One row of the grid."""

    row: ManifestRow
    cells: list[GridCell]
    problems: list[dict[str, Any]]
    """What belongs to the row as a whole, or to a column that the file does not have."""
    state: str
    """ready, warning, question, error, dropped or announced."""

    @property
    def is_open(self) -> bool:
        return self.row.fate == ManifestRow.Fate.OPEN

    @property
    def spoken(self) -> str:
        """What a screen reader hears after a change of the row."""
        said = [problem.get("message", "") for cell in self.cells for problem in cell.problems]
        said += [problem.get("message", "") for problem in self.problems]
        words = {"dropped": "left out"}.get(self.state, self.state)
        return " ".join([f"Row {self.row.row}: {words}.", *(said if self.is_open else ())])


def grid_columns(manifest: Manifest, order: Sequence[int] = ()) -> list[GridColumn]:
    """Return the columns that are read or kept: the serial first, then those with something wrong in them.

    :param order: indexes in the order in which a page shows them already; such a page keeps it.
    """
    columns = [_column(stored) for stored in manifest.summary.get("columns", ()) if stored["use"] != IGNORE]
    if order:
        place = {index: number for number, index in enumerate(order)}
        return sorted(columns, key=lambda column: place.get(column.index, len(place)))
    groups = manifest.summary.get("groups", ())
    wrong = {group["index"] for group in groups if group["count"] and group["rule"] != "column_unknown"}
    return sorted(
        columns,
        key=lambda column: (column.field != "pack_serial", column.index not in wrong, column.index),
    )


def _column(stored: Mapping[str, Any]) -> GridColumn:
    known = FIELDS.get(stored.get("field") or "")
    return GridColumn(
        index=stored["index"],
        header=stored["header"],
        field=known.name if known else "",
        label=known.label if known else EXTRA,
        unit=known.unit if known else "",
        is_number=bool(known) and known.kind in _NUMBERS,  # type: ignore[union-attr]
        is_code=bool(known) and known.kind in _CODES,  # type: ignore[union-attr]
    )


@dataclass(frozen=True, kw_only=True)
class Grid:
    """How the rows of one draft are shown: its columns, the edits in force, words for its problems."""

    columns: list[GridColumn]
    edits: Edits
    words: Mapping[Key, Mapping[str, Any]]
    """What is said of the first case of a problem; for the many of which only the rule is kept."""

    def lines(
        self, rows: Sequence[ManifestRow], conflicts: Conflicts = MappingProxyType({})
    ) -> list[GridLine]:
        """Return staged rows as lines; ``conflicts`` maps row and column to what was typed there."""
        return [self._line(row, self.edits.get(row.row, {}), conflicts) for row in rows]

    def _line(self, row: ManifestRow, edits: Mapping[int, str], conflicts: Conflicts) -> GridLine:
        placed: dict[int | None, list[dict[str, Any]]] = {}
        for problem in row.problems:
            placed.setdefault(_place_of(problem, self.columns), []).append(self._worded(problem))
        cells = [
            GridCell(
                column=column,
                text=edits.get(column.index, original),
                original=original,
                read=_read(column, row.values, edits.get(column.index, original)),
                problems=placed.get(column.index, []),
                conflict=conflicts.get((row.row, column.index), ""),
            )
            for column in self.columns
            for original in [original_text(row, column.index)]
        ]
        state = _STATES[row.severity] if row.fate == ManifestRow.Fate.OPEN else row.fate
        return GridLine(row=row, cells=cells, problems=placed.get(None, []), state=state)

    def _worded(self, problem: dict[str, Any]) -> dict[str, Any]:
        if problem.get("message"):
            return problem
        said = self.words.get(_key_of(problem), {})
        return problem | {"message": said.get("message", problem["rule"]), "fix": said.get("fix", "")}


def grid_of(manifest: Manifest, corrections: Corrections, order: Sequence[int] = ()) -> Grid:
    """Return the grid of a draft with its corrections in force; ``order`` is for ``grid_columns``."""
    return Grid(
        columns=grid_columns(manifest, order),
        edits=corrections.cells,
        words={_key_of(group): group for group in manifest.summary.get("groups", ())},
    )


def _key_of(said: Mapping[str, Any]) -> Key:
    return said["rule"], said["severity"], said.get("field") or "", said.get("column") or ""


def original_text(row: ManifestRow, index: int) -> str:
    """Return a cell of the file as the spreadsheet program shows it."""
    return as_text(row.cells[index]) if index < len(row.cells) else ""


def _place_of(problem: Mapping[str, Any], columns: Sequence[GridColumn]) -> int | None:
    """Return the index of the column that a problem belongs to; None for the row as a whole."""
    header, name = problem.get("column"), problem.get("field")
    named = [column for column in columns if header is not None and header in (column.header, column.index)]
    meant = [column for column in columns if name and column.field == name]
    both = [column for column in named if column in meant]
    return next((column.index for column in [*both, *named, *meant]), None)


def _read(column: GridColumn, values: Mapping[str, Any], text: str) -> str:
    value = values.get(column.field) if column.field else None
    if value is None:
        return ""
    shown = value_text(value)
    return "" if fold(shown) == fold(text) else shown


def value_text(value: Any) -> str:
    """Return a value that was understood, in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)
