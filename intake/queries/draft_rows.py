"""The rows of a draft as somebody sees them: corrected cells, values and problems, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.normalizing import as_text
from intake.models import Manifest, ManifestRow
from intake.queries.manifests import PlacedProblem, placed

FILTERS = ("all", "error", "question", "warning", "ready", "dropped", "announced")
"""The conditions of rows that can be asked for; ready rows may have warnings."""


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """Which rows of a draft are wanted; an empty text wants all."""

    show: str = "all"
    """One of ``FILTERS``."""
    rule: str = ""
    """Of a problem of the row."""
    field: str = ""
    """Of a problem of the row; together with ``rule``, of the same problem."""
    text: str = ""
    """Found in a cell as it stands in the file."""


@dataclass(frozen=True, kw_only=True)
class DraftRow:
    """One row of a draft."""

    row: int
    """As the spreadsheet program shows it."""
    fate: str
    severity: str
    """ready, warning, question or error: of the worst problem."""
    cells: list[str]
    """By column, corrections put in."""
    edited: list[int]
    """Columns that were corrected."""
    values: Mapping[str, Any]
    """Canonical field to the value as it was understood."""
    problems: list[PlacedProblem]


@dataclass(frozen=True, kw_only=True)
class DraftPage:
    """Some rows of a draft in the order of the file."""

    rows: list[DraftRow]
    next_after: int | None
    """The next page has the rows beyond this one; None on the last page."""


def filtered(*, manifest: Manifest, wanted: RowFilter) -> QuerySet[ManifestRow]:
    """Return the rows of ``manifest`` that are wanted, in no order."""
    rows: QuerySet[ManifestRow] = manifest.rows.all()
    if wanted.show in (ManifestRow.Fate.DROPPED, ManifestRow.Fate.ANNOUNCED):
        rows = rows.filter(fate=wanted.show)
    elif wanted.show == "ready":
        rows = rows.filter(fate=ManifestRow.Fate.OPEN, severity__lte=ManifestRow.Severity.WARNING)
    elif wanted.show != "all":
        severity = ManifestRow.Severity[wanted.show.upper()]
        rows = rows.filter(fate=ManifestRow.Fate.OPEN, severity=severity)
    if broken := {name: text for name in ("rule", "field") if (text := getattr(wanted, name))}:
        rows = rows.filter(severity__gt=0, problems__contains=[broken])
    if wanted.text:
        rows = rows.annotate(written=Cast("cells", TextField())).filter(written__icontains=wanted.text)
    return rows


def rows_of(
    *, manifest: Manifest, corrections: Corrections, wanted: RowFilter, after: int = 0, limit: int = 100
) -> DraftPage:
    """Return the first ``limit`` rows beyond row ``after``: as fast deep in the file as at its start."""
    rows = filtered(manifest=manifest, wanted=wanted).filter(row__gt=after).order_by("row")
    found = list(rows[: limit + 1])
    shown = [_draft_row(row, corrections) for row in found[:limit]]
    return DraftPage(rows=shown, next_after=shown[-1].row if len(found) > limit else None)


def _draft_row(row: ManifestRow, corrections: Corrections) -> DraftRow:
    return DraftRow(
        row=row.row,
        fate=row.fate,
        severity=ManifestRow.Severity(row.severity).name.lower(),
        cells=[as_text(cell) for cell in corrections.edited(row.row, row.cells)],
        edited=sorted(corrections.cells.get(row.row, ())),
        values=row.values,
        problems=[placed(row.row, problem) for problem in row.problems],
    )
