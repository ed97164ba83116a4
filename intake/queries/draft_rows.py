"""The staged rows of a draft: counted, narrowed, page by page, and as somebody sees them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.values.normalizing import as_text
from intake.models import Manifest, ManifestRow
from intake.queries.manifests import PlacedProblem, placed

PAGE_ROWS = 50
FILTERS = ("all", "error", "question", "warning", "duplicate", "ready", "dropped", "announced")
"""The conditions of rows that can be asked for; ready rows may have warnings."""
_DUPLICATE = '$[*] ? (@.rule like_regex "repeated|already|duplicate")'
"""The rules about a pack that stands somewhere else too, in this file or here."""
_COUNTS = """
    SELECT fate, severity, severity > 0 AND problems @? %(duplicate)s::jsonpath, count(*)
    FROM intake_manifestrow WHERE manifest_id = %(manifest)s GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, kw_only=True)
class RowCounts:
    """How many rows of a draft are in which condition."""

    all: int = 0
    error: int = 0
    question: int = 0
    warning: int = 0
    duplicate: int = 0
    ready: int = 0
    """Rows that can be announced as they are, those with warnings included."""
    dropped: int = 0
    announced: int = 0

    @property
    def held(self) -> int:
        """Rows that cannot be announced yet."""
        return self.error + self.question


def counts_of(*, manifest: Manifest) -> RowCounts:
    """Count the staged rows of ``manifest`` by condition."""
    found: dict[str, int] = defaultdict(int)
    names = {row.value: row.name.lower() for row in ManifestRow.Severity}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"manifest": manifest.pk, "duplicate": _DUPLICATE})
        for fate, severity, is_duplicate, count in cursor.fetchall():
            found["all"] += count
            if fate != ManifestRow.Fate.OPEN:
                found[fate] += count
                continue
            if severity:
                found[names[severity]] += count
            found["ready"] += count if severity <= ManifestRow.Severity.WARNING else 0
            found["duplicate"] += count if is_duplicate else 0
    return RowCounts(**found)


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """Which rows of a draft are wanted; an empty text wants all."""

    show: str = "all"
    """One of ``FILTERS``; anything else wants all."""
    rule: str = ""
    """Of a problem of the row."""
    column: str = ""
    """Heading, of a problem of the row; together with the others, of the same problem."""
    field: str = ""
    """Of a problem of the row; together with the others, of the same problem."""
    text: str = ""
    """Found in a cell as it stands in the file."""


def narrowed(*, manifest: Manifest, wanted: RowFilter) -> QuerySet[ManifestRow]:
    """Return the rows of ``manifest`` that are wanted, in no order."""
    rows: QuerySet[ManifestRow] = manifest.rows.all()
    is_open = rows.filter(fate=ManifestRow.Fate.OPEN)
    if wanted.show in ("error", "question", "warning"):
        rows = is_open.filter(severity=ManifestRow.Severity[wanted.show.upper()])
    elif wanted.show == "ready":
        rows = is_open.filter(severity__lte=ManifestRow.Severity.WARNING)
    elif wanted.show == "duplicate":
        rows = is_open.filter(severity__gt=0).extra(where=["problems @? %s::jsonpath"], params=[_DUPLICATE])
    elif wanted.show in (ManifestRow.Fate.DROPPED, ManifestRow.Fate.ANNOUNCED):
        rows = rows.filter(fate=wanted.show)
    if broken := {name: text for name in ("rule", "column", "field") if (text := getattr(wanted, name))}:
        rows = rows.filter(fate=ManifestRow.Fate.OPEN, severity__gt=0, problems__contains=[broken])
    if wanted.text:
        rows = rows.annotate(written=Cast("cells", TextField())).filter(written__icontains=wanted.text)
    return rows


@dataclass(frozen=True, kw_only=True)
class RowPage:
    """Some rows of a draft in the order of the file, and where the pages around them begin."""

    rows: list[ManifestRow]
    previous_row: int | None
    """Rows before this one come earlier; None on the first page."""
    next_row: int | None
    """The first row of the next page; None on the last one."""


def numbers_with(*, manifest: Manifest, rule: str, column: str) -> list[int]:
    """Return the numbers of the open rows with one problem."""
    rows = narrowed(manifest=manifest, wanted=RowFilter(rule=rule, column=column))
    return list(rows.order_by("row").values_list("row", flat=True))


def row_page(*, rows: QuerySet[ManifestRow], start: int = 0, before: int = 0) -> RowPage:
    """Return the page that begins at row ``start``, or the one that ends before row ``before``."""
    if before:
        found = list(rows.filter(row__lt=before).order_by("-row")[: PAGE_ROWS + 1])
        shown = found[:PAGE_ROWS][::-1]
        return RowPage(
            rows=shown,
            previous_row=shown[0].row if len(found) > PAGE_ROWS else None,
            next_row=before if rows.filter(row__gte=before).exists() else None,
        )
    found = list(rows.filter(row__gte=start).order_by("row")[: PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    is_later = bool(start and shown and rows.filter(row__lt=start).exists())
    return RowPage(
        rows=shown,
        previous_row=shown[0].row if is_later else None,
        next_row=found[-1].row if len(found) > PAGE_ROWS else None,
    )


def rows_numbered(*, manifest: Manifest, numbers: Collection[int]) -> list[ManifestRow]:
    """Return the rows with these numbers, as the spreadsheet shows them."""
    return list(manifest.rows.filter(row__in=numbers).order_by("row"))


def first_rows(*, manifest: Manifest, count: int) -> list[ManifestRow]:
    """Return the first staged rows."""
    return list(manifest.rows.order_by("row")[:count])


def problem_beyond(*, manifest: Manifest, row: int) -> int | None:
    """Return the first row after ``row`` that has a problem."""
    return _with_problem(manifest).filter(row__gt=row).order_by("row").values_list("row", flat=True).first()


def problem_before(*, manifest: Manifest, row: int) -> int | None:
    """Return the last row before ``row`` that has a problem."""
    return _with_problem(manifest).filter(row__lt=row).order_by("-row").values_list("row", flat=True).first()


def _with_problem(manifest: Manifest) -> QuerySet[ManifestRow]:
    return manifest.rows.filter(severity__gt=0, fate=ManifestRow.Fate.OPEN)


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


def rows_of(
    *, manifest: Manifest, corrections: Corrections, wanted: RowFilter, after: int = 0, limit: int = 100
) -> DraftPage:
    """Return the first ``limit`` rows beyond row ``after``: as fast deep in the file as at its start."""
    rows = narrowed(manifest=manifest, wanted=wanted).filter(row__gt=after).order_by("row")
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
