"""The catalogue of pack types: the list, one of them, adding and changing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from intake.models import PackType
from intake.queries.catalogue import (
    baseline_method_of,
    figures_of,
    matching,
    pack_types,
    short_figure,
    unconfirmed,
)
from intake.services.catalogue import add_pack_type, change_pack_type
from intake.web.forms import EditPackTypeForm, NewPackTypeForm
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page, where

COLUMNS = (
    Column(key="key", label="Key", value=lambda row: row.key, sort="key", is_code=True),
    Column(key="make", label="Make", value=lambda row: row.make, sort="make"),
    Column(key="model", label="Model", value=lambda row: row.model, sort="model"),
    Column(key="variant", label="Variant", value=lambda row: row.variant),
    Column(key="chemistry", label="Chemistry", value=lambda row: row.get_chemistry_display()),
    Column(
        key="kwh",
        label="Nominal (kWh)",
        value=lambda row: short_figure(row.nominal_energy_kwh),
        is_number=True,
    ),
    Column(
        key="ah", label="Rated (Ah)", value=lambda row: short_figure(row.rated_capacity_ah), is_number=True
    ),
    Column(
        key="v", label="Nominal (V)", value=lambda row: short_figure(row.nominal_voltage_v), is_number=True
    ),
    Column(key="kg", label="Mass (kg)", value=lambda row: short_figure(row.mass_kg), is_number=True),
)
EXPORTED = (
    *COLUMNS,
    Column(
        key="life",
        label="Calendar life (years)",
        value=lambda row: row.calendar_life_years,
        is_number=True,
    ),
)
FILTERS = (
    Filter(
        key="facts",
        label="Facts",
        apply=lambda rows, _: unconfirmed(rows),
        choices=(("unconfirmed", "Not all confirmed"),),
    ),
    Filter(key="q", label="Key, make or model", apply=matching),
    Filter(
        key="chemistry",
        label="Chemistry",
        apply=where("chemistry"),
        choices=PackType._meta.get_field("chemistry").flatchoices,
    ),
)


@requires(Capability.VIEW_CATALOGUE)
def catalogue(request: HttpRequest) -> HttpResponseBase:
    rows = pack_types()
    if "export" in request.GET:
        return list_export(
            rows, name="pack-types", columns=EXPORTED, filters=FILTERS, params=request.GET, default_sort="key"
        )
    page = list_page(rows, columns=COLUMNS, filters=FILTERS, params=request.GET, default_sort="key")
    may_manage = person_of(request).may(Capability.MANAGE_CATALOGUE)
    return render(request, "intake/catalogue/list.html", {"page": page, "may_manage": may_manage})


@requires(Capability.VIEW_CATALOGUE)
def pack_type(request: HttpRequest, pack_type_id: int) -> HttpResponse:
    shown = get_object_or_404(pack_types(), pk=pack_type_id)
    viewer = person_of(request)
    context = {
        "pack_type": shown,
        "title": str(shown),
        "baseline_method": baseline_method_of(pack_type=shown),
        "figures": figures_of(pack_type=shown),
        "story": story_of(subject_type="pack_type", subject_id=shown.pk),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "may_manage": viewer.may(Capability.MANAGE_CATALOGUE),
    }
    return render(request, "intake/catalogue/detail.html", context)


@requires(Capability.MANAGE_CATALOGUE)
def pack_type_new(request: HttpRequest) -> HttpResponse:
    form = NewPackTypeForm(request.POST or None, initial={"is_active": True})
    if form.is_valid():
        values = dict(form.cleaned_data)
        key = values.pop("key")
        try:
            added = add_pack_type(key=key, values=values, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Pack type {added.key} added.")
            return redirect("pack_type", added.pk)
    words = {"heading": "Add a pack type", "button": "Add pack type"}
    return render(request, "intake/catalogue/form.html", {"form": form, **words})


@requires(Capability.MANAGE_CATALOGUE)
def pack_type_edit(request: HttpRequest, pack_type_id: int) -> HttpResponse:
    shown = get_object_or_404(pack_types(), pk=pack_type_id)
    form = EditPackTypeForm(request.POST or None, instance=shown)
    if form.is_valid():
        values = dict(form.cleaned_data)
        reason = values.pop("reason")
        actor, at = actor_of(request), timezone.now()
        change_pack_type(pack_type_id=pack_type_id, values=values, reason=reason, actor=actor, at=at)
        messages.success(request, f"Pack type {shown.key} saved.")
        return redirect("pack_type", pack_type_id)
    words = {"heading": f"Change {shown.key}", "button": "Save pack type"}
    return render(request, "intake/catalogue/form.html", {"form": form, **words})
