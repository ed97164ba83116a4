"""The workbook of a results file that waits to be mended: its rows with marks, its problems on a sheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter

from grading.domain.results_file.fields import SHEETS, Kind
from grading.domain.results_file.reading import Key
from intake.domain.manifest.problems import ERROR
from intake.domain.manifest.workbooks.annotated import written

COMMENT_LIMIT = 3_000
"""Cells with a comment: programs get slow with more. All problems stand on their own sheet as well."""
_COLORS = {"error": "#f6c9c5", "warning": "#fff3d6"}
_PROBLEM_HEADINGS = ("Sheet", "Row", "Column", "Value", "Rule", "What is wrong", "What to do")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number, its cells as they stand in the file, its problems."""

    number: int
    cells: Sequence[str | float]
    problems: Sequence[Mapping[str, Any]]


def write_annotated(
    target: IO[bytes],
    *,
    key: Key,
    sheets: Sequence[tuple[Kind, Sequence[str], Iterable[Line]]],
    notes: Sequence[str],
) -> None:
    """Write a file's rows with their problems marked; uploaded again it updates the file's rows.

    :param sheets: kind, headings and rows of each table.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        pages = [book.add_worksheet(SHEETS[kind][0]) for kind, _, _ in sheets]
        writer = _Writer(book, book.add_worksheet("Problems"), notes)
        for page, (kind, headings, lines) in zip(pages, sheets, strict=True):
            writer.write(page, kind, key, headings, lines)


class _Writer:
    def __init__(self, book: Any, problems: Any, notes: Sequence[str]):
        self.problems, self.comments = problems, 0
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#d3dad8"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.gray = book.add_format({"font_color": "#55606b"})
        self.texts = {k: book.add_format({"num_format": "@", "bg_color": c}) for k, c in _COLORS.items()}
        self.numbers = {k: book.add_format({"bg_color": c}) for k, c in _COLORS.items()}
        for row, note in enumerate(notes):
            problems.write_string(row, 0, written(note))
        self.last = len(notes) + 1
        problems.write_row(self.last, 0, _PROBLEM_HEADINGS, self.head)
        problems.set_column(2, 4, 22)
        problems.set_column(5, 6, 50)

    def write(self, page: Any, kind: Kind, key: Key, headings: Sequence[str], lines: Iterable[Line]) -> None:
        page.write_string(0, 0, key.heading(), self.head)
        page.set_column(0, 0, 14)
        for index, heading in enumerate(headings, 1):
            page.write_string(0, index, written(heading), self.head)
            page.set_column(index, index, max(10, min(len(heading) + 2, 30)), self.text)
        places = {heading: index for index, heading in reversed(list(enumerate(headings, 1)))}
        for row, line in enumerate(lines, 1):
            self._line(page, kind, row, line, places)
        page.freeze_panes(1, 1)

    def _line(self, page: Any, kind: Kind, row: int, line: Line, places: Mapping[str, int]) -> None:
        found: dict[int, list[Mapping[str, Any]]] = {}
        for problem in line.problems:
            found.setdefault(places.get(problem["column"] or "", 0), []).append(problem)
            self._problem(kind, line.number, problem)
        page.write_number(row, 0, line.number, self.gray)
        for index in range(1, max(len(line.cells) + 1, *found, 1)):
            cell = line.cells[index - 1] if index <= len(line.cells) else ""
            self._cell(page, row, index, cell, _worst(found.get(index)))
        for index, problems in found.items():
            if index > len(line.cells):
                page.write_blank(row, index, None, self.texts[_worst(problems) or ERROR])
            if self.comments < COMMENT_LIMIT:
                self.comments += 1
                said = "\n".join(f"{p['message']} {p['fix']}".strip() for p in problems)[:1_000]
                page.write_comment(row, index, said, {"x_scale": 2, "author": "ReBattery"})

    def _cell(self, page: Any, row: int, index: int, cell: str | float, severity: str | None) -> None:
        if isinstance(cell, (int, float)):
            page.write_number(row, index, cell, self.numbers.get(severity or ""))
        elif cell:
            page.write_string(row, index, written(cell), self.texts.get(severity or "", self.text))
        elif severity:
            page.write_blank(row, index, None, self.texts[severity])

    def _problem(self, kind: Kind, number: int, problem: Mapping[str, Any]) -> None:
        self.last += 1
        self.problems.write_string(self.last, 0, SHEETS[kind][0], self.wrap)
        self.problems.write_number(self.last, 1, number, self.wrap)
        for index, name in enumerate(("column", "value", "rule", "message", "fix"), 2):
            self.problems.write_string(self.last, index, written(str(problem[name] or "")), self.wrap)


def _worst(problems: Sequence[Mapping[str, Any]] | None) -> str | None:
    if not problems:
        return None
    return ERROR if any(problem["severity"] == ERROR for problem in problems) else "warning"
