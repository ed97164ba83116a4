"""The files to fill in: headings with units, lists to choose from, every column explained."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import IO, Any

import xlsxwriter

from grading.domain.results_file.fields import (
    FIELDS,
    ROW_LIMIT,
    SHEETS,
    ZONE_RULE,
    Field,
    Kind,
    Type,
    limits_of,
)
from intake.domain.manifest.workbooks.annotated import written

_MARK = " *"
"""Behind the heading of a column that is needed, where color alone would not do."""
_INPUT_TITLE, _INPUT_TEXT, _LIST_TEXT = 32, 255, 255  # the most that a spreadsheet program takes
STEPS = (
    "One sheet for each kind of result. Sheets without rows are passed over.",
    "Rows that hold nothing but the serial and the supplier are passed over.",
    "Columns with * are needed in every row. Columns may be moved or left out.",
    "Numbers may have a decimal comma or point. Units stand in the headings, and may be others there.",
    ZONE_RULE,
    "SOH is computed from what was measured and never taken from the file. Uncertainty is computed too.",
    "Members (cells, series groups, modules) belong to the capacity test of the same pack in this file.",
    f"At most {ROW_LIMIT:,} rows a file. This sheet is never read.",
)
_HEADINGS = ("Sheet", "Column", "Needed", "What may be written", "Note")


def heading_of(field: Field) -> str:
    """Return the heading as our files show it."""
    return field.title + _MARK if field.is_needed else field.title


def allowed(kind: Kind, field: Field) -> str:
    """Say what may be written into a column."""
    if field.type is Type.CHOICE:
        return " / ".join(field.choices)
    if field.type is Type.YES_NO:
        return "yes / no"
    if field.type is Type.TIME:
        return "2026-11-22 14:30"
    limits = limits_of(kind, field) if field.type is Type.NUMBER else None
    return limits.hint if limits and field.name != "reference_value" else field.type.value


def template_csv(kind: Kind, packs: Sequence[tuple[str, str]]) -> str:
    """Return the file of one kind; ``packs`` are (serial, supplier's code) that it is filled with."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(map(heading_of, FIELDS[kind].values()))
    width = len(FIELDS[kind])
    writer.writerows([written(serial), written(supplier), *[""] * (width - 2)] for serial, supplier in packs)
    return "\ufeff" + text.getvalue()


def write_template(target: IO[bytes], *, packs: Sequence[tuple[str, str]]) -> None:
    """Write the workbook with a sheet for each kind; ``packs`` are (serial, supplier's code)."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        formats = formats_of(book)
        for kind in Kind:
            sheet = book.add_worksheet(SHEETS[kind][0])
            for index, field in enumerate(FIELDS[kind].values()):
                write_heading(sheet, 0, index, kind, field, formats)
            for row, pack in enumerate(packs if kind in (Kind.CAPACITY, Kind.RESISTANCE) else (), 1):
                for index, text in enumerate(pack):
                    sheet.write_string(row, index, written(text), formats["text"])
            sheet.freeze_panes(1, 1)
        _explain(book, formats)


def formats_of(book: Any) -> Mapping[str, Any]:
    """Return the looks of our workbooks by name."""
    head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    return {
        "needed": book.add_format(head | {"bg_color": "#0b5cad", "font_color": "#ffffff"}),
        "other": book.add_format(head | {"bg_color": "#d3dad8"}),
        # Text, so that serials and codes keep their zeros.
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format(),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True}),
    }


def write_heading(
    sheet: Any, row: int, index: int, kind: Kind, field: Field, formats: Mapping[str, Any]
) -> None:
    """Write one heading with what may stand below it."""
    text = heading_of(field)
    sheet.write_string(row, index, text, formats["needed" if field.is_needed else "other"])
    look = formats["number" if field.type is Type.NUMBER else "text"]
    sheet.set_column(index, index, max(12, min(len(text) + 2, 30)), look)
    sheet.data_validation(row + 1, index, row + ROW_LIMIT, index, _validation(kind, field))


def _validation(kind: Kind, field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {
        "input_title": field.heading[:_INPUT_TITLE],
        "input_message": f"{allowed(kind, field)}. {field.note}".strip()[:_INPUT_TEXT],
        # People paste other spellings, which are understood too: told, not stopped.
        "error_type": "warning",
    }
    choices = ["yes", "no"] if field.type is Type.YES_NO else list(field.choices)
    if choices and len(",".join(choices)) <= _LIST_TEXT:
        return told | {"validate": "list", "source": choices}
    limits = limits_of(kind, field) if field.type is Type.NUMBER else None
    if limits and field.name != "reference_value":
        bounds = {"minimum": float(limits.low), "maximum": float(limits.high)}
        return told | {"validate": "decimal", "criteria": "between"} | bounds
    return told | {"validate": "any"}


def _explain(book: Any, formats: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet("Read me")
    for row, step in enumerate(STEPS):
        sheet.write_string(row, 0, step)
    top = len(STEPS) + 1
    sheet.write_row(top, 0, _HEADINGS, formats["bold"])
    for kind in Kind:
        for field in FIELDS[kind].values():
            top += 1
            needed = "yes" if field.is_needed else ""
            texts = (SHEETS[kind][0], field.title, needed, allowed(kind, field), field.note)
            for index, text in enumerate(texts):
                sheet.write_string(top, index, text, formats["wrap"])
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 34)
    sheet.set_column(3, 4, 60)
