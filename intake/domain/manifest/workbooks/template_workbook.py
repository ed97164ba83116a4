"""The workbook to fill in: lists to choose from, formats that keep zeros, every column explained."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

import xlsxwriter

from intake.domain.manifest.fields import Kind
from intake.domain.manifest.reading import MAX_ROWS
from intake.domain.manifest.values.normalizing import EARLIEST_DATE
from intake.domain.manifest.workbooks.template import (
    CHEMISTRIES,
    YES_NO,
    Language,
    TemplateColumn,
    template_columns,
)

_MARK = " *"
"""Behind the heading of a column that is needed, where color alone would not do."""
_LAST_ROW = MAX_ROWS
_INPUT_TITLE, _INPUT_TEXT = 32, 255  # the most that a spreadsheet program takes
_WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "sheets": ("Packs", "Read me", "Lists"),
        "title": "How to fill in the sheet “{}”",
        "steps": (
            "One row per pack. Columns with * are needed; all others make the history more complete.",
            "Leave a cell blank when you do not know: a blank never means no.",
            "Columns may be moved or deleted. This sheet and the lists are never read.",
        ),
        "headings": ("Column", "Needed", "What it holds", "What may be written", "Example 1", "Example 2"),
        "types": ("Type key", "Name", "Cells", "kWh"),
        "chemistries": "Chemistries offered",
    },
    "de": {
        "sheets": ("Packs", "Lies mich", "Listen"),
        "title": "So füllen Sie das Blatt „{}“ aus",
        "steps": (
            "Eine Zeile je Pack. Spalten mit * sind nötig; alle anderen machen die Geschichte vollständiger.",
            "Lassen Sie eine Zelle leer, wenn Sie es nicht wissen: leer heißt nie nein.",
            "Spalten dürfen verschoben oder gelöscht werden. Dieses Blatt und die Listen werden nie gelesen.",
        ),
        "headings": ("Spalte", "Nötig", "Was sie enthält", "Erlaubte Werte", "Beispiel 1", "Beispiel 2"),
        "types": ("Schlüssel", "Name", "Zellen", "kWh"),
        "chemistries": "Angebotene Chemien",
    },
    "zh": {
        "sheets": ("电池包", "说明", "列表"),
        "title": "如何填写工作表“{}”",
        "steps": (
            "每个电池包一行。带 * 的列必填；其他列使历史更完整。",
            "不知道时请留空：空白绝不等于“否”。",
            "列可以移动或删除。本工作表和列表不会被读取。",
        ),
        "headings": ("列名", "必填", "内容", "可填写的值", "示例 1", "示例 2"),
        "types": ("代码", "名称", "电芯", "kWh"),
        "chemistries": "可选材料体系",
    },
}


def write_template(target: IO[bytes], *, language: Language, types: Sequence[Mapping[str, Any]]) -> None:
    """Write the workbook to ``target``; ``types`` are catalogue entries with key, make, model and more."""
    words, columns = _WORDS[language], template_columns(language)
    packs, about, lists = words["sheets"]
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(packs)
        _explain(book, book.add_worksheet(about), language, columns)
        _list(book, book.add_worksheet(lists), words, types)
        formats = _formats(book)
        for index, column in enumerate(columns):
            needed = column.field.required
            sheet.write_string(0, index, heading_of(column), formats["needed" if needed else "other"])
            width = max(12, min(len(heading_of(column)) + 3, 34))
            sheet.set_column(index, index, width, formats[_format_of(column)])
            sheet.data_validation(1, index, _LAST_ROW, index, _validation(column, lists, len(types)))
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 32)
        sheet.activate()


def heading_of(column: TemplateColumn) -> str:
    """Return the heading as the workbook shows it."""
    return column.heading + _MARK if column.field.required else column.heading


def _formats(book: Any) -> dict[str, Any]:
    head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    return {
        "needed": book.add_format(head | {"bg_color": "#0b5cad", "font_color": "#ffffff"}),
        "other": book.add_format(head | {"bg_color": "#d3dad8"}),
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "number": book.add_format(),
    }


def _format_of(column: TemplateColumn) -> str:
    if column.field.kind is Kind.DATE:
        return "date"
    # Everything else is text: a serial keeps its zeros, a fault code like 1E10 stays what it is.
    return "number" if column.field.hard else "text"


def _validation(column: TemplateColumn, lists: str, type_count: int) -> dict[str, Any]:
    field = column.field
    told = {
        "input_title": column.heading[:_INPUT_TITLE],
        "input_message": f"{column.about}. {column.allowed}"[:_INPUT_TEXT],
        "error_title": column.heading[:_INPUT_TITLE],
        "error_message": column.allowed[:_INPUT_TEXT],
    }
    if column.options:
        return told | {"validate": "list", "source": list(column.options), "error_type": "stop"}
    if field.name == "pack_type_key" and type_count:
        return told | {"validate": "list", "source": f"='{lists}'!$A$2:$A${type_count + 1}"}
    if field.kind is Kind.CHEMISTRY:
        # Other spellings are understood too, so the list offers and does not refuse.
        source = f"='{lists}'!$F$2:$F${len(CHEMISTRIES) + 1}"
        return told | {"validate": "list", "source": source, "error_type": "information"}
    if field.kind is Kind.DATE:
        # A month alone is enough, which no program takes for a date.
        bounds = {"criteria": ">=", "value": EARLIEST_DATE, "error_type": "warning"}
        return told | {"validate": "date"} | bounds
    if field.hard:
        low, high = field.hard
        bounds = {"criteria": "between", "minimum": float(low), "maximum": float(high)}
        return told | {"validate": "decimal", "error_type": "stop"} | bounds
    return told | {"validate": "any"}


def _explain(book: Any, sheet: Any, language: Language, columns: Sequence[TemplateColumn]) -> None:
    words = _WORDS[language]
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    example = book.add_format({"text_wrap": True, "valign": "top", "italic": True, "font_color": "#55606b"})
    sheet.write_string(
        0, 0, words["title"].format(words["sheets"][0]), book.add_format({"bold": True, "size": 14})
    )
    for number, step in enumerate(words["steps"], start=1):
        sheet.write_string(number, 0, step)
    top = len(words["steps"]) + 2
    sheet.write_row(top, 0, words["headings"], bold)
    for number, column in enumerate(columns, start=top + 1):
        needed = YES_NO[language][0 if column.field.required else 1]
        texts = (heading_of(column), needed, column.about, column.allowed)
        for index, text in enumerate(texts):
            sheet.write_string(number, index, text, wrap)
        for index, text in enumerate(column.examples, start=len(texts)):
            sheet.write_string(number, index, text, example)
    sheet.set_column(0, 0, 34)
    sheet.set_column(2, 3, 44)
    sheet.set_column(4, 5, 26)
    sheet.freeze_panes(top + 1, 1)


def _list(book: Any, sheet: Any, words: Mapping[str, Any], types: Sequence[Mapping[str, Any]]) -> None:
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, words["types"], bold)
    sheet.write_string(0, 5, words["chemistries"], bold)
    for number, kind in enumerate(types, start=1):
        name = " ".join(str(kind.get(part) or "") for part in ("make", "model", "variant")).strip()
        for index, text in enumerate((kind["key"], name, kind.get("chemistry") or "")):
            sheet.write_string(number, index, text)
        if kind.get("nominal_energy_kwh"):
            sheet.write_number(number, 3, float(kind["nominal_energy_kwh"]))
    for number, chemistry in enumerate(CHEMISTRIES, start=1):
        sheet.write_string(number, 5, chemistry)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 44)
    sheet.set_column(5, 5, 20)
    sheet.freeze_panes(1, 0)
