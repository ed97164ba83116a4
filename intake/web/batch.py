"""One batch: what is in it, when it is expected, withdrawing what will not come."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.domain.batches import AWAITED, is_overdue
from intake.models import Pack
from intake.queries.batches import batches_for, missing_of, overview_of, packs_of, story_of, with_suspension
from intake.queries.differences import corrections_on_the_way, files_of, row_in_file, with_row_source
from intake.services.arrivals import expect_batch
from intake.services.withdrawing import withdraw_batch
from intake.web.attachments import pane_of
from intake.web.attempts import attempt
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where
from rebattery.ui.templatetags.words import day

_MISSING_SHOWN = 200

PACK_COLUMNS = (
    Column(key="serial", label="Serial", value=lambda row: row.serial, sort="serial", is_code=True),
    Column(key="row", label="Row in file", value=row_in_file, sort="id", is_number=True),
    Column(key="make", label="Make", value=lambda row: row.make),
    Column(key="model", label="Model", value=lambda row: row.model),
    Column(key="chemistry", label="Chemistry", value=lambda row: row.chemistry),
    Column(
        key="kwh", label="Nominal (kWh)", value=lambda row: _rounded(row.nominal_energy_kwh), is_number=True
    ),
    Column(
        key="soh",
        label="Claimed SOH (%)",
        value=lambda row: _rounded(row.declared_soh_percent),
        is_number=True,
    ),
    Column(key="status", label="State", value=lambda row: _state(row)),
)
PACK_FILTERS = (
    Filter(key="q", label="Serial", apply=where("serial__icontains")),
    Filter(
        key="status",
        label="State",
        apply=where("status"),
        choices=Pack._meta.get_field("status").flatchoices,
    ),
    Filter(
        key="chemistry",
        label="Chemistry",
        apply=where("chemistry"),
        choices=Pack._meta.get_field("chemistry").flatchoices,
    ),
)


class ExpectedForm(forms.Form):
    """The day on which a batch is to arrive."""

    expected_on = forms.DateField(label="Expected arrival", widget=forms.DateInput(attrs={"type": "date"}))


@requires(Capability.VIEW_BATCHES)
def batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    viewer = person_of(request)
    shown: Any = get_object_or_404(
        batches_for(viewer=viewer).select_related("manifest__stored_file"), pk=batch_id
    )
    rows = with_suspension(with_row_source(packs_of(batch=shown, viewer=viewer), batch=shown))
    listing: dict[str, Any] = {"columns": PACK_COLUMNS, "filters": PACK_FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(rows, name=shown.number, default_sort="id", **listing)
    today, may_upload = timezone.now().date(), viewer.may(Capability.UPLOAD_MANIFEST)
    overview = overview_of(batch=shown, viewer=viewer)
    context = {
        "batch": shown,
        "lead": "" if viewer.is_supplier else str(shown.supplier),
        "overview": overview,
        "page": list_page(rows, default_sort="id", **listing),
        "story": story_of(batch=shown, viewer=viewer),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "files": files_of(batch=shown),
        "on_the_way": corrections_on_the_way(batch=shown),
        "may_correct": may_upload and not shown.is_over,
        "may_withdraw": may_upload,
        "may_expect": may_upload and shown.state in AWAITED,
        "is_overdue": is_overdue(shown.state, shown.expected_on, today=today),
        "today": today,
        "missing": missing_of(batch=shown, limit=_MISSING_SHOWN) if shown.closed_at else [],
        "missing_count": overview.missing,
        "at_the_dock": viewer.may(Capability.RECEIVE_PACKS) and not shown.is_over,
    }
    return render(request, "intake/batches/detail.html", context | pane_of(shown, viewer))


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def batch_expected(request: HttpRequest, batch_id: int) -> HttpResponse:
    shown = get_object_or_404(batches_for(viewer=person_of(request)), pk=batch_id)
    form = ExpectedForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the day of arrival as a date. Nothing was changed.")
        return redirect("batch", batch_id)
    expected_on, actor, at = form.cleaned_data["expected_on"], actor_of(request), timezone.now()
    attempt(
        request,
        lambda: expect_batch(batch_id=shown.pk, expected_on=expected_on, actor=actor, at=at),
        f"{shown.number} is expected on {day(expected_on)}.",
    )
    return redirect("batch", batch_id)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def batch_withdraw(request: HttpRequest, batch_id: int) -> HttpResponse:
    shown = get_object_or_404(batches_for(viewer=person_of(request)), pk=batch_id)
    try:
        packs = withdraw_batch(
            batch_id=shown.pk,
            reason=request.POST.get("reason", ""),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except RuleViolation as refused:
        messages.error(request, f"{refused.message} Nothing was changed.")
    else:
        messages.success(request, f"{len(packs)} packs of {shown.number} are withdrawn.")
    return redirect("batch", batch_id)


def _state(pack: Any) -> str:
    return f"{pack.get_status_display()}{', grade suspended' if pack.is_suspended else ''}"


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)
