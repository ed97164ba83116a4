"""Agreement of reported SOH with the bench: the groups, one of them, and fitting now."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from grading.models import AgreementFit, AgreementGroup, CapacityTest
from grading.queries.agreement import (
    STANDINGS,
    all_groups,
    groups_in_force,
    latest_fits,
    newest_pairs,
    pairs_in,
    standing,
    use_of,
    versions_of,
)
from grading.services.agreement import fit_all
from grading.web.agreement_charts import MOST_POINTS, charts_of
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where

Level = AgreementGroup.Level
COLUMNS = (
    Column(key="supplier", label="Supplier", value=lambda row: row.supplier and row.supplier.code),
    Column(key="type", label="Type", value=lambda row: row.type_label),
    Column(key="kind", label="Reported by", value=lambda row: AgreementFit.Kind(row.fit.kind).label),
    Column(key="variant", label="Firmware or method", value=lambda row: row.variant),
    Column(key="n", label="n", value=lambda row: row.n, sort="n", is_number=True),
    Column(key="bias", label="Bias (points)", value=lambda row: row.bias, sort="bias", is_number=True),
    Column(key="spread", label="s (points)", value=lambda row: row.spread, is_number=True),
    Column(key="low", label="Lower limit (points)", value=lambda row: row.limit_low, is_number=True),
    Column(key="high", label="Upper limit (points)", value=lambda row: row.limit_high, is_number=True),
    Column(key="shrunk", label="Corrected bias (points)", value=lambda row: row.shrunk_bias, is_number=True),
    Column(key="half", label="New pack ± (points)", value=lambda row: row.half_width, is_number=True),
    Column(key="slope", label="Slope", value=lambda row: row.slope, is_number=True),
    Column(key="use", label="Use", value=lambda row: use_of(row).words),
    Column(key="drift", label="Drift", value=lambda row: "Drifted" if row.has_drifted else ""),
    Column(key="version", label="Version", value=lambda row: row.fit.version, is_number=True),
)
_BY_KEY = {column.key: column for column in COLUMNS}
ON_PAGE = (
    _BY_KEY["supplier"],
    _BY_KEY["type"],
    _BY_KEY["kind"],
    _BY_KEY["n"],
    _BY_KEY["bias"],
    Column(key="limits", label="Limits (points)", value=lambda row: row.limit_low, is_number=True),
    _BY_KEY["half"],
    _BY_KEY["use"],
)
"""The export has every figure; a page of a tablet has room for what one compares."""
FILTERS = (
    Filter(key="level", label="Grouped by", apply=where("level"), choices=Level.choices),
    Filter(key="kind", label="Reported by", apply=where("fit__kind"), choices=AgreementFit.Kind.choices),
    Filter(key="supplier", label="Supplier code", apply=where("supplier__code__iexact")),
    Filter(key="type", label="Type", apply=where("type_label__icontains")),
    Filter(key="use", label="Use", apply=standing, choices=STANDINGS),
)
PAIR_COLUMNS = (
    Column(key="serial", label="Pack", value=lambda row: row.pack.serial, is_code=True),
    Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code),
    Column(key="reported", label="Reported SOH (%)", value=lambda row: row.reported, is_number=True),
    Column(
        key="measured",
        label="Measured SOH (%)",
        value=lambda row: row.soh_percent,
        sort="soh_percent",
        is_number=True,
    ),
    Column(
        key="difference",
        label="Difference (points)",
        value=lambda row: row.difference,
        sort="difference",
        is_number=True,
    ),
    Column(key="at", label="Measured", value=lambda row: row.measured_at, sort="measured_at"),
)


@requires(Capability.VIEW_INTERNAL)
def agreement(request: HttpRequest) -> HttpResponseBase:
    rows = groups_in_force().defer("test_ids", "report_ids")
    if not request.GET.get("level"):
        rows = rows.filter(level=Level.GROUP)
    options: dict[str, Any] = {"filters": FILTERS, "params": request.GET, "default_sort": "-n"}
    if "export" in request.GET:
        return list_export(rows, name="agreement", columns=COLUMNS, **options)
    page = list_page(rows, columns=ON_PAGE, **options)
    context = {
        "page": page,
        "rows": [(row, use_of(row)) for row in page.rows],
        "fits": latest_fits(),
        "may_fit": person_of(request).may(Capability.FIT_AGREEMENT),
    }
    return render(request, "grading/agreement/list.html", context)


@requires(Capability.VIEW_INTERNAL)
def agreement_group(request: HttpRequest, group_id: int) -> HttpResponseBase:
    group = get_object_or_404(all_groups(), pk=group_id)
    options: dict[str, Any] = {
        "columns": PAIR_COLUMNS,
        "filters": _pair_filters(group),
        "params": request.GET,
        "default_sort": "-measured_at",
    }
    rows = pairs_in(group=group)
    if "export" in request.GET:
        return list_export(rows, name="agreement-pairs", **options)
    versions = versions_of(group=group)
    context = {
        "group": group,
        "kind": AgreementFit.Kind(group.fit.kind).label,
        "use": use_of(group),
        "charts": charts_of(group, newest_pairs(group=group, limit=MOST_POINTS)),
        "versions": versions,
        "is_newest": versions[0].pk == group.pk,
        "page": list_page(rows, **options),
    }
    return render(request, "grading/agreement/group.html", context)


def _pair_filters(group: AgreementGroup) -> Sequence[Filter]:
    return (
        Filter(key="q", label="Serial", apply=where("pack__serial__icontains")),
        Filter(
            key="limits",
            label="Limits of agreement",
            apply=lambda rows, _: _outside(rows, group),
            choices=(("outside", "Outside"),),
        ),
    )


def _outside(rows: QuerySet[CapacityTest], group: AgreementGroup) -> QuerySet[CapacityTest]:
    if group.limit_low is None or group.limit_high is None:
        return rows.none()
    return rows.annotate(off=F("difference")).exclude(off__range=(group.limit_low, group.limit_high))


@requires(Capability.FIT_AGREEMENT)
@require_POST
def agreement_fit(request: HttpRequest) -> HttpResponse:
    fits = fit_all(actor=actor_of(request), at=timezone.now())
    if fits:
        messages.success(request, f"In force now: {', '.join(str(fit) for fit in fits)}.")
    else:
        messages.warning(request, "No pack has both a reported and a measured SOH yet: nothing to fit.")
    return redirect("agreement")
