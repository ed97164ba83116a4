"""What the supplier should know about the columns of the file as a whole."""

from collections.abc import Iterator
from typing import Any

from intake.domain.manifest.corrections import YES, Corrections
from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.layout.mapping import letters_of
from intake.domain.manifest.layout.surveying import Survey
from intake.domain.manifest.plan import HIDDEN, ColumnPlan
from intake.domain.manifest.problems import ERROR, WARNING, Problem
from intake.domain.manifest.reading import Table


def letter_and_header(column: ColumnPlan) -> str:
    """Return how a person finds a column: its letter and its heading."""
    letters = letters_of(column.index)
    unnamed = column.header.startswith(f"Column {letters}")
    return column.header if unnamed else f"Column {letters} “{column.header}”"


def column_problems(found: Survey, corrections: Corrections) -> Iterator[Problem]:
    """Yield what is wrong with, or assumed of, columns and needs no answer."""
    plan = found.plan
    if plan.column_of("pack_serial") is None:
        message = "No column gives “Pack serial”. Without it no pack can be accepted."
        fix = "Say which column holds the serials."
        yield Problem(None, None, "pack_serial", "required_column_missing", ERROR, "", message, fix)
    for column in plan.columns:
        issue = found.issues.get(column.index)
        if column.repeats and not column.field:
            message = (
                f"{letter_and_header(column)} says the same as “{column.repeats}”:"
                " its values are kept as extra."
            )
            fix = "Say which of them counts, or leave it."
            yield Problem(None, column.header, None, "column_repeated", WARNING, "", message, fix)
        elif (
            issue
            and issue.severity == WARNING
            and corrections.about(f"accept:{issue.rule}", column.index) != YES
        ):
            where = (None, column.header, column.field, issue.rule, WARNING, "")
            yield Problem(*where, issue.message, issue.fix)


def describe(table: Table, found: Survey) -> dict[str, Any]:
    """Return how the file was read: sheet, encoding, heading and every column with what was done to it."""
    plan = found.plan
    return {
        "kind": table.kind,
        "sheet": table.sheet,
        "sheets": list(table.sheets),
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "header_row": plan.header_row,
        "units_row": plan.units_row,
        "columns": [_describe_column(column, found) for column in plan.columns if column.use != HIDDEN],
    }


def _describe_column(column: ColumnPlan, found: Survey) -> dict[str, Any]:
    facts = found.facts[column.index]
    return {
        "index": column.index,
        "letters": letters_of(column.index),
        "header": column.header,
        "field": column.field,
        "use": column.use,
        "unit": column.unit or (FIELDS[column.field].unit if column.field else "") or None,
        "confidence": column.confidence if column.field else None,
        "candidates": list(column.candidates),
        "repeats": column.repeats,
        "samples": facts.samples(),
        "filled": facts.filled,
        "distinct": len(facts.seen),
        "conversions": list(column.conversions),
    }
