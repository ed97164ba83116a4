"""How a file is read: its sheet, encoding and heading, its columns, and what people may say instead."""

from collections.abc import Mapping, Sequence
from typing import Any

from intake.models import Manifest, ManifestCorrection, ManifestState
from intake.queries.draft_rows import first_rows
from intake.queries.repair import REFUSED_AS
from intake.web.repair_columns import (
    USES,
    column_lines,
    field_choices,
    fills_of,
    questions_of,
    unit_choices,
    units_of_fields,
)
from intake.web.repair_grid import original_text

_PREVIEW_ROWS = 5
_ENCODINGS = ("utf-8", "utf-16", "cp1252", "gb18030", "shift_jis")
_TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
_MAY_HELP_TEXT = {
    "not_text", "broken_text", "unknown_encoding", "unknown_delimiter", "broken_quotes",
    "too_many_columns",
}  # fmt: skip
_MAY_HELP = {"no_header", "no_packs", "no_such_sheet"}
_READINGS = {"sheet", "encoding", "delimiter", "header_row"}
_DELIMITERS = ((",", "comma ,"), (";", "semicolon ;"), ("\t", "tab"), ("|", "bar |"))


def columns_context(manifest: Manifest, now: Mapping[str, str]) -> dict[str, Any]:
    """Return what the stage "columns" shows."""
    lines = column_lines(manifest, now)
    return {
        "lines": lines,
        "open_count": sum(line.question is not None for line in lines),
        "fills": fills_of(manifest, now),
        "field_groups": field_choices(),
        "uses": USES,
        "units": unit_choices().items(),
        "units_of_fields": units_of_fields(),
        "other_questions": [
            question
            for question in questions_of(manifest)
            if not question["id"].startswith(("column:", "fill:"))
        ],
    }


def file_context(
    manifest: Manifest, now: Mapping[str, str], steps: Sequence[ManifestCorrection]
) -> dict[str, Any]:
    """Return what the stage "read" shows: the choices for the file as a whole, and its first rows."""
    is_text = manifest.file_name.lower().endswith(_TEXT_SUFFIXES)
    columns = manifest.summary.get("columns", ())
    indexes = [column["index"] for column in columns]
    rows = first_rows(manifest=manifest, count=_PREVIEW_ROWS)
    encoding = now.get("encoding", "")
    return {
        "now": now,
        "sheets": manifest.summary.get("sheets", ()),
        "encodings": [*_ENCODINGS, *({encoding} - {*_ENCODINGS, ""})],
        "delimiters": _DELIMITERS,
        "is_text": is_text,
        "may_be_read_otherwise": _may_help(manifest, steps, is_text=is_text),
        "headings": [column["header"] for column in columns],
        "preview": [(row.row, [original_text(row, index) for index in indexes]) for row in rows],
        "skipped": manifest.summary.get("skipped") or {},
    }


def _may_help(manifest: Manifest, steps: Sequence[ManifestCorrection], *, is_text: bool) -> bool:
    """Tell whether another sheet, encoding, delimiter or heading could make the file readable."""
    if manifest.state != ManifestState.REFUSED:
        return True
    code = manifest.summary.get(REFUSED_AS)
    if code in _MAY_HELP or (is_text and code in _MAY_HELP_TEXT):
        return True
    # What was chosen before may be what is wrong now.
    return any(
        step.undone_at is None and step.kind == "answer" and _READINGS & {*step.payload} for step in steps
    )
