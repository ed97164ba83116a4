"""What the supplier should know about the columns of the file as a whole."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from intake.domain.manifest.fields import FIELDS, REQUIRED
from intake.domain.manifest.mapping import Column, synonyms_of_all_fields
from intake.domain.manifest.problems import ERROR, WARNING, Issue, Problem, warning
from intake.domain.manifest.reading import Table
from intake.domain.manifest.surveying import Layout


def missing_columns(header_of: Mapping[str, str]) -> list[str]:
    """Return the required fields that no column gives; a catalogue type or a model may stand for the make."""
    missing = [name for name in REQUIRED if name not in header_of]
    if "pack_type_key" in header_of:
        return [name for name in missing if name not in ("make", "model")]
    return [name for name in missing if name != "make" or "model" not in header_of]


def _unknown(column: Column) -> Issue:
    if column.repeats:
        message = (
            f"The column “{column.header}” says the same as “{column.repeats}”: its values are kept as extra."
        )
        return warning("column_repeated", message, "Rename or delete one of them.")
    if column.candidates:
        meanings = " or ".join(FIELDS[name].label.lower() for name in column.candidates)
        message = f"The column “{column.header}” may mean {meanings}: its values are kept as extra."
        return warning("column_ambiguous", message, "Write the unit into the heading, such as (kWh) or (Ah).")
    near = get_close_matches(column.header.casefold(), synonyms_of_all_fields(), n=1, cutoff=0.8)
    hint = f"If you mean “{near[0]}”, use that heading." if near else "Rename it if it holds a known field."
    return warning(
        "column_unknown", f"The column “{column.header}” is not known: its values are kept as extra.", hint
    )


def column_problems(layout: Layout, header_of: Mapping[str, str]) -> Iterator[Problem]:
    """Yield required fields without a column, columns without a field, assumptions about columns."""
    for name in missing_columns(header_of):
        message = f"No column gives “{FIELDS[name].label}”. Without it no pack can be accepted."
        yield Problem(
            None,
            None,
            name,
            "required_column_missing",
            ERROR,
            "",
            message,
            "Add the column and send the file again.",
        )
    for column in layout.columns:
        rules = layout.numbers.get(column.index)
        issue = _unknown(column) if column.field is None else rules and rules.issue
        if issue:
            yield Problem(
                None, column.header, column.field, issue.rule, WARNING, "", issue.message, issue.fix
            )


def describe(table: Table, layout: Layout) -> dict[str, Any]:
    """Return how the file was read: sheet, encoding, heading and every column with what was done to it."""
    return {
        "kind": table.kind,
        "sheet": table.sheet,
        "sheets": list(table.sheets),
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "header_row": layout.header_row,
        "units_row": layout.units_row,
        "columns": [_describe_column(column, layout) for column in layout.columns],
    }


def _describe_column(column: Column, layout: Layout) -> dict[str, Any]:
    rules = layout.numbers.get(column.index)
    return {
        "header": column.header,
        "field": column.field,
        "unit": column.unit_text or (FIELDS[column.field].unit if column.field else "") or None,
        "confidence": column.confidence if column.field else None,
        "conversions": list(rules.conversions) if rules else [],
    }
