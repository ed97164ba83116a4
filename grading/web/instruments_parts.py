"""Channels of instruments, reference items, and the list of control measurements that are due."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from grading.models import Instrument, ReferenceItem
from grading.queries.instruments_controls import dues, reference_items
from grading.queries.instruments_use import all_channels
from grading.services.instruments import (
    add_channel,
    add_reference_item,
    change_channel,
    change_reference_item,
)
from grading.web.instruments_forms import (
    LIMITS,
    EditChannelForm,
    EditReferenceForm,
    NewChannelForm,
    NewReferenceForm,
    form_page,
)
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page, where

_EDITED = ("name", "reference_value", "tolerance_percent", "interval_days", "source", "is_active")


@requires(Capability.MANAGE_INSTRUMENTS)
def channel_new(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    form = NewChannelForm(request.POST or None)
    if form.is_valid():
        try:
            made = add_channel(
                instrument_id=shown.pk,
                code=form.cleaned_data["code"],
                limits=form.limits,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Channel {made.code} of {shown.code} added.")
            return redirect("instrument", shown.pk)
    return form_page(request, form, f"New channel of {shown.code}", "Add channel", instrument=shown)


@requires(Capability.MANAGE_INSTRUMENTS)
def channel_edit(request: HttpRequest, channel_id: int) -> HttpResponse:
    shown = get_object_or_404(all_channels(), pk=channel_id)
    initial = {name: getattr(shown, name) for name in (*LIMITS, "is_active")}
    form = EditChannelForm(request.POST or None, initial=initial)
    if form.is_valid():
        change_channel(
            channel_id=shown.pk,
            limits=form.limits,
            is_active=form.cleaned_data["is_active"],
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            at=timezone.now(),
        )
        messages.success(request, f"Channel {shown.code} of {shown.instrument.code} saved.")
        return redirect("instrument", shown.instrument_id)
    title = f"Change channel {shown.code} of {shown.instrument.code}"
    return form_page(request, form, title, "Save changes", instrument=shown.instrument)


@requires(Capability.VIEW_INSTRUMENTS)
def checks_due(request: HttpRequest) -> HttpResponse:
    context = {
        "dues": dues(today=timezone.now().date()),
        "may_check": person_of(request).may(Capability.RECORD_CHECKS),
    }
    return render(request, "grading/instruments/due.html", context)


@requires(Capability.VIEW_INSTRUMENTS)
def references(request: HttpRequest) -> HttpResponseBase:
    options: dict[str, Any] = {"columns": _columns(), "filters": _FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(reference_items(), name="reference-items", default_sort="code", **options)
    context = {
        "page": list_page(reference_items(), default_sort="code", **options),
        "may_manage": person_of(request).may(Capability.MANAGE_INSTRUMENTS),
    }
    return render(request, "grading/instruments/references.html", context)


def _columns() -> Sequence[Column]:
    return (
        Column(key="code", label="Code", value=lambda row: row.code, sort="code", is_code=True),
        Column(key="name", label="Name", value=lambda row: row.name, sort="name"),
        Column(key="quantity", label="Quantity", value=lambda row: row.get_quantity_display()),
        Column(key="value", label="Reference", value=lambda row: row.reference_value, is_number=True),
        Column(
            key="tolerance", label="Tolerance (%)", value=lambda row: row.tolerance_percent, is_number=True
        ),
        Column(key="every", label="Every (days)", value=lambda row: row.interval_days, is_number=True),
        Column(key="measured", label="Measured", value=lambda row: row.measured, is_number=True),
        Column(key="source", label="Source", value=lambda row: row.source),
        Column(key="use", label="In use", value=lambda row: "Yes" if row.is_active else "No"),
    )


_FILTERS = (
    Filter(key="q", label="Code", apply=where("code__icontains")),
    Filter(key="quantity", label="Quantity", apply=where("quantity"), choices=ReferenceItem.Quantity.choices),
)


@requires(Capability.MANAGE_INSTRUMENTS)
def reference_new(request: HttpRequest) -> HttpResponse:
    form = NewReferenceForm(request.POST or None)
    if form.is_valid():
        try:
            made = add_reference_item(**form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Reference item {made.code} added.")
            return redirect("references")
    return form_page(request, form, "New reference item", "Add reference item", is_reference=True)


@requires(Capability.MANAGE_INSTRUMENTS)
def reference_edit(request: HttpRequest, item_id: int) -> HttpResponse:
    shown = get_object_or_404(ReferenceItem, pk=item_id)
    form = EditReferenceForm(request.POST or None, initial={name: getattr(shown, name) for name in _EDITED})
    if form.is_valid():
        try:
            change_reference_item(
                item_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Reference item {shown.code} saved.")
            return redirect("references")
    return form_page(request, form, f"Change {shown.code}", "Save changes", is_reference=True)
