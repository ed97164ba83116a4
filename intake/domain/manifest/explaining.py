"""What was done to every cell of one row: as it stands in the file, by which rule, with what result."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from intake.domain.manifest.corrections import MIXED, Corrections
from intake.domain.manifest.fields import FIELDS, Kind
from intake.domain.manifest.plan import HIDDEN, ColumnPlan, Plan
from intake.domain.manifest.reading import Cell
from intake.domain.manifest.rows import converter_of
from intake.domain.manifest.values.dates import read_date
from intake.domain.manifest.values.measuring import is_fraction, is_in_wh
from intake.domain.manifest.values.normalizing import as_text, is_blank
from intake.domain.manifest.values.quantities import Quantity, Style, number_cell, read_quantity
from intake.domain.manifest.values.units import unit_of


class Explanation(NamedTuple):
    """One cell: its heading, the text in the file, what was done in words, the value that came of it.

    rule is "" where the value is what the file says; result is "" where no value came of it.
    """

    header: str
    raw: str
    rule: str
    result: str


def explain_row(
    plan: Plan, corrections: Corrections, cells: Sequence[Cell], *, row: int | None = None
) -> list[Explanation]:
    """Explain one row; ``cells`` as in the file, ``row`` its number for the edits that were made to it."""
    edits = corrections.cells.get(row, {}) if row is not None else {}
    told = [
        _explained(column, cells, edits.get(column.index), corrections)
        for column in plan.columns
        if column.use != HIDDEN
    ]
    mapped = {column.field for column in plan.columns}
    for name, answer in corrections.fills.items():
        if name in FIELDS and name not in mapped:
            told.append(Explanation(FIELDS[name].label, "", "declared for all packs of the file", answer))
    return told


def _explained(
    column: ColumnPlan, cells: Sequence[Cell], edit: str | None, corrections: Corrections
) -> Explanation:
    stored = cells[column.index] if column.index < len(cells) else ""
    cell, words = (stored, []) if edit is None else (edit, ["edited"])
    raw = as_text(stored)
    if not column.field:
        words.append({"ignore": "left out"}.get(column.use, "kept as extra"))
        return Explanation(
            column.header, raw, ", ".join(words), "" if column.use == "ignore" else as_text(cell)
        )
    if is_blank(cell):
        fill = corrections.fills.get(column.field)
        words += (
            ["declared for all packs of the file"] if fill else ["not known"] if as_text(cell).strip() else []
        )
        return Explanation(column.header, raw, ", ".join(words), fill or "")
    value, issue = converter_of(column, date.max)(cell)
    result = _shown(value)
    if value is None:
        words.append(issue.message if issue else "not known")
    elif result != as_text(cell):
        words += _words(column, cell)
    return Explanation(column.header, raw, ", ".join(words), result)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _words(column: ColumnPlan, cell: Cell) -> list[str]:
    kind = FIELDS[column.field or ""].kind
    if kind in (Kind.NUMBER, Kind.COUNT):
        return list(_about_number(column, cell))
    if kind is Kind.DATE:
        return [_about_date(column, as_text(cell))]
    if kind is Kind.SERIAL:
        zeros = column.pad > 0 and as_text(cell).strip().isdigit()
        return [f"zeros added up to {column.pad} digits" if zeros else "spaces and lower case removed"]
    if kind in (Kind.VIN, Kind.TRACTION_CODE):
        return ["spaces and lower case removed"]
    if kind in (Kind.CHEMISTRY, Kind.WORD, Kind.ALIAS, Kind.FLAG):
        return ["known word"]
    return ["list split"] if kind is Kind.LIST else ["spaces removed"]


def _about_number(column: ColumnPlan, cell: Cell) -> Iterator[str]:
    field = FIELDS[column.field or ""]
    quantity = read_quantity(cell) if isinstance(cell, str) else number_cell(cell)
    if quantity is None:
        return
    value = quantity.in_style(Style(column.style) if column.style else None)
    if value is None:
        return
    if isinstance(cell, str):
        yield from _about_style(column, cell, quantity)
    if quantity.suffix:
        if field.unit and unit_of(quantity.suffix) != unit_of(field.unit):
            yield f"{quantity.suffix} to {field.unit}"
        else:
            yield "unit removed"
    elif field.unit == "%" and is_fraction(value, column.percent):
        yield "fraction to percent"
    elif column.unit == MIXED:
        if is_in_wh(value):
            yield "Wh to kWh"
    elif column.unit and field.unit and unit_of(column.unit) != unit_of(field.unit):
        yield f"{column.unit} to {field.unit}"


def _about_style(column: ColumnPlan, text: str, quantity: Quantity) -> Iterator[str]:
    digits = text.split(quantity.suffix, maxsplit=1)[0] if quantity.suffix else text
    if "万" in text:
        yield "万 is 10,000"
    if quantity.is_ambiguous:
        sign = "point" if column.style == Style.POINT else "comma"
        yield f"decimal {sign}"
    elif quantity.point is None:
        yield "decimal comma"
    elif "," in digits or "'" in digits or " " in digits.strip():
        yield "thousands separator removed"


def _about_date(column: ColumnPlan, text: str) -> str:
    found = read_date(text)
    if found.ambiguous:
        return column.order.replace("_", " ")
    if found.note:
        return {"two_digit_year": "two digits of the year"}.get(found.note, "day number of the spreadsheet")
    return "written as a date"
