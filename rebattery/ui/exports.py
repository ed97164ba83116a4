"""CSV and XLSX exports in which no cell can become a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, QueryDict, StreamingHttpResponse

from rebattery.errors import RuleViolation
from rebattery.ui.listing import Column, Filter, filtered, ordered

# Programs run a cell that starts with one of these; blanks and a byte order mark before it do not help.
_DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠")
XLSX_ROW_LIMIT = 1_048_575


class TooManyRows(RuleViolation):
    """An XLSX sheet holds 1,048,575 rows; filter the list or take the CSV."""

    code = "too_many_rows"


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
    return (
        f"'{text}" if text.lstrip(" \ufeff").startswith(_DANGEROUS) or text.startswith(_DANGEROUS) else text
    )


def csv_response(*, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """Stream ``rows`` as a CSV download; memory does not grow with them."""
    response = StreamingHttpResponse(_csv_lines(headings, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_response(*, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """Write ``rows`` to an XLSX download, row by row to disk.

    :raises TooManyRows: when the sheet would overflow.
    """
    spool = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  # the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(spool.name, options) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.write_row(0, 0, [str(heading) for heading in headings], book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            if number > XLSX_ROW_LIMIT:
                raise TooManyRows
            for column, value in enumerate(row):
                cell = export_cell(value)
                if isinstance(cell, (int, Decimal)):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 0)
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(
        open(spool.name, "rb"), as_attachment=True, filename=f"{name}.xlsx", content_type=content_type
    )


def list_export(
    queryset: QuerySet[Any],
    *,
    name: str,
    columns: Sequence[Column],
    filters: Sequence[Filter],
    params: QueryDict,
    default_sort: str = "-id",
) -> HttpResponseBase:
    """Write all rows of a list, filtered and ordered as its address says; ``export=xlsx`` gives a workbook.

    :raises TooManyRows: when a workbook would overflow.
    """
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
        yield writer.writerow([export_cell(value) for value in row])
