"""The questions about a file as a whole: what a person can tell, and we cannot."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from intake.domain.chemistry import Chemistry, resolve_chemistry
from intake.domain.identity import is_traction_battery_code, is_vin, normalize_serial
from intake.domain.manifest.corrections import EXTRA, IGNORE, IMPORT, SKIP, Corrections
from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.layout.columns import letter_and_header
from intake.domain.manifest.layout.heading import MIN_HEADER_SCORE
from intake.domain.manifest.layout.mapping import near_fields, near_heading
from intake.domain.manifest.layout.surveying import ColumnFacts, Survey
from intake.domain.manifest.plan import HIDDEN, ColumnPlan
from intake.domain.manifest.problems import QUESTION, Problem
from intake.domain.manifest.questions.grouping import (
    Grouping,
    date_options,
    decimal_options,
    fill_words,
    pad_options,
)
from intake.domain.manifest.reading import Cell, Table
from intake.domain.manifest.rows import missing_fields
from intake.domain.manifest.values.normalizing import as_text
from intake.domain.manifest.values.words import aliases_of, fold

_VALUES_LOOKED_AT = 50
_ENERGY_UNITS = ("kWh", "Wh")


class Question(NamedTuple):
    """One question; ``options`` are values with their words, and some take any other value too.

    rows: how many it concerns.    samples: texts of the file that show what it is about.
    """

    id: str
    rule: str
    column: str | None
    field: str | None
    message: str
    fix: str
    options: list[dict[str, str]]
    rows: int = 0
    samples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the question as JSON can hold it."""
        return {**self._asdict(), "samples": list(self.samples)}

    def problem(self) -> Problem:
        """Return the question as a problem of its column or of the file."""
        return Problem(None, self.column, self.field, self.rule, QUESTION, "", self.message, self.fix)


def _option(value: str, label: str) -> dict[str, str]:
    return {"value": value, "label": label}


def _plain(fixes: list[dict[str, str]]) -> list[dict[str, str]]:
    return [_option(fix["value"], fix["label"]) for fix in fixes]


def questions_before(table: Table, found: Survey, corrections: Corrections) -> Iterator[Question]:
    """Yield what is open before any row is read: sheet, heading, hidden content, columns, missing fields."""
    yield from _about_sheets(table, corrections)
    yield from _about_heading(found, corrections)
    yield from _about_hidden(table, found, corrections)
    for column in found.plan.columns:
        yield from _about_column(column, found)
    for name in missing_fields(found.plan, corrections):
        if name != "pack_serial":
            yield _about_missing(name)


def _about_sheets(table: Table, corrections: Corrections) -> Iterator[Question]:
    if "sheet" in corrections.answers:
        return
    likely = [sheet for sheet in table.sheets if int(str(sheet["score"])) >= MIN_HEADER_SCORE]
    hidden = [sheet for sheet in likely if not sheet["visible"]]
    best = max((int(str(sheet["score"])) for sheet in likely if sheet["visible"]), default=0)
    equal = [sheet for sheet in likely if sheet["visible"] and sheet["score"] == best]
    if len(equal) < 2 and not hidden:
        return
    names = "”, “".join(str(sheet["name"]) for sheet in (hidden if len(equal) < 2 else equal))
    if len(equal) > 1:
        rule, message = "sheet_ambiguous", f"The sheets “{names}” look alike: only one is read."
    else:
        rule, message = (
            "hidden_sheet",
            f"The hidden sheet “{names}” looks like a list of packs; it is not read.",
        )
    options = [
        _option(str(sheet["name"]), str(sheet["name"]) + ("" if sheet["visible"] else " (hidden)"))
        for sheet in likely
        if sheet["visible"] or sheet in hidden
    ]
    yield Question("sheet", rule, None, None, message, "Choose the sheet with the packs.", options)


def _about_heading(found: Survey, corrections: Corrections) -> Iterator[Question]:
    heading = found.heading
    if corrections.number("header_row") is not None or (heading.is_certain and not heading.rivals):
        return
    row = heading.rows[-1]
    if heading.is_certain:
        rows = ", ".join(str(rival) for rival in heading.rivals)
        rule, message = (
            "header_ambiguous",
            f"Row {row} is read as the heading; row {rows} looks like one too.",
        )
    else:
        rule, message = "header_uncertain", f"No known heading was found; row {row} could be one."
    options = [_option(str(number), f"Row {number} names the columns") for number in (row, *heading.rivals)]
    samples = tuple(text for text in heading.texts if text)[:6]
    fix = "Say which row names the columns."
    yield Question("header_row", rule, None, None, message, fix, options, samples=samples)


