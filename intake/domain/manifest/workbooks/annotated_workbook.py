"""The workbook of a draft, written with marks and comments on its cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter

from intake.domain.manifest.problems import WEIGHT
from intake.domain.manifest.workbooks.annotated import ROW_LIMIT, Key, written

COMMENT_LIMIT = 3_000
"""Cells with a comment: programs get slow with more. All problems stand on their own sheet as well."""
PROBLEM_LIMIT = 20_000
_COLORS = {"error": "#f6c9c5", "question": "#ffe3a3", "warning": "#fff3d6"}
_PROBLEM_HEADINGS = ("Row", "Column", "Value", "Rule", "Severity", "What is wrong", "What to do")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the draft: its number in the file, its texts by column, its problems."""

    number: int
    texts: Mapping[int, str]
    problems: Sequence[Mapping[str, Any]]


def write_workbook(
    target: IO[bytes],
    *,
    key: Key,
    headings: Mapping[int, str],
    lines: Iterable[Line],
    of_the_file: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
) -> None:
    """Write a draft: its rows with marks, and all its problems on a sheet of their own.

    :param headings: column index to its heading, in the order of the file.
    :param of_the_file: problems of the whole file, which stand before those of the rows.
    :param notes: sentences for the top of the sheet of problems.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet, problems = book.add_worksheet("Packs"), _Problems(book, book.add_worksheet("Problems"), notes)
        for problem in of_the_file:
            problems.add(None, problem)
        marks = _Marks(book, sheet, {heading: place for place, heading in enumerate(headings.values(), 1)})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#d3dad8"})
        sheet.write_string(0, 0, key.heading(), head)
        for place, heading in enumerate(headings.values(), 1):
            sheet.write_string(0, place, written(heading), head)
            sheet.set_column(place, place, max(10, min(len(heading) + 2, 30)), marks.plain)
        sheet.set_column(0, 0, 14)
        last = 0
        for last, line in enumerate(lines, 1):
            marks.write(last, line, headings)
            for problem in sorted(line.problems, key=lambda found: -WEIGHT[found["severity"]]):
                problems.add(line.number, problem)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(last, 1), len(headings))
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{ROW_LIMIT + 1}"})
        problems.finish()
        sheet.activate()


class _Marks:
    """Writes the rows, colors the cells that have a problem and says in a comment which."""

    def __init__(self, book: Any, sheet: Any, places: Mapping[str, int]):
        self.sheet, self.places, self.comments = sheet, places, 0
        # Text, so that what somebody types keeps its zeros; programs store such a cell as it is written.
        self.plain = book.add_format({"num_format": "@"})
        self.number = book.add_format({"font_color": "#55606b"})
        self.colored = {
            severity: book.add_format({"num_format": "@", "bg_color": color, "border": 1})
            for severity, color in _COLORS.items()
        }

    def write(self, at: int, line: Line, headings: Mapping[int, str]) -> None:
        found: dict[int, list[Mapping[str, Any]]] = {}
        for problem in line.problems:
            found.setdefault(self.places.get(problem.get("column") or "", 0), []).append(problem)
        self.sheet.write_number(at, 0, line.number, self._format(found.get(0)) or self.number)
        for place, index in enumerate(headings, 1):
            text, look = written(line.texts.get(index, "")), self._format(found.get(place))
            if text:
                self.sheet.write_string(at, place, text, look or self.plain)
            elif look:
                self.sheet.write_blank(at, place, None, look)
        for place, problems in found.items():
            if self.comments < COMMENT_LIMIT:
                self.comments += 1
                self.sheet.write_comment(at, place, _comment(problems), {"x_scale": 2, "author": "ReBattery"})

    def _format(self, problems: Sequence[Mapping[str, Any]] | None) -> Any:
        if not problems:
            return None
        return self.colored[max((problem["severity"] for problem in problems), key=WEIGHT.__getitem__)]


class _Problems:
    """Writes every problem, one a line."""

    def __init__(self, book: Any, sheet: Any, notes: Sequence[str]):
        self.sheet = sheet
        for number, note in enumerate(notes):
            sheet.write_string(number, 0, written(note))
        self.top = self.last = len(notes) + 1
        sheet.write_row(
            self.top, 0, _PROBLEM_HEADINGS, book.add_format({"bold": True, "bg_color": "#d3dad8"})
        )
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.left_out = 0

    def add(self, row: int | None, problem: Mapping[str, Any]) -> None:
        if self.last - self.top >= PROBLEM_LIMIT:
            self.left_out += 1
            return
        self.last += 1
        if row is None:
            self.sheet.write_string(self.last, 0, "file", self.wrap)
        else:
            self.sheet.write_number(self.last, 0, row, self.wrap)
        for place, name in enumerate(("column", "value", "rule", "severity", "message", "fix"), 1):
            self.sheet.write_string(self.last, place, written(str(problem.get(name) or "")), self.wrap)

    def finish(self) -> None:
        if self.left_out:
            text = f"and {self.left_out:,} more problems, which the page of the draft lists."
            self.sheet.write_string(self.last + 1, 0, text)
        self.sheet.set_column(1, 3, 22)
        self.sheet.set_column(5, 6, 50)
        self.sheet.freeze_panes(self.top + 1, 0)
        self.sheet.autofilter(self.top, 0, max(self.last, self.top + 1), len(_PROBLEM_HEADINGS) - 1)


def _comment(problems: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for problem in problems:
        said, fix = problem.get("message") or problem["rule"], problem.get("fix") or ""
        lines.append(f"{problem['severity'].capitalize()}: {said} {fix}".strip())
    return "\n".join(lines)[:1_000]
