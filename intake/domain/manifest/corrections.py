"""What people told us about a file: answers to questions, edited cells, rows left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EXTRA, IGNORE = "extra", "ignore"
IMPORT, SKIP = "import", "skip"
POINT, COMMA = "point", "comma"
DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
FRACTION, PERCENT, MIXED = "fraction", "percent", "mixed"
YES = "yes"
SHEET, DELIMITER = "sheet", "delimiter"
CHOICES = {
    "decimal": (POINT, COMMA),
    "dates": (DAY_FIRST, MONTH_FIRST),
    "percent": (FRACTION, PERCENT, MIXED),
}
"""Answers about a column that are one of few words."""
_OF_ANY_SHEET = ("encoding", DELIMITER)
_OF_ANY_COLUMNS = (SHEET, "encoding", "header_row", "hidden_rows")


def number_in(text: str) -> int | None:
    """Return the row, column or length that a page or a program names; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one file, in force together; the file itself is never changed.

    answers: by question id, such as ``unit:4`` to ``Wh``. The ids, i being a zero-based column:
    ``sheet``, ``encoding``, ``delimiter``, ``header_row``; ``hidden_rows`` and ``hidden_columns`` to import
    or skip; ``column:i`` to a canonical field, extra or ignore; ``unit:i`` to a unit, or mixed: energies
    above 1000 are Wh; ``decimal:i`` to point or comma; ``dates:i`` to day_first or month_first;
    ``percent:i`` to fraction, percent or mixed; ``fill:field`` to the value of every pack that states none;
    ``pad:i`` to the length of the serials, 0 as they are; ``accept:rule:i`` to yes: a suggestion confirmed.
    cells: row as the spreadsheet program shows it, to zero-based column, to the text put there.
    dropped: rows left out.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    dropped: frozenset[int] = frozenset()

    def about(self, kind: str, index: int | str) -> str | None:
        """Return the answer about one column or field, None when nobody gave one."""
        return self.answers.get(f"{kind}:{index}")

    def choice(self, kind: str, index: int) -> str:
        """Return the answer about a column if it is one of its kind's words, "" when it is not."""
        answer = self.about(kind, index)
        return answer if answer and answer in CHOICES[kind] else ""

    def number(self, name: str) -> int | None:
        """Return an answer that is a row or a length; what is no number counts as not answered."""
        return number_in(self.answers.get(name, ""))

    @property
    def fills(self) -> dict[str, str]:
        """Return the value per field that stands for every pack that states none."""
        return {name[5:]: value for name, value in self.answers.items() if name.startswith("fill:")}

    @property
    def accepted(self) -> frozenset[tuple[str, int]]:
        """Return the rules that somebody confirmed, each with the column for whose cells it stands."""
        found = set()
        for name, answer in self.answers.items():
            kind, _, rest = name.partition(":")
            rule, _, index = rest.rpartition(":")
            if kind == "accept" and answer == YES and index.isdigit():
                found.add((rule, int(index)))
        return frozenset(found)

    def edited(self, number: int, cells: list[Any]) -> list[Any]:
        """Return the cells of a row with its edits put in; a cell beyond the row's end is made."""
        edits = self.cells.get(number)
        if not edits:
            return cells
        width = max(len(cells), max(edits) + 1)
        changed = [*cells, *[""] * (width - len(cells))]
        for index, text in edits.items():
            changed[index] = text
        return changed

    def outlasting(self, moved: str) -> "Corrections":
        """Return what still means the same when ``moved``, the sheet or the delimiter, is another one.

        Another sheet has other rows and columns, another delimiter cuts the same rows into other columns.
        """
        kept = _OF_ANY_SHEET if moved == SHEET else _OF_ANY_COLUMNS
        answers = {
            name: value for name, value in self.answers.items() if name in kept or name.startswith("fill:")
        }
        return Corrections(answers, {}, frozenset() if moved == SHEET else self.dropped)

    def to_json(self) -> dict[str, Any]:
        """Return the corrections as JSON can hold them."""
        cells = {
            str(row): {str(index): text for index, text in edits.items()} for row, edits in self.cells.items()
        }
        return {"answers": dict(self.answers), "cells": cells, "dropped": sorted(self.dropped)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> "Corrections":
        """Return the corrections that ``to_json`` wrote; nothing stored means none."""
        stored = stored or {}
        cells = {
            int(row): {int(index): text for index, text in edits.items()}
            for row, edits in stored.get("cells", {}).items()
        }
        return cls(dict(stored.get("answers", {})), cells, frozenset(stored.get("dropped", ())))
