"""Recorded results of all packs, each with its conditions, its uncertainty and the file it comes from."""

from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from grading.models import BenchDraft, CapacityTest, ResistanceTest, ResultsFile, ResultsFileRow, SohReport
from grading.models.test_run import STANDS
from intake.models import Pack
from rebattery.accounts.models import User


def capacity_results(*, viewer: User) -> QuerySet[CapacityTest]:
    """Return every capacity test of the packs that ``viewer`` may see, with ``source_sha256``."""
    return _results(CapacityTest.objects.all(), "capacity", viewer)


def resistance_results(*, viewer: User) -> QuerySet[ResistanceTest]:
    """Return every resistance test of the packs that ``viewer`` may see, with ``source_sha256``."""
    return _results(ResistanceTest.objects.all(), "resistance", viewer)


def reported_results(*, viewer: User) -> QuerySet[SohReport]:
    """Return every reported state of health of the packs that ``viewer`` may see, with ``source_sha256``."""
    rows = SohReport.objects.select_related("pack__supplier", "pack__pack_type", "procedure")
    return _seen(rows, viewer).annotate(
        source_sha256=Coalesce(_of_row("reported"), Value(""), output_field=CharField())
    )


def _results(rows: QuerySet[Any], kind: str, viewer: User) -> QuerySet[Any]:
    rows = rows.select_related(
        "pack__supplier", "pack__pack_type", "instrument", "channel", "procedure", "derivation"
    )
    return _seen(rows, viewer).annotate(
        source_sha256=Coalesce(
            Cast("derivation__file_sha256", CharField()),
            _of_row(kind),
            _of_run(kind),
            Value(""),
            output_field=CharField(),
        )
    )


def _seen(rows: QuerySet[Any], viewer: User) -> QuerySet[Any]:
    return rows.filter(pack__in=Pack.objects.visible_to(viewer)) if viewer.is_supplier else rows


def _of_row(kind: str) -> Subquery:
    """Return the hash of the results file whose row became the result."""
    rows = ResultsFileRow.objects.filter(kind=kind, result_id=OuterRef("pk"))
    return Subquery(rows.values("results_file__stored_file__sha256")[:1])


def _of_run(kind: str) -> Subquery:
    """Return the hash of the results file that filled the bench run in which the result was recorded."""
    drafts = BenchDraft.objects.filter(
        kind=kind, recorded_id=OuterRef(OuterRef("pk")), pack=OuterRef(OuterRef("pack_id"))
    )
    files = ResultsFile.objects.filter(**{f"{kind}_run__in": drafts.values("run")})
    return Subquery(files.order_by("pk").values("stored_file__sha256")[:1])


def of_pack(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Keep the results of packs whose serial contains ``text``."""
    return rows.filter(pack__serial__icontains=text)


def of_supplier(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Keep the results of one supplier's packs, by its code or a part of its name."""
    return rows.filter(Q(pack__supplier__code__iexact=text) | Q(pack__supplier__name__icontains=text))


def of_type(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Keep the results of packs whose type's make or model contains ``text``."""
    return rows.filter(Q(pack__pack_type__make__icontains=text) | Q(pack__pack_type__model__icontains=text))


def of_instrument(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Keep what one instrument measured."""
    return rows.filter(instrument__code__iexact=code)


def of_procedure(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Keep what followed any version of a procedure."""
    return rows.filter(procedure__code__iexact=code)


def standing(rows: QuerySet[Any], what: str) -> QuerySet[Any]:
    """Keep the results that stand, those that a newer one took the place of, or those that count no more."""
    if what == "invalid":
        # Reported values come from no instrument of ours that could be declared bad.
        return rows.filter(invalidated_by__isnull=False) if rows.model is not SohReport else rows.none()
    if what == "stands" and rows.model is not SohReport:
        return rows.filter(STANDS)
    return rows.filter(superseded_by__isnull=what == "stands")


STANDINGS = (
    ("stands", "Stands"),
    ("superseded", "Superseded"),
    ("invalid", "Does not count: its instrument was declared bad"),
)


def stands(row: Any) -> str:
    """Say whether a result stands."""
    if getattr(row, "invalidated_by_id", None):
        return "no: its instrument was declared bad"
    return "no" if row.superseded_by_id else "yes"
