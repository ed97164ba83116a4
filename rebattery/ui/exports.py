"""Exports: tables in which no cell can become a formula, and documents as they are."""

import csv
import itertools
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse

from rebattery.ui.listing import Column, Filter, filtered, ordered

# Programs run a cell that starts with one of these, whatever cannot be seen before it.
_DANGEROUS = frozenset("=+-@\t\r\n\0＝＋－＠")
# A program that expects another separator splits our text cells where that separator stands in them.
_AFTER_SEPARATOR = re.compile(r"(?<=[;,|\t\r\n])([^\w'=+@＝＋－＠-]*)(?=[=+@＝＋－＠-])")
XLSX_ROW_LIMIT = 1_048_575
"""Rows that fit on one sheet below its headings."""
XLSX_TEXT_LIMIT = 32_767
"""Characters that fit into one cell."""
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_cell(value: Any) -> Any:
    """Return ``value`` as a cell that no program will run: text like a formula gets a quote."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, Decimal)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    for char in text:
        if char in _DANGEROUS:
            return True
        if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf"):
            return False
    return False


def csv_response(*, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """Stream ``rows`` as a CSV download; memory does not grow with them."""
    response = StreamingHttpResponse(_csv_lines(headings, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_response(*, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """Write ``rows`` to an XLSX download, row by row to disk, on as many sheets as they need.

    A text longer than a cell holds is cut and ends in "…"; the CSV has it whole.
    """
    spool = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  # open until the answer is sent
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(spool.name, options) as book:
        bold, rest = book.add_format({"bold": True}), iter(rows)
        for number in itertools.count(1):
            sheet = book.add_worksheet(name[:25] if number == 1 else f"{name[:25]} {number}")
            sheet.write_row(0, 0, [str(heading) for heading in headings], bold)
            sheet.freeze_panes(1, 0)
            if _fill(sheet, itertools.islice(rest, XLSX_ROW_LIMIT)) < XLSX_ROW_LIMIT:
                break
    return workbook_response(name=name, workbook=spool)


def workbook_response(*, name: str, workbook: IO[bytes]) -> FileResponse:
    """Return a finished workbook as a download."""
    workbook.seek(0)
    return FileResponse(workbook, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


def json_response(*, name: str, document: Mapping[str, Any]) -> HttpResponse:
    """Return ``document`` to keep, as the import of one takes it."""
    return json_file(name=name, text=json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def json_file(*, name: str, text: str) -> HttpResponse:
    """Return JSON to keep, byte for byte as it was written."""
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def _fill(sheet: Any, rows: Iterable[Sequence[Any]]) -> int:
    """Write ``rows`` below the headings and return how many there were."""
    number = 0
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            cell = export_cell(value)
            if isinstance(cell, (int, Decimal)):
                sheet.write_number(number, column, cell)
            else:
                is_long = len(cell) > XLSX_TEXT_LIMIT
                sheet.write_string(number, column, f"{cell[: XLSX_TEXT_LIMIT - 1]}…" if is_long else cell)
    return number


def list_export(
    queryset: QuerySet[Any],
    *,
    name: str,
    columns: Sequence[Column],
    filters: Sequence[Filter],
    params: QueryDict,
    default_sort: str = "-id",
) -> HttpResponseBase:
    """Write all rows of a list, filtered and ordered by its address; ``export=xlsx`` gives a workbook."""
    rows = filtered(queryset, filters=filters, params=params)
    rows = ordered(rows, columns=columns, params=params, default=default_sort)
    respond = xlsx_response if params.get("export") == "xlsx" else csv_response
    lines = ([column.value(row) for column in columns] for row in rows.iterator(chunk_size=2_000))
    return respond(name=name, headings=[column.label for column in columns], rows=lines)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in row])


def _csv_cell(value: Any) -> Any:
    cell = export_cell(value)
    return _AFTER_SEPARATOR.sub(r"\1'", cell) if isinstance(cell, str) else cell
