"""Values of XLSX and XLS sheets, by a fast reader whose panics become refusals."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from intake.domain.manifest.files.refusals import broken, protected
from intake.domain.manifest.files.sheets import MAX_CELLS, Sheet, SheetFacts, too_many_cells
from intake.domain.manifest.files.stored import plain
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS, Cell, Rows

_Range = tuple[int, int, int, int]  # top, left, bottom, right; all zero-based, all included


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except (Unreadable, KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit):
        raise
    except PasswordError as fault:
        raise protected() from fault
    except BaseException as fault:  # a panic of the Rust reader is no Exception
        raise broken() from fault


def _ranges(sheet: CalamineSheet) -> list[_Range]:
    """Return the merged ranges within the sheet, from the top."""
    last_row, last_column = sheet.end or (0, 0)
    ranges = [
        (top, left, min(bottom, last_row), min(right, last_column))
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        if (top, left) != (bottom, right)
    ]
    return sorted(ranges)


def _fill_merged(
    rows: Iterator[tuple[int, list[Cell]]], ranges: Sequence[_Range]
) -> Iterator[tuple[int, list[Cell]]]:
    """Give every cell of a merged range the value of its first one, and no cell beyond."""
    waiting = list(reversed(ranges))
    active: list[tuple[int, int, int, Cell]] = []
    for number, row in rows:
        active = [one for one in active if one[0] >= number - 1]
        while waiting and waiting[-1][0] <= number - 1:
            _, left, bottom, right = waiting.pop()
            active.append((bottom, left, right, row[left] if left < len(row) else ""))
        if len(active) > MAX_COLUMNS:
            raise broken()  # so many can only overlap, which no program writes
        for _, left, right, value in active:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
        yield number, row


def _cells(sheet: CalamineSheet, facts: SheetFacts) -> Iterator[tuple[int, list[Cell]]]:
    pad: list[Cell] = [""] * (sheet.start or (0, 0))[1]
    errors = list(facts.errors.items())
    number = 0
    for number, stored in enumerate(sheet.iter_rows(), 1):
        row = pad + plain(stored)
        for text, cells in errors:
            for column in cells.in_row(number):
                if column < len(row) and row[column] == "":
                    row[column] = text
        yield number, row
    # Rows of nothing but formulas without results are beyond the end for the reader, not for the supplier.
    last = facts.formulas.last_row
    for beyond in range(number + 1, last + 1):
        yield beyond, [""] * len(pad)


def _rows(sheet: CalamineSheet, facts: SheetFacts) -> Rows:
    with _guarded():
        rows = _cells(sheet, facts)
        ranges = _ranges(sheet)
        yield from _fill_merged(rows, ranges) if ranges else rows


def _refuse_size(sheet: CalamineSheet) -> None:
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= MAX_ROWS or last_column >= MAX_COLUMNS or (last_row + 1) * (last_column + 1) > MAX_CELLS:
        raise too_many_cells(sheet.name)


def _load(workbook: CalamineWorkbook, facts: SheetFacts, name: str, is_visible: bool) -> Sheet:
    if facts.refusal is None:
        try:
            with _guarded():
                sheet = workbook.get_sheet_by_name(name)
                _refuse_size(sheet)
            return Sheet(name, is_visible, partial(_rows, sheet, facts), facts)
        except Unreadable as refusal:
            facts.refusal = refusal
    return Sheet(name, is_visible, lambda: iter(()), facts)


def open_sheets(facts_of: Callable[[int, str], SheetFacts], source: Any) -> Iterator[Callable[[], Sheet]]:
    """Yield for each worksheet of a workbook what loads it; facts_of gets its position and its name.

    :raises Unreadable: when the workbook is damaged or encrypted.
    """
    with _guarded():
        workbook = CalamineWorkbook.from_object(source)
        metadata = list(workbook.sheets_metadata)
    for index, one in enumerate(metadata):
        if one.typ == SheetTypeEnum.WorkSheet:
            is_visible = one.visible == SheetVisibleEnum.Visible
            yield partial(_load, workbook, facts_of(index, one.name), one.name, is_visible)
