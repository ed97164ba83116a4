"""What a draft's workbook holds, and what somebody has changed in it since it was downloaded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

ROW_LIMIT = 5_000
"""Rows of one workbook; of a longer draft those with problems come first."""
TEXT_LIMIT = 32_767
"""Characters that fit into one cell of a workbook."""
_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff\u00ad]*[=+\-@＝＋－＠\t\r\n]")
_HARMLESS = re.compile(r"[+-]?\d[\d.,]*|-{1,3}")
_NOT_IN_A_WORKBOOK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# The file format writes a character as _x0041_; a zero-width space keeps text of this look apart from it.
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HIDING_SPACE = "_\u200b"
_HEADING = re.compile(r"Row in file\s*\((\d{1,18})-(\d{1,18})\)")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Key:
    """Which draft a workbook belongs to, and when it was downloaded: only then is known what was changed."""

    manifest_id: int
    at: datetime

    def heading(self) -> str:
        """Return the heading of the column of row numbers, which carries the key."""
        return f"Row in file ({self.manifest_id}-{(self.at - _EPOCH) // _MICROSECOND})"

    @classmethod
    def from_heading(cls, text: str) -> "Key | None":
        """Return the key in a heading, None when it holds none."""
        found = _HEADING.fullmatch(" ".join(text.split()))
        if found is None:
            return None
        with suppress(OverflowError):
            return cls(int(found[1]), _EPOCH + int(found[2]) * _MICROSECOND)
        return None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was found in an uploaded workbook.

    key: of the draft.    headings: in the order of the workbook, without the row numbers.
    lines: (line in the workbook, text of its row number, cells in the order of ``headings``).
    """

    key: Key
    headings: Sequence[str]
    lines: Sequence[tuple[int, str, Sequence[str | float]]]


@dataclass(slots=True)
class Changes:
    """What differs between the download and the upload.

    cells: row to column index to the text that stands there now: what is to be corrected.
    conflicts: (row, heading, text in the workbook, text in the draft now) changed in both: not touched.
    unknown_columns, unknown_lines: what the draft does not have; a line with its row number or its place.
    missing_columns, missing_rows: what was in the download and is not in the upload: not touched.
    repeated_rows: rows that stand in the workbook more than once: not touched.
    """

    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    conflicts: list[tuple[int, str, str, str]] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    unknown_lines: list[str] = field(default_factory=list)
    missing_columns: list[str] = field(default_factory=list)
    missing_rows: list[int] = field(default_factory=list)
    repeated_rows: list[int] = field(default_factory=list)

    @property
    def cell_count(self) -> int:
        """Return how many cells are to be corrected."""
        return sum(len(edits) for edits in self.cells.values())


def is_formula(text: str) -> bool:
    """Tell whether a program might run the text; numbers and dashes are harmless."""
    return _FORMULA.match(text) is not None and _HARMLESS.fullmatch(text) is None


def written(text: str) -> str:
    """Return ``text`` as a workbook shows it: never a formula, never a character that it cannot hold."""
    text = _NOT_IN_A_WORKBOOK.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ESCAPED.sub(_HIDING_SPACE, text)
    text = f"'{text}" if is_formula(text) else text
    return text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 1]}…"


def unwritten(text: str) -> str:
    """Return the text that somebody meant who wrote ``text`` into a workbook of ours."""
    text = text.replace(_HIDING_SPACE, "_")
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text


def is_as_written(cell: str | float, text: str) -> bool:
    """Tell whether a cell still holds what was written for ``text``.

    A number equal to it counts as unchanged: a program that turned 007 into 7 meant no correction.
    """
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n") == written(text)
    with suppress(InvalidOperation):
        return Decimal(text.strip()) == Decimal(repr(cell))
    return False


def changes_of(
    sheet: Sheet,
    *,
    headings: Mapping[int, str],
    exported: Mapping[int, Mapping[int, str]],
    current: Mapping[int, Mapping[int, str]],
    text_of: Any,
) -> Changes:
    """Compare an uploaded workbook with what was downloaded and with what the draft says now.

    :param headings: column index to its heading.
    :param exported: row to column index to text, as it was when the workbook was downloaded.
    :param current: the same as it is now.
    :param text_of: turns a cell that is a number into text.
    """
    index_of = {written(heading): index for index, heading in headings.items()}
    changes = Changes(
        unknown_columns=[heading for heading in sheet.headings if heading and heading not in index_of],
        missing_columns=[text for text in index_of if text not in sheet.headings],
    )
    # A column that somebody copied stands there twice: the first one counts.
    places = [
        index_of.get(heading) if heading not in sheet.headings[:place] else None
        for place, heading in enumerate(sheet.headings)
    ]
    seen: dict[int, int] = {}
    for row, cells in _known_lines(sheet, exported, changes):
        seen[row] = seen.get(row, 0) + 1
        if seen[row] > 1:
            changes.cells.pop(row, None)
            changes.conflicts = [conflict for conflict in changes.conflicts if conflict[0] != row]
            continue
        padded = [*cells, *[""] * (len(places) - len(cells))]
        for index, cell in zip(places, padded, strict=False):
            if index is not None and not is_as_written(cell, exported[row].get(index, "")):
                _take(changes, row, index, headings[index], cell, exported[row], current[row], text_of)
    changes.repeated_rows = [row for row, times in seen.items() if times > 1]
    changes.missing_rows = [row for row in exported if row not in seen]
    return changes


def _known_lines(
    sheet: Sheet, exported: Mapping[int, Any], changes: Changes
) -> Iterator[tuple[int, Sequence[str | float]]]:
    for line, number, cells in sheet.lines:
        row = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
        if row in exported:
            yield row or 0, cells
        elif number or any(cell != "" for cell in cells):
            changes.unknown_lines.append(f"row {number}" if number else f"line {line} without a row number")


def _take(
    changes: Changes,
    row: int,
    index: int,
    heading: str,
    cell: str | float,
    exported: Mapping[int, str],
    current: Mapping[int, str],
    text_of: Any,
) -> None:
    text = unwritten(cell) if isinstance(cell, str) else text_of(cell)
    now = current.get(index, "")
    if now == text:
        return  # somebody has made the same correction here meanwhile
    if now != exported.get(index, ""):
        changes.conflicts.append((row, heading, text, now))
    else:
        changes.cells.setdefault(row, {})[index] = text
