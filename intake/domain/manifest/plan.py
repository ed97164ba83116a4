"""How a file is read, settled once for the whole file: enough to judge one row of it without the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.reading import Cell

HIDDEN = "hidden"
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """How one column is read.

    header: its heading, unique in the file.    field: the canonical field, None when it has none.
    use: field, extra (kept beside), ignore, hidden, or unknown while nobody has answered (kept beside).
    confidence: exact, normalized or answered.    candidates: fields that the heading could mean.
    repeats: heading of an earlier column for the same field.
    unit: as written, "" for the field's own, mixed: values above 1000 are Wh.
    style: point or comma, "" leaves "1.234" a question.
    percent: percent, fraction (0.82 means 82 %), mixed (fractions are told by their size), or unsettled:
    percent by votes at most, so a fraction is an error.
    order: day_first or month_first, "" leaves 03/04/2021 a question.    dates_disagree: the clear dates of
    the column tell both.
    pad: digits of a serial, 0 as it is, -1 open.    suggested_pad: digits that other serials have.
    conversions: what is done to the values, in words.
    """

    index: int
    header: str
    field: str | None = None
    use: str = "field"
    confidence: str | None = None
    candidates: tuple[str, ...] = ()
    repeats: str | None = None
    unit: str = ""
    style: str = ""
    percent: str = "percent"
    order: str = ""
    dates_disagree: bool = False
    pad: int = -1
    suggested_pad: int = 0
    conversions: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return where the values are put; of two columns about a safety field the second waits aside."""
        return f"{self.field}+{self.index}" if self.repeats else self.field or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a file is read.

    heading_rows: of which header_row, the last, names the columns.    heading: the cells of header_row.
    formulas: per column the ranges of rows whose cells hold formulas.
    """

    kind: str
    header_row: int
    heading_rows: tuple[int, ...]
    units_row: int | None
    heading: tuple[Cell, ...]
    columns: tuple[ColumnPlan, ...]
    formulas: Mapping[int, Ranges] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        """Return the number of the first row under the heading and the units."""
        return (self.units_row or self.header_row) + 1

    @property
    def headers(self) -> dict[int, str]:
        """Return the heading per column."""
        return {column.index: column.header for column in self.columns}

    def column_of(self, name: str) -> ColumnPlan | None:
        """Return the column that gives a field; of several the first."""
        return next((column for column in self.columns if column.field == name), None)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it."""
        return {
            "kind": self.kind,
            "header_row": self.header_row,
            "heading_rows": list(self.heading_rows),
            "units_row": self.units_row,
            "heading": list(self.heading),
            "columns": [_column_to_json(column) for column in self.columns],
            "formulas": {str(index): [list(pair) for pair in rows] for index, rows in self.formulas.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Plan":
        """Return the plan that ``to_json`` wrote."""
        return cls(
            kind=stored["kind"],
            header_row=stored["header_row"],
            heading_rows=tuple(stored["heading_rows"]),
            units_row=stored["units_row"],
            heading=tuple(stored["heading"]),
            columns=tuple(_column_from_json(column) for column in stored["columns"]),
            formulas={
                int(index): tuple((first, last) for first, last in rows)
                for index, rows in stored["formulas"].items()
            },
        )


_NAMES = tuple(ColumnPlan.__dataclass_fields__)
_LISTS = ("candidates", "conversions")


def _column_to_json(column: ColumnPlan) -> dict[str, Any]:
    return {
        name: list(value) if name in _LISTS else value
        for name in _NAMES
        if (value := getattr(column, name)) or name in ("index", "header", "field")
    } | {"percent": column.percent, "pad": column.pad}


def _column_from_json(stored: Mapping[str, Any]) -> ColumnPlan:
    known = {name: stored[name] for name in _NAMES if name in stored}
    if known.get("field") not in FIELDS:
        known["field"] = None  # a field that a later version no longer knows
    return ColumnPlan(**known | {name: tuple(known.get(name, ())) for name in _LISTS})


def ranges_of(rows: Sequence[int]) -> Ranges:
    """Return ascending row numbers as closed ranges."""
    ranges: list[tuple[int, int]] = []
    for row in rows:
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], row)
        else:
            ranges.append((row, row))
    return tuple(ranges)
