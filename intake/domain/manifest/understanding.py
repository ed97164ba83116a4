"""From a table to packs, problems and a summary: the whole understanding of one file, streamed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from intake.domain.manifest.catalogue import Catalogue
from intake.domain.manifest.checking import Repetitions, check_pack, checks_for
from intake.domain.manifest.columns import column_problems, describe, missing_columns
from intake.domain.manifest.fields import FIELDS, Kind
from intake.domain.manifest.mapping import Column
from intake.domain.manifest.normalizing import MEMO_LIMIT, Memo, as_text, blank_outcome
from intake.domain.manifest.problems import ERROR, WARNING, Issue, Problem, ProblemTally, error, warning
from intake.domain.manifest.reading import Cell, Table
from intake.domain.manifest.recognizing import Recognizer
from intake.domain.manifest.surveying import TOTAL_WORDS, is_totals_row, survey

PROGRESS_ROWS = 2000
SKIPPED_ROWS_LISTED = 200
_VALUE_CHARACTERS = 200
_DDR_ORDER = ("none", "damaged", "defective", "recalled", "critical")
_MEASURED = (Kind.NUMBER, Kind.COUNT, Kind.DATE)
# The first item of a row's line: accepted, or with errors. The form is documented in child.py.
PACK, REFUSED = "pack", "refused"


def _key_of(column: Column) -> str:
    """Return where a column's value is put; of two columns about one safety field the second waits aside."""
    return f"{column.field}+{column.index}" if column.repeats else column.field or ""


def _shown(value: object) -> Cell:
    return value if isinstance(value, (str, float)) else str(value)


