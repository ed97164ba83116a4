"""Instruments: the list, one of them, adding and changing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from grading.models import Instrument
from grading.queries.declarations import declarations_of
from grading.queries.instruments import (
    STANDINGS,
    Standing,
    all_instruments,
    in_standing,
    named,
    standing_of,
    standings,
)
from grading.queries.instruments_controls import drifts_of, dues, measurements_of, overdue_instrument_ids
from grading.queries.instruments_use import calibrations_of, channels_of_instrument, story_of, use_of
from grading.services.instruments import change_instrument, create_instrument
from grading.web.instruments_drift import drift_chart
from grading.web.instruments_forms import EditInstrumentForm, NewInstrumentForm, form_page
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page, where

SHOWN_MEASUREMENTS = 50


@requires(Capability.VIEW_INSTRUMENTS)
def instruments(request: HttpRequest) -> HttpResponseBase:
    today = timezone.now().date()
    found = {each.instrument.pk: each for each in standings(on=today)}
    overdue = overdue_instrument_ids(today=today)
    options: dict[str, Any] = {
        "columns": _columns(found, overdue),
        "filters": _filters(today, overdue),
        "params": request.GET,
    }
    if "export" in request.GET:
        return list_export(all_instruments(), name="instruments", default_sort="code", **options)
    page = list_page(all_instruments(), default_sort="code", **options)
    viewer = person_of(request)
    context = {
        "page": page,
        "rows": [(row, found[row.pk], row.pk in overdue) for row in page.rows],
        "may_manage": viewer.may(Capability.MANAGE_INSTRUMENTS),
    }
    return render(request, "grading/instruments/list.html", context)


def _columns(found: dict[int, Standing], overdue: set[int]) -> Sequence[Column]:
    return (
        Column(key="code", label="Code", value=lambda row: row.code, sort="code", is_code=True),
        Column(key="name", label="Name", value=lambda row: row.name, sort="name", is_wide=True),
        Column(key="kind", label="Kind", value=lambda row: row.get_kind_display(), sort="kind", is_wide=True),
        Column(key="certificate", label="Certificate", value=lambda row: found[row.pk].certificate_number),
        Column(key="to", label="Valid until", value=lambda row: row.valid_to, sort="valid_to"),
        Column(key="today", label="Today", value=lambda row: found[row.pk].words),
        Column(key="since", label="Since", value=lambda row: found[row.pk].since, is_wide=True),
        Column(key="checks", label="Checks", value=lambda row: "Overdue" if row.pk in overdue else ""),
    )


def _filters(today: date, overdue: set[int]) -> Sequence[Filter]:
    return (
        Filter(key="q", label="Code or name", apply=named),
        Filter(key="kind", label="Kind", apply=where("kind"), choices=Instrument.Kind.choices),
        Filter(
            key="today",
            label="Today",
            apply=lambda rows, word: in_standing(rows, word, today),
            choices=STANDINGS,
        ),
        Filter(
            key="checks",
            label="Checks",
            apply=lambda rows, _: rows.filter(pk__in=overdue),
            choices=(("overdue", "Overdue"),),
        ),
    )


@requires(Capability.VIEW_INSTRUMENTS)
def instrument(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    today = timezone.now().date()
    standing = standing_of(instrument=shown, on=today)
    viewer = person_of(request)
    context = {
        "standing": standing,
        "channels": [
            (channel, standing.channels.get(channel.pk))
            for channel in channels_of_instrument(instrument_id=shown.pk)
        ],
        "calibrations": calibrations_of(instrument_id=shown.pk),
        "dues": dues(today=today, instruments=[shown]),
        "charts": [drift_chart(drift, shown.code) for drift in drifts_of(instrument_id=shown.pk)],
        "measurements": measurements_of(instrument_id=shown.pk)[:SHOWN_MEASUREMENTS],
        "use": use_of(instrument_id=shown.pk),
        "story": story_of(instrument=shown),
        "may_manage": viewer.may(Capability.MANAGE_INSTRUMENTS),
        "declarations": declarations_of(instrument_id=shown.pk),
        "may_declare": viewer.may(Capability.PROPOSE_DECLARATIONS),
        "may_check": viewer.may(Capability.RECORD_CHECKS),
    }
    return render(request, "grading/instruments/detail.html", context)


@requires(Capability.MANAGE_INSTRUMENTS)
def instrument_new(request: HttpRequest) -> HttpResponse:
    form = NewInstrumentForm(request.POST or None)
    if form.is_valid():
        try:
            added = create_instrument(**form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Instrument {added.code} added.")
            return redirect("instrument", added.pk)
    return form_page(request, form, "New instrument", "Add instrument")


@requires(Capability.MANAGE_INSTRUMENTS)
def instrument_edit(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    names = ("name", "kind", "maker_serial", "is_active")
    form = EditInstrumentForm(request.POST or None, initial={name: getattr(shown, name) for name in names})
    if form.is_valid():
        change_instrument(
            instrument_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
        )
        messages.success(request, f"Instrument {shown.code} saved.")
        return redirect("instrument", shown.pk)
    return form_page(request, form, f"Change {shown.code}", "Save changes", instrument=shown)