def _about_hidden(table: Table, found: Survey, corrections: Corrections) -> Iterator[Question]:
    plan = found.plan
    rows = [row for row in sorted(table.hidden_rows) if row >= plan.first_row]
    if rows and "hidden_rows" not in corrections.answers:
        message = f"{len(rows):,} rows are hidden in the spreadsheet, and not read."
        if len(rows) == 1:
            message = f"Row {rows[0]} is hidden in the spreadsheet, and not read."
        samples = tuple(f"row {row}" for row in rows[:3])
        yield _hidden("hidden_rows", message, len(rows), samples)
    columns = [c for c in plan.columns if c.use == HIDDEN and found.facts[c.index].filled]
    if columns and "hidden_columns" not in corrections.answers:
        names = "”, “".join(column.header for column in columns)
        message = f"The columns “{names}” are hidden in the spreadsheet, and not read."
        yield _hidden("hidden_columns", message)


def _hidden(rule: str, message: str, rows: int = 0, samples: tuple[str, ...] = ()) -> Question:
    options = [_option(SKIP, "Leave them out"), _option(IMPORT, "Read them like the others")]
    fix = "Say whether they belong to the list."
    return Question(rule, rule, None, None, message, fix, options, rows, samples)


def _about_column(column: ColumnPlan, found: Survey) -> Iterator[Question]:
    facts, index = found.facts[column.index], column.index
    samples = tuple(facts.samples())
    if column.use == "unknown":
        yield _unknown(column, facts)
    issue = found.issues.get(index)
    if issue and issue.severity == QUESTION:
        options = [_option(unit, unit) for unit in _ENERGY_UNITS]
        yield Question(
            f"unit:{index}",
            issue.rule,
            column.header,
            column.field,
            issue.message,
            issue.fix,
            options,
            facts.filled,
            samples,
        )


def fields_by_values(cells: Iterable[Cell]) -> list[str]:
    """Return the field that the values themselves give away: VINs, chemistries, makes."""
    texts = [text for text in (as_text(cell).strip() for cell in islice(cells, _VALUES_LOOKED_AT)) if text]
    if not texts:
        return []
    makes = {fold(name) for names in aliases_of("make").items() for name in names}
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("vin", lambda text: is_vin(normalize_serial(text))),
        ("traction_battery_code", lambda text: is_traction_battery_code(normalize_serial(text))),
        ("chemistry", lambda text: resolve_chemistry(text)[0] is not Chemistry.UNKNOWN),
        ("make", lambda text: fold(text) in makes),
    )
    return [name for name, fits in tests if all(map(fits, texts))]


def _unknown(column: ColumnPlan, facts: ColumnFacts) -> Question:
    rows, samples = facts.filled, tuple(facts.samples())
    where = letter_and_header(column)
    if column.candidates:
        meanings = " or ".join(FIELDS[name].label.lower() for name in column.candidates)
        rule, message = "column_ambiguous", f"{where} may mean {meanings}."
        fix, suggested = "Say which it is; a unit such as (kWh) or (Ah) would tell.", column.candidates
    else:
        rule, message = "column_unknown", f"{where} is not known."
        near = near_heading(column.header)
        fix = f"If you mean “{near}”, say so; or keep the column as extra, or leave it out."
        fix = fix if near else "Say what it holds, keep it as extra, or leave it out."
        suggested = tuple(dict.fromkeys((*fields_by_values(facts.seen), *near_fields(column.header))))
    options = [_option(name, FIELDS[name].label) for name in suggested]
    options += [_option(EXTRA, "Keep it as extra"), _option(IGNORE, "Leave it out")]
    return Question(f"column:{column.index}", rule, column.header, None, message, fix, options, rows, samples)


def _about_missing(name: str) -> Question:
    label = FIELDS[name].label
    message = f"No column gives “{label}”. Without it no pack can be accepted."
    fix = "Choose the column that holds it, or declare it for all packs of this file."
    options = [_option(value, f"All packs of this file: {said}") for value, said in fill_words(name)]
    return Question(f"fill:{name}", "required_column_missing", None, name, message, fix, options)


def questions_after(grouping: Grouping, found: Survey, corrections: Corrections) -> Iterator[Question]:
    """Yield what the rows left open: decimals, dates, serials."""
    for (rule, severity, header, name), group in grouping.groups.items():
        column = next((each for each in found.plan.columns if each.header == header), None)
        if severity != QUESTION or column is None or group.example.row is None:
            continue
        kind, options = _by_rule(rule, column, group.example.value)
        if kind and corrections.about(kind, column.index) is None:
            yield Question(
                f"{kind}:{column.index}",
                rule,
                header,
                name,
                group.example.message,
                group.example.fix,
                options,
                group.count,
                (group.example.value,),
            )


def _by_rule(rule: str, column: ColumnPlan, value: str) -> tuple[str, list[dict[str, str]]]:
    index = column.index
    if rule == "number_ambiguous":
        return "decimal", _plain(decimal_options(column, value))
    if rule == "date_ambiguous":
        return "dates", _plain(date_options(index))
    if rule == "serial_zeros_lost":
        return "pad", _plain(pad_options(index, column.suggested_pad))
    return "", []
