"""The dock: open batches, receive by scanner, close a batch."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake.domain.hazards import HAZARDS
from intake.models import Batch, Pack, Scan
from intake.queries import receiving as dock_queries
from intake.queries.batches import batch_scanned
from intake.services import receiving
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.dates import moment_in_words
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, ListPage, list_page

_SHOWN_WHEN_CLOSING = 1_000


LISTS = {
    "expected": ("To arrive", "Nothing is awaited any more."),
    "arrived": ("Arrived", "No pack of this batch has arrived yet. Scan the first one above."),
    "unexpected": ("Unexpected", "Every code scanned so far belongs to this batch."),
    "missing": (
        "Missing",
        "No pack is missing. Packs that have not come are missing once the batch is closed.",
    ),
}
"""What the dock shows of a batch: heading, and what an empty list says."""


class ScanForm(forms.Form):
    """One code; the nonce makes the same scan sent twice one scan."""

    code = forms.CharField(label="Scan or type a serial", max_length=200)
    nonce = forms.UUIDField(widget=forms.HiddenInput, required=False)


@require_safe
@requires(Capability.RECEIVE_PACKS)
def dock(request: HttpRequest) -> HttpResponse:
    closed = request.GET.get("closed") == "1"
    batches = dock_queries.still_open(dock_queries.dock_list(viewer=person_of(request)), is_open=not closed)
    page = list_page(
        batches, columns=_DOCK_COLUMNS, filters=[], params=request.GET, default_sort="-id" if closed else "id"
    )
    dock_queries.with_counts(batches=page.rows, today=timezone.now().date())
    dock_queries.with_unexpected(batches=page.rows)
    return render(request, "intake/dock/dock.html", {"page": page, "closed": closed})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.RECEIVE_PACKS)
def dock_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    form = ScanForm(request.POST if request.method == "POST" else None, initial={"nonce": uuid.uuid4()})
    if form.is_valid():
        # A receipt is no pack: it opens its own batch, so that the next scans count there.
        if other := batch_scanned(viewer=person_of(request), code=form.cleaned_data["code"]):
            return redirect("dock_batch", other.pk)
        try:
            scan = receiving.receive(
                batch_id=batch_id, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refusal:
            apply_rule_violation(form, refusal)
        else:
            return redirect(f"{reverse('dock_batch', args=[batch_id])}?scan={scan.pk}")
    return render(request, "intake/dock/batch.html", {"form": form, **_batch_page(request, batch)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.RECEIVE_PACKS)
def dock_close(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            receiving.close_batch(batch_id=batch_id, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refusal:
            apply_rule_violation(form, refusal)
        else:
            closed = _batch(request, batch_id)
            messages.success(
                request,
                f"Batch {closed.number} closed: {closed.arrived_count} of {closed.total_count} packs arrived,"
                f" {closed.missing_count} missing.",
            )
            return redirect(f"{reverse('dock_batch', args=[batch_id])}?list=missing")
    absent = dock_queries.dock_packs(batch_id=batch_id, name="expected").order_by("id")
    context = {"batch": batch, "form": form, "absent": list(absent[:_SHOWN_WHEN_CLOSING])}
    packs = "1 pack has" if batch.expected_count == 1 else f"{batch.expected_count} packs have"
    context["missing_title"] = f"{packs} not arrived"
    return render(request, "intake/dock/close.html", context)


def _batch(request: HttpRequest, batch_id: int) -> Any:
    return get_object_or_404(dock_queries.docks(viewer=person_of(request)), pk=batch_id)


def _batch_page(request: HttpRequest, batch: Batch) -> dict[str, object]:
    dock_queries.with_unexpected(batches=[batch])
    wanted, scan_id = request.GET.get("list", ""), request.GET.get("scan", "")
    name = wanted if wanted in LISTS else "expected"
    # Ten digits hold every key there will be, and never more than a bigint.
    known = len(scan_id) <= 10 and scan_id.isascii() and scan_id.isdecimal()
    scan = dock_queries.scan_in(batch_id=batch.pk, scan_id=int(scan_id)) if known else None
    page = _list(request, batch, name)
    return {
        "batch": batch,
        "tile": scan and dock_queries.tile_of(scan=scan, batch=batch),
        "hazards": HAZARDS if scan and scan.outcome == Scan.Outcome.RECEIVED else [],
        "lists": [(key, LISTS[key][0], getattr(batch, f"{key}_count")) for key in LISTS],
        "name": name,
        "title": LISTS[name][0],
        "none_text": LISTS[name][1],
        "page": page,
        "rows": [{"url": _url_of(row), "cells": page.cells(row)} for row in page.rows],
        "recent": dock_queries.recent_scans(batch_id=batch.pk),
    }


def _list(request: HttpRequest, batch: Batch, name: str) -> ListPage:
    params = request.GET.copy()
    params.pop("scan", None)
    if name == "unexpected":
        rows = dock_queries.unexpected_scans(batch_id=batch.pk)
        return list_page(rows, columns=_SCAN_COLUMNS, filters=[], params=params)
    packs = dock_queries.dock_packs(batch_id=batch.pk, name=name)
    default = "-status_at" if name == "arrived" else "id"
    columns = _ARRIVED_COLUMNS if name == "arrived" else _PACK_COLUMNS
    return list_page(packs, columns=columns, filters=[], params=params, default_sort=default)


def _url_of(row: Pack | Scan) -> str:
    if isinstance(row, Pack):
        name = "pack" if row.status in ("announced", "missing") else "inspect_pack"
        return reverse(name, args=[row.pk])
    return reverse("dock_batch", args=[row.pack.batch_id]) if row.pack else ""


def _expected_in(scan: Scan) -> str:
    return f"batch {scan.pack.batch.number}" if scan.pack else ""


def _type_of(pack: Pack) -> str:
    return f"{pack.make} {pack.model}".strip()


_DOCK_COLUMNS = [
    Column(key="number", label="Batch", value=lambda row: row.number, is_code=True),
    Column(key="supplier", label="Supplier", value=lambda row: row.supplier.name),
    Column(key="announced", label="Announced", value=lambda row: row.announced_at, sort="id"),
    Column(key="expected_on", label="Expected", value=lambda row: row.expected_on, sort="expected_order"),
    Column(key="to_arrive", label="To arrive", value=lambda row: row.expected_count, is_number=True),
    Column(key="arrived", label="Arrived", value=lambda row: row.arrived_count, is_number=True),
    Column(key="unexpected", label="Unexpected", value=lambda row: row.unexpected_count, is_number=True),
    Column(key="missing", label="Missing", value=lambda row: row.missing_count, is_number=True),
    Column(key="progress", label="Progress", value=lambda row: row.total_count),
]
_PACK_COLUMNS = [
    Column(key="serial", label="Serial", value=lambda pack: pack.serial, is_code=True),
    Column(key="type", label="Type", value=_type_of),
    Column(key="chemistry", label="Chemistry", value=lambda pack: pack.chemistry),
    Column(key="ddr", label="Damage declared", value=lambda pack: pack.ddr_status),
]
_ARRIVED_COLUMNS = [
    *_PACK_COLUMNS,
    Column(key="status", label="State", value=lambda pack: pack.get_status_display()),
    Column(key="since", label="Since", value=lambda pack: moment_in_words(pack.status_at)),
]
_SCAN_COLUMNS = [
    Column(key="code", label="Code", value=lambda scan: scan.code, is_code=True),
    Column(key="expected_in", label="Expected in", value=_expected_in),
    Column(key="person", label="Scanned by", value=lambda scan: scan.person_label),
    Column(key="at", label="First scanned", value=lambda scan: moment_in_words(scan.at)),
]
