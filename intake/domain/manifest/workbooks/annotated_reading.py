"""The workbook of a draft, read back with care from what somebody sent."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from intake.domain.manifest.files.stored import plain
from intake.domain.manifest.workbooks.annotated import ROW_LIMIT, Key, Sheet

_HEADING_ROWS = 10
_COLUMN_LIMIT = 200


class NotOurs(Exception):
    """The workbook is not one of a draft, or it is too damaged to be read; the message says which."""


def read_workbook(path: Path) -> Sheet:
    """Read a draft's workbook that somebody has worked in; run this in a limited process only.

    :raises NotOurs: when it cannot be read, or no sheet has our column of row numbers.
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        for name in names:
            if found := _sheet(book.get_sheet_by_name(name)):
                return found
    except (NotOurs, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as fault:  # a panic of the Rust reader is no Exception
        raise NotOurs("The workbook is damaged. Open it, save it as .xlsx again and send that.") from fault
    raise NotOurs(
        "No sheet has the column “Row in file”, whose heading says which draft this is. Download the workbook"
        " again and copy your changes into it."
    )


def _sheet(sheet: CalamineSheet) -> Sheet | None:
    last_row, last_column = sheet.end or (0, 0)
    if last_row > 4 * ROW_LIMIT or last_column > _COLUMN_LIMIT:
        return None
    rows = enumerate(sheet.to_python(skip_empty_area=False), 1)
    for _, row in islice(rows, _HEADING_ROWS):
        cells = plain(row)
        keys = [Key.from_heading(cell) if isinstance(cell, str) else None for cell in cells]
        place = next((index for index, key in enumerate(keys) if key), None)
        if place is not None:
            key = keys[place]
            assert key is not None  # noqa: S101 (so was it found)
            headings = [str(cell) for index, cell in enumerate(cells) if index != place]
            return Sheet(key, headings, list(_lines(rows, place)))
    return None


def _lines(
    rows: Iterator[tuple[int, Sequence[object]]], place: int
) -> Iterator[tuple[int, str, list[str | float]]]:
    for line, row in rows:
        cells = plain(row)
        number = cells.pop(place)
        text = f"{number:.0f}" if isinstance(number, float) and number.is_integer() else str(number).strip()
        yield line, text, cells
