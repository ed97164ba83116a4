"""Grades that run out soon: what to measure again, and until when it counts."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from grading.models import Decision
from grading.models.decision import Grade
from grading.queries.ending import due_within, ending_decisions
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where

WITHIN = (0, 14, 30, 60, 90, 180, 365)
COLUMNS = (
    Column(key="pack", label="Pack", value=lambda row: row.pack.serial, is_code=True),
    Column(key="due", label="Due", value=lambda row: row.due_on, sort="due_on"),
    Column(key="remeasure_from", label="Measure again from", value=lambda row: row.remeasure_from),
    Column(key="valid_until", label="Counts until", value=lambda row: row.valid_until, sort="valid_until"),
    Column(key="grade", label="Grade", value=lambda row: row.grade),
    Column(key="policy", label="By", value=lambda row: str(row.policy), is_wide=True),
    Column(key="kind", label="Decided", value=lambda row: row.get_kind_display(), is_wide=True),
    Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.name),
    Column(key="batch", label="Batch", value=lambda row: row.pack.batch.number, is_code=True),
)
FILTERS = (
    Filter(
        key="within",
        label="Due",
        apply=lambda rows, days: due_within(rows, days=int(days), on=timezone.now().date()),
        choices=[(str(days), f"within {days} days" if days else "today or earlier") for days in WITHIN],
    ),
    Filter(
        key="grade",
        label="Grade",
        apply=where("grade"),
        choices=[(grade.value, str(grade.label)) for grade in (Grade.A, Grade.B, Grade.C, Grade.D)],
    ),
    Filter(
        key="kind",
        label="Decided",
        apply=where("kind"),
        choices=[(kind.value, str(kind.label)) for kind in (Decision.Kind.POLICY, Decision.Kind.OVERRIDE)],
    ),
    Filter(key="supplier", label="Supplier", apply=where("pack__supplier__name__icontains")),
)


@requires(Capability.VIEW_INTERNAL)
def running_out(request: HttpRequest) -> HttpResponseBase:
    options: dict[str, Any] = {"columns": COLUMNS, "filters": FILTERS, "params": request.GET}
    options["default_sort"] = "due_on"
    if "export" in request.GET:
        return list_export(ending_decisions(), name="grades-running-out", **options)
    context = {"page": list_page(ending_decisions(), **options), "today": timezone.now().date()}
    return render(request, "grading/ending/list.html", context)
