"""A draft as a workbook, and what its cells said when one was downloaded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.db.models import Q, QuerySet

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.plan import HIDDEN, Plan
from intake.domain.manifest.values.normalizing import as_text
from intake.domain.manifest.workbooks.annotated import ROW_LIMIT, Key
from intake.domain.manifest.workbooks.annotated_workbook import Line, write_workbook
from intake.models import Manifest, ManifestCorrection, ManifestRow
from intake.queries.corrections import corrections_of, folded
from rebattery.dates import moment_in_words

Texts = dict[int, dict[int, str]]
"""Row, as the spreadsheet shows it, to zero-based column to the text of its cell."""
_ABOUT_READING = ("sheet", "encoding", "delimiter", "header_row", "hidden_rows", "hidden_columns")


def headings_of(*, manifest: Manifest) -> dict[int, str]:
    """Return column index to heading, in the order of the file; hidden columns are left out."""
    plan = Plan.from_json(manifest.plan)
    return {column.index: column.header for column in plan.columns if column.use != HIDDEN}


def open_rows(*, manifest: Manifest) -> QuerySet[ManifestRow]:
    """Return the rows of a draft that can still be mended."""
    return manifest.rows.filter(fate=ManifestRow.Fate.OPEN)


def write_draft(*, manifest: Manifest, target: IO[bytes], at: datetime) -> None:
    """Write a draft as a workbook, its corrections put in, its problems marked."""
    rows = open_rows(manifest=manifest)
    count = rows.count()
    chosen = rows.order_by("row") if count <= ROW_LIMIT else rows.order_by("-severity", "row")
    found = list(chosen[:ROW_LIMIT])
    headings = headings_of(manifest=manifest)
    texts = texts_of(rows=found, headings=headings, corrections=corrections_of(manifest=manifest))
    summary = manifest.summary
    write_workbook(
        target,
        key=Key(manifest.pk, at),
        headings=headings,
        lines=(Line(row.row, texts[row.row], row.problems) for row in found),
        of_the_file=[*map(_asked, summary.get("questions", ())), *summary.get("problems", ())],
        notes=_notes(manifest, count, at),
    )


def texts_of(*, rows: Iterable[ManifestRow], headings: Mapping[int, str], corrections: Corrections) -> Texts:
    """Return what the cells of ``rows`` say with ``corrections`` put in."""
    found: Texts = {}
    for row in rows:
        cells = corrections.edited(row.row, row.cells)
        found[row.row] = {index: as_text(cells[index]) for index in headings if index < len(cells)}
    return found


def corrections_at(*, manifest: Manifest, at: datetime) -> Corrections:
    """Return the corrections that were in force at a moment."""
    return folded(_steps_at(manifest, at))


def is_read_differently(then: Corrections, now: Corrections) -> bool:
    """Tell whether other rows or columns of a file are read with the corrections ``now`` than ``then``."""
    return any(then.answers.get(name) != now.answers.get(name) for name in _ABOUT_READING)


def _steps_at(manifest: Manifest, at: datetime) -> QuerySet[ManifestCorrection]:
    stood = Q(undone_at=None) | Q(undone_at__gt=at)
    return ManifestCorrection.objects.filter(stood, manifest=manifest, made_at__lte=at).order_by("position")


def _asked(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question about the whole file as the sheet of problems shows it."""
    samples = ", ".join(str(sample) for sample in question.get("samples", ()))
    return {**question, "severity": "question", "value": samples}


def _notes(manifest: Manifest, count: int, at: datetime) -> Sequence[str]:
    notes = [
        f"Draft of {manifest.file_name}, downloaded {moment_in_words(at)}.",
        "Mend the cells on the sheet “Packs”, save, and send this workbook on the page of the draft.",
        "Keep the first column: it says which row of the file each line is. New rows and columns are named,"
        " not taken in; a row that you delete here stays in the draft until you leave it out there.",
    ]
    if count > ROW_LIMIT:
        notes.append(
            f"This workbook holds {ROW_LIMIT:,} of the {count:,} rows, those with problems first."
            " All others stay as they are."
        )
    return notes
