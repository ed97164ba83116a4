"""Workbooks of results for tests."""

import io
from typing import Any

import xlsxwriter


def workbook(**sheets: list[dict[str, Any]]) -> bytes:
    """Return a workbook with a sheet for each keyword, of rows that all have the headings of the first."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(rows[0]))
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, list(row.values()))
    return target.getvalue()
