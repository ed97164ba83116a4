"""From a table to packs, problems, questions and a summary: the whole understanding of one file, streamed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from intake.domain.manifest.checks.checking import Repetitions
from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.layout.columns import column_problems, describe
from intake.domain.manifest.layout.heading import find_heading
from intake.domain.manifest.layout.layouts import Layouts, with_remembered
from intake.domain.manifest.layout.surveying import as_shown, hidden_rows_of, survey
from intake.domain.manifest.problems import ERROR, QUESTION, WARNING, WEIGHT, Problem
from intake.domain.manifest.questions.asking import Question, questions_after, questions_before
from intake.domain.manifest.questions.grouping import Grouping
from intake.domain.manifest.reading import Cell, Table
from intake.domain.manifest.rows import DROPPED, PACK, REFUSED, RowReader

PROGRESS_ROWS = 2000
SKIPPED_ROWS_LISTED = 200
PROBLEMS_CARRIED = 20_000
Line = dict[str, Any] | list[Any]
__all__ = ["DROPPED", "PACK", "REFUSED", "Reader", "understand_table"]


class Reader:
    """Read the packs of one table; ``lines`` yields what becomes of every row."""

    def __init__(
        self,
        table: Table,
        *,
        catalogue: Sequence[Mapping[str, Any]],
        today: date,
        corrections: Corrections,
        layouts: Layouts,
        problem_limit: int,
    ):
        self.table = table = as_shown(table)
        heading = find_heading(table, corrections)
        corrections, self.remembered = with_remembered(heading.cells, corrections, layouts)
        self.corrections = corrections
        self.problem_limit = problem_limit
        self.survey = survey(table, heading, corrections)
        self.plan = self.survey.plan
        self.hidden = hidden_rows_of(table, corrections)
        self.read_columns = {column.index for column in self.plan.columns if column.field}
        self.reader = RowReader(self.plan, corrections, catalogue, today)
        self.grouping = Grouping()
        self.repetitions = Repetitions()
        self.fates = Counter[str]()
        self.skipped = Counter[str]()
        self.skipped_rows: list[dict[str, object]] = []
        self.carried = 0

    def lines(self) -> Iterator[Line]:
        """Yield the plan, problems of columns, then what becomes of every row, at last the summary."""
        yield {"plan": self.plan.to_json()}
        questions = list(questions_before(self.table, self.survey, self.corrections))
        of_file = [question.problem() for question in questions]
        of_file += column_problems(self.survey, self.corrections)
        self.grouping.add(of_file)
        for problem in of_file:
            yield {"problem": problem._asdict()}
        done = 0
        for number, row in self.table.rows():
            done = number
            if line := self._row(number, row):
                yield line
            if number % PROGRESS_ROWS == 0:
                yield {"progress": number}
        yield {"progress": done}
        questions += questions_after(self.grouping, self.survey, self.corrections)
        yield {"summary": self._summary(questions)}

    def _row(self, number: int, row: Sequence[Cell]) -> Line | None:
        if number < self.plan.first_row:
            self._skip(number, self._reason_above(number) if any(row) else "blank")
            return None
        if number in self.hidden:
            self._skip(number, "hidden")
            return None
        is_blank = not any(row)
        is_uncalculated = is_blank and not self.read_columns.isdisjoint(self.table.formulas.in_row(number))
        if is_blank and not is_uncalculated and number not in self.corrections.cells:
            self._skip(number, "blank")
            return None
        reading = self.reader.try_row(number, row, may_skip=not is_uncalculated)
        if isinstance(reading, str):
            self._skip(number, reading)
            return None
        fate, values, problems = reading
        if fate != DROPPED and (issues := self.repetitions.of(values, number)):
            problems += self.reader.placed(number, [(name, values[name], issue) for name, issue in issues])
            fate = REFUSED if any(issue.severity == ERROR for _, issue in issues) else fate
        self.fates[fate] += 1
        if not problems:
            return [fate, number, values, row, problems]
        self.grouping.add(problems)
        return [fate, number, values, row, self._carried(problems)]

    def _reason_above(self, number: int) -> str:
        if number in self.plan.heading_rows:
            return "heading"
        return "units" if number == self.plan.units_row else "above the heading"

    def _skip(self, number: int, reason: str) -> None:
        self.skipped[reason] += 1
        if len(self.skipped_rows) < SKIPPED_ROWS_LISTED:
            self.skipped_rows.append({"row": number, "reason": reason})

    def _carried(self, problems: Sequence[Problem]) -> list[tuple[Any, ...]]:
        """Return a row's problems without its number: all of them, beyond the limit only the heaviest."""
        if self.carried >= self.problem_limit:
            problems = [max(problems, key=lambda problem: WEIGHT.get(problem.severity, 0))]
        self.carried += len(problems)
        return [problem[1:] for problem in problems]

    def _summary(self, questions: Sequence[Question]) -> dict[str, Any]:
        return {
            **describe(self.table, self.survey),
            "plan": self.plan.to_json(),
            "layout": self.remembered.sha256,
            "remembered": [{"id": name, "value": value} for name, value in self.remembered.used.items()],
            "questions": [question.to_json() for question in questions],
            "groups": self.grouping.to_json(self.plan),
            "rows": self.fates.total(),
            "accepted": self.fates[PACK],
            "refused": self.fates[REFUSED],
            "dropped": self.fates[DROPPED],
            "skipped": dict(self.skipped),
            "skipped_rows": self.skipped_rows,
            "errors": self.grouping.total(ERROR),
            "warnings": self.grouping.total(WARNING),
            "open_questions": self.grouping.total(QUESTION),
        }


def understand_table(
    table: Table,
    *,
    catalogue: Sequence[Mapping[str, Any]],
    today: date,
    corrections: Corrections | None = None,
    layouts: Layouts | None = None,
    problem_limit: int = PROBLEMS_CARRIED,
) -> Iterator[Line]:
    """Yield what a table says, line by line; see :class:`Reader`.

    :raises Unreadable: when the table has no heading or no rows.
    """
    reader = Reader(
        table,
        catalogue=catalogue,
        today=today,
        corrections=corrections or Corrections(),
        layouts=layouts or {},
        problem_limit=problem_limit,
    )
    return reader.lines()
