"""Instruments: the list, one of them, adding, changing, calibrating."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from grading.models import Instrument
from grading.queries.instruments import all_instruments, named, standing_of, unusable_on, use_of
from grading.services.instruments import change_instrument, create_instrument, record_calibration
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import entry_of, events_of
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


class CalibrationForm(forms.Form):
    """A certificate and the period in which it holds."""

    certificate_number = forms.CharField(max_length=60)
    calibrated_from_date = _day("Valid from")
    calibrated_to_date = _day("Valid until", help_text="The first day on which it no longer holds.")


class InstrumentForm(forms.Form):
    """What an instrument is."""

    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=Instrument.Kind.choices)
    maker_serial = forms.CharField(max_length=60, required=False, label="Maker's serial number")


class NewInstrumentForm(InstrumentForm, CalibrationForm):
    """A new instrument, with the code that stays for ever."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{2,30}$", help_text="2 to 30 letters, digits and hyphens. It cannot be changed later."
    )
    field_order = ["code", "name", "kind", "maker_serial"]


class EditInstrumentForm(InstrumentForm):
    """Changes of an instrument, with the reason for them."""

    is_active = forms.BooleanField(required=False, label="In service")
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text="It stands in the trail.")


@requires(Capability.VIEW_INSTRUMENTS)
def instruments(request: HttpRequest) -> HttpResponseBase:
    today = timezone.now().date()
    options: dict[str, Any] = {"columns": _columns(today), "filters": _filters(today), "params": request.GET}
    if "export" in request.GET:
        return list_export(all_instruments(), name="instruments", default_sort="code", **options)
    page = list_page(all_instruments(), default_sort="code", **options)
    context = {
        "page": page,
        "standings": [standing_of(instrument=row, on=today) for row in page.rows],
        "may_manage": person_of(request).may(Capability.MANAGE_INSTRUMENTS),
    }
    return render(request, "grading/instruments/list.html", context)


def _columns(today: date) -> Sequence[Column]:
    return (
        Column(key="code", label="Code", value=lambda row: row.code, sort="code", is_code=True),
        Column(key="name", label="Name", value=lambda row: row.name),
        Column(key="kind", label="Kind", value=lambda row: row.get_kind_display()),
        Column(key="certificate", label="Certificate", value=lambda row: row.certificate_number),
        Column(
            key="from",
            label="Valid from",
            value=lambda row: row.calibrated_from_date,
            sort="calibrated_from_date",
        ),
        Column(
            key="to", label="Valid until", value=lambda row: row.calibrated_to_date, sort="calibrated_to_date"
        ),
        Column(key="today", label="Today", value=lambda row: standing_of(instrument=row, on=today).words),
    )


def _filters(today: date) -> Sequence[Filter]:
    return (
        Filter(key="q", label="Code or name", apply=named),
        Filter(
            key="kind",
            label="Kind",
            apply=lambda rows, kind: rows.filter(kind=kind),
            choices=Instrument.Kind.choices,
        ),
        Filter(
            key="today",
            label="Today",
            apply=lambda rows, _: unusable_on(rows, today),
            choices=(("unusable", "In service but not usable"),),
        ),
    )


@requires(Capability.VIEW_INSTRUMENTS)
def instrument(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    story = events_of(subject_type="instrument", subject_id=shown.pk).reverse()
    context = {
        "standing": standing_of(instrument=shown, on=timezone.now().date()),
        "use": use_of(instrument_id=shown.pk),
        "story": [entry_of(event) for event in story],
        "may_manage": person_of(request).may(Capability.MANAGE_INSTRUMENTS),
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
    context = {"form": form, "title": "New instrument", "verb": "Add instrument"}
    return render(request, "grading/instruments/form.html", context)


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
    context = {"form": form, "instrument": shown, "title": f"Change {shown.code}", "verb": "Save changes"}
    return render(request, "grading/instruments/form.html", context)


@requires(Capability.MANAGE_INSTRUMENTS)
def instrument_calibrate(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    form = CalibrationForm(request.POST or None)
    if form.is_valid():
        try:
            record_calibration(
                instrument_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            number = form.cleaned_data["certificate_number"]
            messages.success(request, f"Certificate {number} of {shown.code} recorded.")
            return redirect("instrument", shown.pk)
    context = {"form": form, "instrument": shown, "title": f"New certificate of {shown.code}"}
    return render(request, "grading/instruments/form.html", context | {"verb": "Record certificate"})
