"""XLSX workbooks, read after the archive has been found harmless."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from intake.domain.manifest import archive
from intake.domain.manifest.mapping import HEADER_SEARCH_ROWS, find_header
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS, Cell, Rows, Table

MAX_CELLS = 8_000_000  # a sheet is held whole by the reader: this many cells stay below the memory limit


def _cell(value: object) -> Cell:
    """Turn a stored value into text, or leave it a number; a date becomes ISO text."""
    if type(value) is str:
        return value.replace("\0", "\ufffd") if "\0" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return (
        value.isoformat()
        if isinstance(value, (date, time))
        else str(value)
        if isinstance(value, timedelta)
        else ""
    )


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int, int]]]:
    """Return row -> (column, anchor row, anchor column) of the cells that a merged range covers."""
    covered: dict[int, list[tuple[int, int, int]]] = {}
    last_row, last_column = sheet.end or (0, 0)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        for row in range(top, min(bottom, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                if (row, column) != (top, left):
                    covered.setdefault(row, []).append((column, top, left))
    return covered


def _rows(sheet: CalamineSheet) -> Rows:
    if sheet.start is None:
        return
    pad: list[Cell] = [""] * sheet.start[1]
    merged = _merged(sheet)
    anchors = {(top, left) for cells in merged.values() for _, top, left in cells}
    values: dict[tuple[int, int], Cell] = {}
    for index, stored in enumerate(sheet.iter_rows()):
        row = pad + [_cell(value) for value in stored]
        if anchors:
            values.update(
                ((index, column), row[column]) for column in range(len(row)) if (index, column) in anchors
            )
            for column, top, left in merged.get(index, ()):
                row[column] = values.get((top, left), "")
        yield index + 1, row


def _refuse_size(sheet: CalamineSheet) -> None:
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= MAX_ROWS or last_column >= MAX_COLUMNS or (last_row + 1) * (last_column + 1) > MAX_CELLS:
        limits = f"{MAX_ROWS:,} rows, {MAX_COLUMNS} columns or {MAX_CELLS:,} cells"
        message = f"Sheet “{sheet.name}” has more than {limits}."
        raise Unreadable("too_many_cells", message)


def _sheets(workbook: CalamineWorkbook) -> tuple[list[dict[str, object]], CalamineSheet | None]:
    """Return what is known of every sheet, and the visible one with the best heading."""
    known: list[dict[str, object]] = []
    best: CalamineSheet | None = None
    best_score = -1
    for metadata in workbook.sheets_metadata:
        visible = metadata.visible == SheetVisibleEnum.Visible
        score = 0
        if visible and metadata.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(metadata.name)
            _refuse_size(sheet)
            top: Sequence[Sequence[Cell]] = [row for _, row in islice(_rows(sheet), HEADER_SEARCH_ROWS)]
            score = find_header(top)[1]
            if score > best_score:
                best, best_score = sheet, score
        known.append({"name": metadata.name, "visible": visible, "score": score})
    return known, best


def open_workbook(path: Path) -> Table:
    """Open the best visible sheet of a workbook; hidden sheets are named, never read.

    :raises Unreadable: when the archive would do harm, is damaged, or has no visible sheet.
    """
    found = archive.inspect(path)
    try:
        known, sheet = _sheets(CalamineWorkbook.from_path(str(path)))
    except (Unreadable, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as fault:  # a panic of the Rust reader is no Exception
        raise Unreadable(
            "broken_workbook", "The workbook is damaged. Open it, save it again and send that."
        ) from fault
    if sheet is None:
        raise Unreadable("hidden_only", "The workbook has no visible sheet. Unhide the one with the packs.")
    return Table(
        kind="xlsx",
        sheet=sheet.name,
        sheets=tuple(known),
        rows=lambda: _rows(sheet),
        formulas=found.formulas.get(sheet.name, frozenset()),
    )
