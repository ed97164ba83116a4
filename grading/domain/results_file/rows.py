"""One row of a results file: what its cells say, and everything that is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grading.domain.results_file.comparing import FIX, soh_disagreement
from grading.domain.results_file.fields import FIELDS, Field, Kind, Type
from grading.domain.results_file.headings import Column, fold
from grading.domain.results_file.numbers import NotANumber, Numbers
from grading.domain.results_file.times import NotAMoment, read_moment
from grading.domain.results_file.wordings import read_reference
from intake.domain.identity import is_damaged_serial, is_serial, normalize_serial
from intake.domain.manifest.problems import ERROR, WARNING, Problem
from intake.domain.manifest.reading import Cell
from intake.domain.manifest.values.quantities import number_cell, plain
from intake.domain.manifest.values.words import read_flag

LONGEST_TEXT = 2_000


class _Wrong(ValueError):
    def __init__(self, rule: str, message: str, fix: str = ""):
        super().__init__(message)
        self.rule, self.message, self.fix = rule, message, fix


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was understood."""

    number: int
    """As the spreadsheet program shows it."""
    cells: Sequence[Cell]
    """As they stand in the file, by column."""
    values: Mapping[str, str]
    """Field to what it says: numbers in the field's unit, moments ISO in UTC, codes."""
    problems: Sequence[Problem]


def shown(cell: Cell) -> str:
    """Return a cell as text: a number without trailing zeros."""
    if isinstance(cell, str):
        return cell.strip()
    point = number_cell(cell).point
    return "" if point is None else plain(point)


class RowReader:
    """Reads the rows of one table."""

    def __init__(self, kind: Kind, columns: Sequence[Column], numbers: Mapping[str, Numbers]):
        self.kind, self.columns, self.numbers = kind, columns, numbers
        self.heading_of = {column.field: column.heading for column in columns if column.field}
        self.codes = {name: _codes(field) for name, field in FIELDS[kind].items() if field.choices}

    def read(self, number: int, cells: Sequence[Cell], uncalculated: Sequence[int] = ()) -> Row:
        """Return what a row says.

        :param uncalculated: columns in which a formula stands that has no result.
        """
        values: dict[str, str] = {}
        problems: list[Problem] = []
        unread: set[str] = set()
        for column in self.columns:
            cell = cells[column.index] if column.index < len(cells) else ""
            if not column.field:
                problems += self._unread(number, column, cell)
                continue
            try:
                if column.index in uncalculated:
                    raise _Wrong("formula", "A formula without its result.", "Write the value.")
                text = self._value(FIELDS[self.kind][column.field], cell)
            except (_Wrong, NotANumber) as wrong:
                unread.add(column.field)
                said = "formula without a result" if wrong.rule == "formula" else cell
                problems.append(
                    self.problem(number, column.field, wrong.rule, said, wrong.message, wrong.fix)
                )
                continue
            if text:
                values[column.field] = text
        problems += self._parted(number, values, unread)
        problems += self._missing(number, values, unread)
        problems += self._disagreeing(number, values)
        return Row(number, list(cells), values, problems)

    def problem(self, number: int, field: str, rule: str, cell: Cell, message: str, fix: str = "") -> Problem:
        """Return an error at the place where the spreadsheet program shows it."""
        heading = self.heading_of.get(field) or FIELDS[self.kind][field].title
        return Problem(number, heading, field, rule, ERROR, shown(cell)[:200], message, fix)

    def _unread(self, number: int, column: Column, cell: Cell) -> list[Problem]:
        # Said once for the column; a cell of its own has no place in the results.
        if not column.repeats or shown(cell) == "":
            return []
        message = f"“{column.heading}” means the same as “{column.repeats}”, which is read."
        return [
            Problem(number, column.heading, None, "repeated_column", WARNING, shown(cell)[:200], message, "")
        ]

    def _value(self, field: Field, cell: Cell) -> str:
        text = shown(cell)
        if not text:
            return ""
        if field.type is Type.NUMBER:
            value = self.numbers[field.name].read(cell if isinstance(cell, float) else text)
            return plain(value)
        if field.type is Type.SERIAL:
            return _serial(text)
        if field.type is Type.TIME:
            try:
                return read_moment(text).isoformat()
            except NotAMoment as wrong:
                raise _Wrong("not_a_moment", str(wrong)) from wrong
        if field.type is Type.YES_NO:
            flag = read_flag(text)
            if flag is None:
                raise _Wrong("not_yes_or_no", "This is neither yes nor no.", "Write yes or no.")
            return "yes" if flag else "no"
        if field.type is Type.CHOICE:
            return self._choice(field, text)
        if len(text) > LONGEST_TEXT:
            raise _Wrong("too_long", f"At most {LONGEST_TEXT} characters.", "Shorten it.")
        return text

    def _choice(self, field: Field, text: str) -> str:
        if field.name == "reference_source" and (found := read_reference(text)):
            return ":".join(filter(None, found))
        if code := self.codes[field.name].get(fold(text)):
            return code
        raise _Wrong(
            "not_a_choice", f"“{field.heading}” takes one of: {', '.join(field.choices)}.", "Choose one."
        )

    def _parted(self, number: int, values: dict[str, str], unread: set[str]) -> list[Problem]:
        """Part a reference that names its basis as well, such as "Catalog kWh"."""
        source, _, basis = values.get("reference_source", "").partition(":")
        if not basis:
            return []
        values["reference_source"] = source
        if values.setdefault("basis", basis) == basis or "basis" in unread:
            return []
        message = f"The basis says {values['basis']}, the reference says {basis}."
        fix = "Correct one of them, or leave the basis empty."
        return [self.problem(number, "basis", "basis_disagrees", values["basis"], message, fix)]

    def _missing(self, number: int, values: Mapping[str, str], unread: set[str]) -> list[Problem]:
        return [
            self.problem(number, name, "missing", "", f"“{field.heading}” is needed.", "Enter a value.")
            for name, field in FIELDS[self.kind].items()
            if field.is_needed and name not in values and name not in unread
        ]

    def _disagreeing(self, number: int, values: Mapping[str, str]) -> list[Problem]:
        if self.kind is not Kind.CAPACITY or "soh_check" not in values:
            return []
        measured = measured_of(values)
        reference = Decimal(values.get("reference_value", "0"))
        if measured is None or not reference:
            return []
        said = soh_disagreement(Decimal(values["soh_check"]), measured, reference)
        return (
            [self.problem(number, "soh_check", "soh_disagrees", values["soh_check"], said, FIX)]
            if said
            else []
        )


def measured_of(values: Mapping[str, Any]) -> Decimal | None:
    """Return what SOH is computed from: charge, or energy where the basis says so; None when it is blank."""
    name = "measured_energy_kwh" if values.get("basis") == "kwh" else "measured_capacity_ah"
    return Decimal(values[name]) if values.get(name) else None


def _serial(text: str) -> str:
    if is_damaged_serial(text):
        raise _Wrong(
            "damaged_serial", "The spreadsheet has shortened this serial.", "Format the cell as text."
        )
    serial = normalize_serial(text)
    if not is_serial(serial):
        raise _Wrong("not_a_serial", "A serial has 4 to 40 letters, digits or ./_- .", "Correct the serial.")
    return serial


def _codes(field: Field) -> dict[str, str]:
    """Return every spelling of a field's choices, folded, with its code; of two alike the first counts."""
    found: dict[str, str] = {}
    for code, words in field.choices.items():
        for word in (code, *words):
            found.setdefault(fold(word), code)
    return found
