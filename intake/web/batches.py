"""Batches: the list, the upload, and one batch."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.domain.manifest.template import columns_explained
from intake.models import ManifestState, Pack
from intake.queries.batches import batches_for, naming, overview_of, packs_of, story_of
from intake.queries.manifests import unfinished_for
from intake.services import manifests
from intake.services.withdrawing import withdraw_batch
from intake.web.attachments import pane_of
from intake.web.forms import UploadForm, UploadForSupplierForm
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page

_UNFINISHED_SHOWN = 20
_STATES = (("open", "Open"), ("closed", "Closed"))

NUMBER = Column(key="number", label="Batch", value=lambda row: row.number, is_code=True)
SUPPLIER = Column(key="supplier", label="Supplier", value=lambda row: row.supplier.name)
BATCH_COLUMNS = (
    Column(key="announced_at", label="Announced", value=lambda row: row.announced_at, sort="id"),
    Column(key="packs", label="Packs", value=lambda row: row.pack_count, is_number=True),
    Column(key="arrived", label="Arrived", value=lambda row: row.arrived_count, is_number=True),
    Column(key="kwh", label="Nominal (kWh)", value=lambda row: round(row.total_kwh, 1), is_number=True),
    Column(key="state", label="State", value=lambda row: "Closed" if row.closed_at else "Open"),
)
BATCH_FILTERS = (
    Filter(key="q", label="Batch or file", apply=naming),
    Filter(
        key="state",
        label="State",
        apply=lambda rows, state: rows.filter(closed_at__isnull=state == "open"),
        choices=_STATES,
    ),
)
FOR_STAFF = (
    Filter(
        key="supplier",
        label="Supplier code",
        apply=lambda rows, code: rows.filter(supplier__code__iexact=code),
    ),
)
PACK_COLUMNS = (
    Column(key="serial", label="Serial", value=lambda row: row.serial, sort="serial", is_code=True),
    Column(key="row", label="Row in file", value=lambda row: row.row, sort="id", is_number=True),
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
    Column(key="status", label="State", value=lambda row: row.get_status_display()),
)
PACK_FILTERS = (
    Filter(key="q", label="Serial", apply=lambda rows, text: rows.filter(serial__icontains=text)),
    Filter(
        key="status",
        label="State",
        apply=lambda rows, status: rows.filter(status=status),
        choices=Pack._meta.get_field("status").flatchoices,
    ),
    Filter(
        key="chemistry",
        label="Chemistry",
        apply=lambda rows, chemistry: rows.filter(chemistry=chemistry),
        choices=Pack._meta.get_field("chemistry").flatchoices,
    ),
)


@requires(Capability.VIEW_BATCHES)
def batches(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows, columns, filters = batches_for(viewer=viewer), _columns(viewer), _filters(viewer)
    if "export" in request.GET:
        return list_export(rows, name="batches", columns=columns, filters=filters, params=request.GET)
    context = {
        "page": list_page(rows, columns=columns, filters=filters, params=request.GET),
        "unfinished": unfinished_for(viewer=viewer)[:_UNFINISHED_SHOWN],
        "may_upload": viewer.may(Capability.UPLOAD_MANIFEST),
    }
    return render(request, "intake/batches/list.html", context)


@requires(Capability.UPLOAD_MANIFEST)
def batch_upload(request: HttpRequest) -> HttpResponse:
    viewer = person_of(request)
    form_class = UploadForm if viewer.is_supplier else UploadForSupplierForm
    form = form_class(request.POST or None, request.FILES or None)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        # A supplier's own comes from the session; only staff, who have none, may choose.
        supplier = viewer.supplier or form.cleaned_data["supplier"]
        try:
            manifest = manifests.accept(
                supplier=supplier,
                file_name=upload.name,
                content=upload.file,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            if manifest.state != ManifestState.QUEUED:
                messages.info(request, "You sent this very file before. This is what became of it.")
            return redirect("manifest", manifest.pk)
    limit_mb = settings.UPLOAD_LIMIT_BYTES // 1024**2
    context = {"form": form, "fields": columns_explained(), "limit_mb": limit_mb}
    return render(request, "intake/batches/upload.html", context)


@requires(Capability.VIEW_BATCHES)
def batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    viewer = person_of(request)
    shown = get_object_or_404(batches_for(viewer=viewer).select_related("manifest__stored_file"), pk=batch_id)
    rows = packs_of(batch=shown)
    listing: dict[str, Any] = {"columns": PACK_COLUMNS, "filters": PACK_FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(rows, name=shown.number, default_sort="id", **listing)
    context = {
        "batch": shown,
        "lead": "" if viewer.is_supplier else str(shown.supplier),
        "overview": overview_of(batch=shown),
        "page": list_page(rows, default_sort="id", **listing),
        "story": story_of(batch=shown, viewer=viewer),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "may_withdraw": viewer.may(Capability.UPLOAD_MANIFEST),
        "at_the_dock": viewer.may(Capability.RECEIVE_PACKS) and not shown.closed_at,
    }
    return render(request, "intake/batches/detail.html", context | pane_of(shown, viewer))


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


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)


def _columns(viewer: User) -> Sequence[Column]:
    return (NUMBER, *BATCH_COLUMNS) if viewer.is_supplier else (NUMBER, SUPPLIER, *BATCH_COLUMNS)


def _filters(viewer: User) -> Sequence[Filter]:
    return BATCH_FILTERS if viewer.is_supplier else (*BATCH_FILTERS, *FOR_STAFF)
