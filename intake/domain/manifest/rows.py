"""What becomes of one row: the same judgment in the stream of a whole file and for a single edited row."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from intake.domain.manifest.checks.catalogue import Catalogue
from intake.domain.manifest.checks.checking import PackChecks
from intake.domain.manifest.checks.recognizing import Recognizer
from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.fields import FIELDS, REQUIRED, Kind
from intake.domain.manifest.layout.totals import TOTAL_WORDS, is_totals_row, says_total
from intake.domain.manifest.plan import HIDDEN, ColumnPlan, Plan
from intake.domain.manifest.problems import ERROR, WARNING, Issue, Problem, error, warning
from intake.domain.manifest.reading import Cell
from intake.domain.manifest.values.measuring import number_converter, soh_in_words
from intake.domain.manifest.values.normalizing import (
    BLANKS,
    COMPILERS,
    MEMO_LIMIT,
    Converter,
    Memo,
    Outcome,
    as_text,
    blank_outcome,
)

PACK, REFUSED, DROPPED = "pack", "refused", "dropped"
_VALUE_CHARACTERS = 200
_MEASURED = (Kind.NUMBER, Kind.COUNT, Kind.DATE)
_WORDS_OF_A_NOTE = 4  # one sentence in the column of the serials, and nothing else in its row
_DDR_ORDER = ("none", "damaged", "defective", "recalled", "critical")
Finding = tuple[str, Cell, Issue]
_UNLIKE = ("pack_serial", "vin", "line_no")  # hardly a value repeats: not worth remembering


class RowReading(NamedTuple):
    """What a row says.

    fate: pack, refused or dropped.    values: canonical field to value: decimals as text, counts as integers,
    dates ISO at the precision written. ``extra`` holds columns without a field, ``filled_from_catalogue`` and
    ``filled_by_answer`` name fields that the row leaves blank.    problems: in the order of the columns.
    """

    fate: str
    values: dict[str, Any]
    problems: list[Problem]


def converter_of(column: ColumnPlan, today: date) -> Converter:
    """Compile how the cells of one column are read."""
    field = FIELDS[column.field or ""]
    if field.kind in (Kind.NUMBER, Kind.COUNT):
        return number_converter(field, column)
    return COMPILERS[field.kind](field, column, today)


def raw_reader(plan: Plan) -> Callable[[Sequence[Cell]], dict[str, str]]:
    """Return what makes the raw row of cells as they stand in the file: heading to text, nothing hidden."""
    shown = [column for column in plan.columns if column.use != HIDDEN]
    headers = [column.header for column in shown]
    indexes = [column.index for column in shown]
    width = max(indexes, default=-1) + 1
    several = itemgetter(*indexes) if len(indexes) > 1 else None  # of one index it gives no sequence
    is_text = plan.kind == "csv"

    def raw_of(cells: Sequence[Cell]) -> dict[str, str]:
        if len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        kept = several(cells) if several else [cells[index] for index in indexes]
        return dict(zip(headers, kept if is_text else map(as_text, kept), strict=False))

    return raw_of


def missing_fields(plan: Plan, corrections: Corrections) -> list[str]:
    """Return the required fields that neither a column nor an answer gives; a catalogue type, or a model, may
    stand for the make.
    """
    given = {column.field for column in plan.columns} | {*corrections.fills}
    missing = [name for name in REQUIRED if name not in given]
    if "pack_type_key" in given:
        return [name for name in missing if name not in ("make", "model")]
    return [name for name in missing if name != "make" or "model" not in given]


class RowReader:
    """Read rows by a plan and the corrections; what repeats in other rows is for who knows them."""

    def __init__(
        self,
        plan: Plan,
        corrections: Corrections,
        catalogue: Catalogue | Sequence[Mapping[str, Any]],
        today: date,
    ):
        self.plan = plan
        self.corrections = corrections
        self.today = today
        known = catalogue if isinstance(catalogue, Catalogue) else Catalogue(catalogue)
        self.recognizer = Recognizer(known)
        columns = [column for column in plan.columns if column.use not in ("ignore", HIDDEN)]
        mapped = [column for column in columns if column.field]
        self.width = max((column.index for column in plan.columns), default=0) + 1
        self.serial_index = next((c.index for c in mapped if c.field == "pack_serial"), None)
        self.extras = [(column.index, column.header) for column in columns if not column.field]
        self.repeated = [(column.field or "", column.key) for column in mapped if column.repeats]
        self.readers = [(column.index, column.key, self._memo(column)) for column in mapped]
        self.header_of = {column.key: column.header for column in mapped}
        self.index_of = {column.key: column.index for column in mapped}
        self.checks = PackChecks([*self.header_of, *corrections.fills])
        self.accepted = corrections.accepted
        self.fills = list(self._fills())
        self.is_blocked = bool(missing_fields(plan, corrections))
        self.formula_starts = {
            index: [first for first, _ in ranges] for index, ranges in plan.formulas.items()
        }

    def _memo(self, column: ColumnPlan) -> Memo:
        name = column.field or ""
        limit = 0 if name in _UNLIKE else MEMO_LIMIT
        blank: Outcome = (None, None) if name in self.corrections.fills else blank_outcome(FIELDS[name])
        return Memo(converter_of(column, self.today), blank, limit=limit)

    def accepts(self, key: str, issue: Issue) -> bool:
        """Tell whether somebody confirmed a suggestion for the whole column; an error is none."""
        return issue.severity == WARNING and (issue.rule, self.index_of.get(key)) in self.accepted

    def _fills(self) -> Iterator[tuple[str, Any, str, Issue | None]]:
        """Yield what somebody answered for all packs: field, value, answer, what is wrong with it."""
        for name, answer in self.corrections.fills.items():
            if name in FIELDS:
                value, issue = converter_of(ColumnPlan(index=-1, header=name, field=name), self.today)(answer)
                yield name, value, answer, issue

    def read(self, number: int, cells: Sequence[Cell]) -> RowReading:
        """Judge one row with its edits, whatever it holds: whether it is a row of packs, ``skip`` tells."""
        reading = self.try_row(number, cells, may_skip=False)
        assert isinstance(reading, RowReading)  # noqa: S101 (only a row that may be skipped has a reason)
        return reading

    def try_row(self, number: int, cells: Sequence[Cell], *, may_skip: bool = True) -> RowReading | str:
        """Judge one row of the file, or return the reason why it is none of packs.

        A row that somebody edited or left out is one of packs.
        """
        corrections = self.corrections
        if number in corrections.cells:
            cells, may_skip = corrections.edited(number, list(cells)), False
        row = cells
        if len(row) < self.width:
            row = [*row, *[""] * (self.width - len(row))]
        values: dict[str, Any] = {}
        found: list[Finding] = []
        for index, name, memo in self.readers:
            value, issue = memo[row[index]]
            if value is not None:
                values[name] = value
            if issue is not None:
                found.append((name, row[index], issue))
        if may_skip:
            serial = values.get("pack_serial")
            is_odd = serial is None or serial in TOTAL_WORDS or row[0] == self.plan.heading[0]
            is_odd = is_odd or (bool(found) and found[0][2].rule == "serial_invalid")
            if is_odd and (reason := self._reason_to_skip(cells)):
                return reason
        if number in corrections.dropped:
            return RowReading(DROPPED, values, [])
        self._finish(number, row, values, found)
        if not found:
            return RowReading(REFUSED if self.is_blocked else PACK, values, [])
        problems = list(self.placed(number, found))
        is_pack = not self.is_blocked and all(problem.severity == WARNING for problem in problems)
        return RowReading(PACK if is_pack else REFUSED, values, problems)

    def _reason_to_skip(self, row: Sequence[Cell]) -> str | None:
        filled = [cell for cell in row if not isinstance(cell, str) or cell.strip()]
        if not filled:
            return "blank"
        if list(row) == list(self.plan.heading):
            return "repeated heading"
        serial = "" if self.serial_index is None or self.serial_index >= len(row) else row[self.serial_index]
        if is_totals_row(row, self.serial_index) or says_total(row, serial):
            return "total"
        is_note = (
            len(filled) == 1
            and len(self.readers) > 1
            and isinstance(serial, str)
            and (not serial.strip() or len(serial.split()) >= _WORDS_OF_A_NOTE)
        )
        return "note" if is_note else None

    def _finish(
        self, number: int, cells: Sequence[Cell], values: dict[str, Any], found: list[Finding]
    ) -> None:
        """Add what only the whole row, the answers or the catalogue can tell."""
        for name, key in self.repeated:
            _merge(name, key, values)
        for name, value, answer, issue in self.fills:
            if name not in values:
                self._fill(name, value, answer, issue, values, found)
        for index, header in self.extras:
            if cells[index] != "":
                values.setdefault("extra", {})[header] = as_text(cells[index])
        self.recognizer.recognize(values, found)
        for name, cell, issue in found:
            if issue.rule == "soh_not_a_number" and name == "soh_declared_percent":
                values |= soh_in_words(as_text(cell).strip()[:_VALUE_CHARACTERS])
        if self.formula_starts:
            self._add_formula_issues(number, cells, found)
        if len(cells) > self.width and (
            beyond := [text for cell in cells[self.width :] if (text := as_text(cell).strip())]
        ):
            message = "The row has more cells than the heading."
            found.append(
                ("", beyond[0], error("too_many_cells", message, "Check its delimiters and quotes."))
            )
        faulty = frozenset([name for name, _, issue in found if issue.severity == ERROR] if found else ())
        for name, issue in self.checks.run(values, faulty):
            found.append((name, _shown(values.get(name, "")), issue))

    def _fill(
        self,
        name: str,
        value: Any,
        answer: str,
        issue: Issue | None,
        values: dict[str, Any],
        found: list[Finding],
    ) -> None:
        if any(key.partition("+")[0] == name for key, _, _ in found):
            return  # the row does state it, and wrongly
        if issue is not None:
            found.append((name, answer, issue))
        if value is not None:
            values[name] = value
            values.setdefault("filled_by_answer", []).append(name)

    def _add_formula_issues(self, number: int, cells: Sequence[Cell], found: list[Finding]) -> None:
        edits = self.corrections.cells.get(number, {})
        for column in self.plan.columns:
            starts = self.formula_starts.get(column.index)
            if not starts or column.index in edits:
                continue
            place = bisect_right(starts, number) - 1
            if place < 0 or number > self.plan.formulas[column.index][place][1]:
                continue
            cell = cells[column.index]
            if cell == "":
                message = "The cell holds a formula without a stored result."
                issue = error("formula_without_result", message, "Write its value into the cell.")
                found[:] = [one for one in found if one[0] != column.key or one[2].rule not in BLANKS]
            elif FIELDS[column.field or ""].kind in _MEASURED:
                message = "The value comes from a formula; the stored result was used."
                issue = warning("formula_result", message, "Send measured values, not formulas.")
            else:
                continue
            found.append((column.key, cell, issue))

    def placed(self, number: int, found: Sequence[Finding]) -> Iterator[Problem]:
        """Yield the problems of a row that nobody has accepted."""
        for key, cell, issue in found:
            if self.accepts(key, issue):
                continue
            yield Problem(
                number,
                self.header_of.get(key),
                key.partition("+")[0] or None,
                issue.rule,
                issue.severity,
                as_text(cell)[:_VALUE_CHARACTERS],
                issue.message,
                issue.fix,
            )


def _shown(value: object) -> Cell:
    return value if isinstance(value, (str, float)) else str(value)


def _merge(name: str, key: str, values: dict[str, Any]) -> None:
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
