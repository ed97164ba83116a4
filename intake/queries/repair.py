"""The staged rows of a draft: pages of them, what is wrong by rule, what was corrected."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from intake.models import Manifest, ManifestCorrection, ManifestRow

PAGE_ROWS = 50
_DUPLICATE = '$[*] ? (@.rule like_regex "repeated|already|duplicate")'
"""The rules about a pack that stands somewhere else too, in this file or here."""
_COUNTS = """
    SELECT fate, severity, severity > 0 AND problems @? %(duplicate)s::jsonpath, count(*)
    FROM intake_manifestrow WHERE manifest_id = %(manifest)s GROUP BY 1, 2, 3
"""
_WEIGHT = {"error": 0, "question": 1, "warning": 2}


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
class RowPage:
    """Some rows of a draft in the order of the file, and where the pages around them begin."""

    rows: list[ManifestRow]
    previous_row: int | None
    """Rows before this one come earlier; None on the first page."""
    next_row: int | None
    """The first row of the next page; None on the last one."""


def narrowed(*, manifest: Manifest, show: str, rule: str = "", column: str = "") -> QuerySet[ManifestRow]:
    """Return the rows of one condition (see ``RowCounts``) and, if given, with one problem."""
    rows = manifest.rows.all()
    if show in ("error", "question", "warning"):
        rows = rows.filter(fate=ManifestRow.Fate.OPEN, severity=ManifestRow.Severity[show.upper()])
    elif show == "ready":
        rows = rows.filter(fate=ManifestRow.Fate.OPEN, severity__lte=ManifestRow.Severity.WARNING)
    elif show == "duplicate":
        rows = rows.filter(fate=ManifestRow.Fate.OPEN, severity__gt=0).extra(
            where=["problems @? %s::jsonpath"], params=[_DUPLICATE]
        )
    elif show in (ManifestRow.Fate.DROPPED, ManifestRow.Fate.ANNOUNCED):
        rows = rows.filter(fate=show)
    if rule:
        wanted = {"rule": rule} | ({"column": column} if column else {})
        rows = rows.filter(fate=ManifestRow.Fate.OPEN, severity__gt=0, problems__contains=[wanted])
    return rows


def numbers_with(*, manifest: Manifest, rule: str, column: str) -> list[int]:
    """Return the numbers of the open rows with one problem."""
    rows = narrowed(manifest=manifest, show="", rule=rule, column=column)
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


def problem_beyond(*, manifest: Manifest, row: int) -> int | None:
    """Return the first row after ``row`` that has a problem."""
    return _with_problem(manifest).filter(row__gt=row).order_by("row").values_list("row", flat=True).first()


def problem_before(*, manifest: Manifest, row: int) -> int | None:
    """Return the last row before ``row`` that has a problem."""
    return _with_problem(manifest).filter(row__lt=row).order_by("-row").values_list("row", flat=True).first()


def _with_problem(manifest: Manifest) -> QuerySet[ManifestRow]:
    return manifest.rows.filter(severity__gt=0, fate=ManifestRow.Fate.OPEN)


@dataclass(frozen=True, kw_only=True)
class Group:
    """All cases of one rule in one column; the count is exact also where not every case has its words."""

    rule: str
    severity: str
    field: str
    column: str
    count: int
    message: str
    """As said for the first case."""
    fix: str
    fixes: list[dict[str, str]]
    """Answers that mend the whole group: ``{"id", "value", "label"}`` each."""

    @property
    def label(self) -> str:
        words = self.rule.replace("_", " ").capitalize()
        for wrong, right in (
            ("Soh", "SOH"),
            ("soh", "SOH"),
            ("Vin ", "VIN "),
            ("Ddr", "DDR"),
            ("Bms", "BMS"),
        ):
            words = words.replace(wrong, right)
        return words


def groups_of(*, manifest: Manifest) -> list[Group]:
    """Return what is wrong by rule and column, the worst and most frequent first."""
    groups = [
        Group(
            rule=stored["rule"],
            severity=stored["severity"],
            field=stored.get("field") or "",
            column=stored.get("column") or "",
            count=stored["count"],
            message=stored.get("message") or "",
            fix=stored.get("fix") or "",
            fixes=stored.get("fixes") or [],
        )
        for stored in manifest.summary.get("groups", ())
        if stored["count"] > 0
    ]
    return sorted(groups, key=lambda group: (_WEIGHT[group.severity], -group.count, group.rule))


def history_of(*, manifest: Manifest) -> list[ManifestCorrection]:
    """Return every step of mending, the newest first, those undone included."""
    return list(manifest.corrections.order_by("-position"))


def first_rows(*, manifest: Manifest, count: int) -> list[ManifestRow]:
    """Return the first staged rows."""
    return list(manifest.rows.order_by("row")[:count])


def problem_rows(*, manifest: Manifest) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every stored problem with its row, in the order of the file, without holding them all."""
    rows = manifest.rows.filter(severity__gt=0).order_by("row").values_list("row", "problems")
    for row, problems in rows.iterator():
        for problem in problems:
            yield row, problem
