"""What became of a batch, pack by pack: for its supplier and for staff."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from grading.models import Grade
from grading.queries.batch_results import MEASURED, measured, results_in, totals_of
from grading.queries.channels import estimate_for
from grading.queries.expected import expected_of_batch
from grading.queries.packs import UNGRADED, graded_as_told, with_serial
from intake.models import Pack
from intake.queries.batches import batches_for
from intake.queries.differences import row_in_file, with_row_source
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.labels import ROUTES
from rebattery.ui.listing import Column, Filter, list_page, where


def why(pack: Any) -> str:
    """Return what decided: why a pack is held or rejected, or which limits it met; empty before that."""
    return str(pack.reasons[0]["sentence"]) if pack.reasons else ""


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)


COLUMNS: Sequence[Column] = (
    Column(key="serial", label="Serial", value=lambda row: row.serial, sort="serial", is_code=True),
    Column(key="status", label="State", value=lambda row: row.get_status_display(), sort="status"),
    Column(
        key="claimed", label="Claimed SOH (%)", value=lambda row: row.declared_soh_percent, is_number=True
    ),
    Column(
        key="measured", label="Measured SOH (%)", value=lambda row: _rounded(row.measured_soh), is_number=True
    ),
    Column(
        key="difference",
        label="Difference (points)",
        value=lambda row: _rounded(row.soh_difference),
        is_number=True,
    ),
    Column(key="grade", label="Grade", value=lambda row: row.grade),
    Column(key="route", label="Route", value=lambda row: ROUTES[row.route] if row.route else None),
    Column(key="why", label="Why", value=why),
)
FOR_EXPORT: Sequence[Column] = (
    *COLUMNS,
    Column(key="policy", label="Policy", value=lambda row: row.policy),
    Column(key="suspended", label="Suspended grade", value=lambda row: row.suspended),
    Column(key="ir", label="Resistance (× baseline)", value=lambda row: row.ir_ratio, is_number=True),
    Column(key="at", label="Measured at", value=lambda row: row.measured_at),
    Column(
        key="history",
        label="History completeness (%)",
        value=lambda row: row.history_completeness_percent,
        is_number=True,
    ),
    Column(key="row", label="Row in file", value=row_in_file, sort="id", is_number=True),
)
FILTERS = (
    Filter(key="q", label="Serial", apply=with_serial),
    Filter(
        key="status",
        label="State",
        apply=where("status"),
        choices=Pack._meta.get_field("status").flatchoices,
    ),
    Filter(
        key="grade",
        label="Grade",
        apply=graded_as_told,
        choices=[(UNGRADED, "Not graded"), *Grade.choices],
    ),
    Filter(key="measured", label="Against the claim", apply=measured, choices=MEASURED),
)


@requires(Capability.VIEW_PACKS)
def batch_results(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    viewer = person_of(request)
    batch = get_object_or_404(batches_for(viewer=viewer), pk=batch_id)
    rows = results_in(batch=batch, viewer=viewer)
    listing: dict[str, Any] = {"filters": FILTERS, "params": request.GET, "default_sort": "id"}
    if "export" in request.GET:
        rows = with_row_source(rows, batch=batch)
        return list_export(rows, name=f"{batch.number}-results", columns=FOR_EXPORT, **listing)
    context = {
        "batch": batch,
        "totals": totals_of(batch=batch, viewer=viewer),
        "page": list_page(rows, columns=COLUMNS, **listing),
        "expected": expected_of_batch(batch=batch, at=timezone.now()),
        "may_order": viewer.may(Capability.ORDER_DISPOSITIONS),
        "lead": "" if viewer.is_supplier else str(batch.supplier),
    }
    if not viewer.is_supplier:
        context["estimate"] = estimate_for(packs=rows, at=timezone.now())
    return render(request, "grading/batch_results/page.html", context)
