"""Instruments: the list, one of them, adding, changing, calibrating."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from grading.models import Instrument
from grading.queries.instruments import standing_of, standings, use_of
from grading.services.instruments import change_instrument, create_instrument, record_calibration
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import entry_of, events_of
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation


def _day(label: str, **options: str) -> forms.DateField:
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
def instruments(request: HttpRequest) -> HttpResponse:
    context = {
        "standings": standings(on=timezone.now().date()),
        "may_manage": person_of(request).may(Capability.MANAGE_INSTRUMENTS),
    }
    return render(request, "grading/instruments/list.html", context)


@requires(Capability.VIEW_INSTRUMENTS)
def instrument(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    story = events_of(subject_type="instrument", subject_id=shown.pk)
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