class Reader:
    """Read the packs of one table; ``lines`` yields what becomes of every row."""

    def __init__(
        self, table: Table, *, catalogue: Sequence[Mapping[str, Any]], today: date, problem_limit: int
    ):
        self.table = table
        self.layout = survey(table, today=today)
        self.recognizer = Recognizer(Catalogue(catalogue))
        self.tally = ProblemTally(problem_limit)
        self.repetitions = Repetitions()
        self.rows = Counter[str]()
        self.skipped = Counter[str]()
        self.skipped_rows: list[dict[str, object]] = []
        self._compile()

    def _compile(self) -> None:
        columns = self.layout.columns
        self.headers = [column.header for column in columns]
        self.header_of = {column.field: column.header for column in reversed(columns) if column.field}
        self.indexes = [column.index for column in columns]
        self.width = max(self.indexes) + 1
        self.is_dense = self.indexes == list(range(self.width))
        self.serial_index = next((c.index for c in columns if c.field == "pack_serial"), None)
        self.extras = [(column.index, column.header) for column in columns if column.field is None]
        mapped = [(column, column.field) for column in columns if column.field]
        self.repeated = [(field, _key_of(column)) for column, field in mapped if column.repeats]
        self.readers = [(c.index, _key_of(c), self._memo(c.index, field)) for c, field in mapped]
        self.header_of_key = {_key_of(column): column.header for column, _ in mapped}
        self.checks = checks_for([*self.header_of])
        self.formulas: dict[int, list[int]] = {}
        measured = {c.index for c in columns if c.field and FIELDS[c.field].kind in _MEASURED}
        for row, index in self.table.formulas:
            if index in measured:
                self.formulas.setdefault(row, []).append(index)
        self.is_blocked = bool(missing_columns(self.header_of))

    def _memo(self, index: int, name: str) -> Memo:
        limit = 0 if name in ("pack_serial", "vin", "line_no") else MEMO_LIMIT
        return Memo(self.layout.converters[index], blank_outcome(FIELDS[name]), limit=limit)

    def lines(self) -> Iterator[dict[str, Any] | list[Any]]:
        """Yield problems of columns, then per row its problems and its pack, at last the summary."""
        for problem in column_problems(self.layout, self.header_of):
            yield from self._report([problem])
        first_row, done = self.layout.first_row, 0
        for number, row in self.table.rows():
            done = number
            if number < first_row:
                if any(row):
                    reason = {self.layout.header_row: "heading", self.layout.units_row: "units"}.get(
                        number, "above the heading"
                    )
                    self._skip(number, reason)
                else:
                    self._skip(number, "blank")
            else:
                yield from self._row(number, row)
            if number % PROGRESS_ROWS == 0:
                yield {"progress": number}
        yield {"progress": done}
        yield {"summary": self._summary()}

    def _skip(self, number: int, reason: str) -> None:
        self.skipped[reason] += 1
        if len(self.skipped_rows) < SKIPPED_ROWS_LISTED:
            self.skipped_rows.append({"row": number, "reason": reason})

    def _row(self, number: int, row: Sequence[Cell]) -> Iterator[dict[str, Any] | list[Any]]:
        if not any(row):
            self._skip(number, "blank")
            return
        cells = row if len(row) >= self.width else [*row, *[""] * (self.width - len(row))]
        values: dict[str, Any] = {}
        found: list[tuple[str, Cell, Issue]] = []
        for index, name, memo in self.readers:
            value, issue = memo[cells[index]]
            if value is not None:
                values[name] = value
            if issue is not None:
                found.append((name, cells[index], issue))
        serial = values.get("pack_serial")
        is_odd = serial is None or serial in TOTAL_WORDS or cells[0] == self.layout.heading[0]
        if is_odd and (reason := self._reason_to_skip(row)):
            self._skip(number, reason)
            return
        self._finish(number, cells, values, found)
        raw = self._raw(cells)
        is_refused = self.is_blocked
        if found:
            is_refused = is_refused or any(issue.severity == ERROR for _, _, issue in found)
            yield from self._report(self._placed(number, found))
        self.rows[REFUSED if is_refused else PACK] += 1
        yield [REFUSED if is_refused else PACK, number, values, raw]

    def _reason_to_skip(self, row: Sequence[Cell]) -> str | None:
        filled = [cell for cell in row if not isinstance(cell, str) or cell.strip()]
        if not filled:
            return "blank"
        if list(row) == list(self.layout.heading):
            return "repeated heading"
        if is_totals_row(row, self.serial_index):
            return "total"
        serial = "" if self.serial_index is None or self.serial_index >= len(row) else row[self.serial_index]
        is_note = (
            len(filled) == 1 and len(self.readers) > 1 and isinstance(serial, str) and not serial.strip()
        )
        return "note" if is_note else None

    def _finish(self, number: int, cells: Sequence[Cell], values: dict[str, Any], found: list) -> None:
        """Add what only the whole row, the file or the catalogue can tell."""
        for name, key in self.repeated:
            self._merge(name, key, values)
        for index, header in self.extras:
            if cells[index] != "":
                values.setdefault("extra", {})[header] = as_text(cells[index])
        self.recognizer.recognize(values, found)
        if number in self.formulas:
            found += self._formula_issues(self.formulas[number], cells)
        if len(cells) > self.width and (
            beyond := [text for cell in cells[self.width :] if (text := as_text(cell).strip())]
        ):
            message = "The row has more cells than the heading."
            found.append(
                ("", beyond[0], error("too_many_cells", message, "Check its delimiters and quotes."))
            )
        if "pack_serial" in values and (issue := self.repetitions.serial(values["pack_serial"], number)):
            found.append(("pack_serial", values["pack_serial"], issue))
        if "vin" in values and (issue := self.repetitions.vin(values["vin"], number)):
            found.append(("vin", values["vin"], issue))
        faulty = frozenset([name for name, _, issue in found if issue.severity == ERROR] if found else ())
        for name, issue in check_pack(self.checks, values, faulty):
            found.append((name, _shown(values.get(name, "")), issue))

    def _merge(self, name: str, key: str, values: dict[str, Any]) -> None:
        """Let the worse of two columns about one safety field count."""
        other = values.pop(key, None)
        if other is None:
            return
        own = values.get(name)
        if own is None:
            values[name] = other
        elif isinstance(other, bool):
            values[name] = own or other
        else:
            values[name] = max(own, other, key=_DDR_ORDER.index)

    def _formula_issues(
        self, indexes: Sequence[int], cells: Sequence[Cell]
    ) -> Iterator[tuple[str, Cell, Issue]]:
        field_at = {column.index: column.field for column in self.layout.columns}
        for index in indexes:
            if cells[index] == "":
                message = "The cell holds a formula without a stored result."
                issue = error("formula_without_result", message, "Replace the formula by its value.")
            else:
                message = "The value comes from a formula; the stored result was used."
                issue = warning("formula_result", message, "Send measured values, not formulas.")
            yield field_at[index] or "", cells[index], issue

    def _raw(self, cells: Sequence[Cell]) -> dict[str, str]:
        kept = cells if self.is_dense else [cells[index] for index in self.indexes]
        if self.table.kind == "csv":
            return dict(zip(self.headers, kept, strict=False))  # type: ignore[arg-type]  # its cells are text
        return dict(zip(self.headers, map(as_text, kept), strict=False))

    def _placed(self, number: int, found: Sequence[tuple[str, Cell, Issue]]) -> Iterator[Problem]:
        for key, cell, issue in found:
            name = key.partition("+")[0]
            yield Problem(
                number,
                self.header_of_key.get(key),
                name or None,
                issue.rule,
                issue.severity,
                as_text(cell)[:_VALUE_CHARACTERS],
                issue.message,
                issue.fix,
            )

    def _report(self, problems) -> Iterator[dict[str, Any]]:
        for problem in problems:
            if self.tally.admit(problem):
                yield {"problem": problem._asdict()}

    def _summary(self) -> dict[str, Any]:
        return {
            **describe(self.table, self.layout),
            "rows": self.rows.total(),
            "accepted": self.rows[PACK],
            "refused": self.rows[REFUSED],
            "skipped": dict(self.skipped),
            "skipped_rows": self.skipped_rows,
            "errors": self.tally.total(ERROR),
            "warnings": self.tally.total(WARNING),
            "problem_counts": self.tally.by_rule(),
            "problems_kept": self.tally.kept.total(),
        }


def understand_table(
    table: Table, *, catalogue: Sequence[Mapping[str, Any]], today: date, problem_limit: int = 1000
):
    """Yield what a table says, line by line; see :class:`Reader`.

    :raises Unreadable: when the table has no heading or no rows.
    """
    return Reader(table, catalogue=catalogue, today=today, problem_limit=problem_limit).lines()
