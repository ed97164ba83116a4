"""What proves an instrument: certificates with their files, and control measurements."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from grading.models import Instrument
from grading.queries.instruments_controls import items_for, measurements
from grading.queries.instruments_use import calibrations, channels_of_instrument
from grading.services.instruments import (
    record_calibration,
    record_control_measurement,
    withdraw_calibration,
    withdraw_control_measurement,
)
from grading.web.instruments_forms import CalibrationForm, ControlForm, WithdrawForm, form_page
from intake.services import files
from rebattery.accounts.guards import actor_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.downloads import download
from rebattery.ui.forms import apply_rule_violation


@requires(Capability.MANAGE_INSTRUMENTS)
def instrument_calibrate(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    form = CalibrationForm(
        request.POST or None,
        request.FILES or None,
        channels=channels_of_instrument(instrument_id=shown.pk),
        initial={"has_passed": "yes"},
    )
    if form.is_valid():
        try:
            record_calibration(
                instrument_id=shown.pk, **form.values, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            number = form.cleaned_data["certificate_number"]
            messages.success(request, f"Certificate {number} of {shown.code} recorded.")
            return redirect("instrument", shown.pk)
    return form_page(
        request, form, f"New certificate of {shown.code}", "Record certificate", instrument=shown
    )


@requires(Capability.RECORD_CHECKS)
def instrument_check(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown, now = get_object_or_404(Instrument, pk=instrument_id), timezone.now()
    form = ControlForm(
        request.POST or None,
        items=items_for(kind=shown.kind),
        channels=channels_of_instrument(instrument_id=shown.pk),
        item=request.GET.get("item", ""),
        at=now,
    )
    if form.is_valid():
        try:
            made = record_control_measurement(
                instrument_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=now
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            said = f"{made.item.code}: {made.deviation_percent:+.2f} %."
            if made.has_passed:
                messages.success(request, f"{shown.code} passed its check. {said}")
            else:
                messages.warning(request, f"{shown.code} failed its check and may not measure. {said}")
            return redirect("instrument", shown.pk)
    return form_page(request, form, f"Check {shown.code}", "Record check", instrument=shown)


@requires(Capability.MANAGE_INSTRUMENTS)
def calibration_withdraw(request: HttpRequest, calibration_id: int) -> HttpResponse:
    found = get_object_or_404(calibrations(), pk=calibration_id)
    title = f"Withdraw {found} of {found.instrument.code}"
    return _withdraw(request, found, title, withdraw_calibration, {"calibration_id": found.pk})


@requires(Capability.MANAGE_INSTRUMENTS)
def check_withdraw(request: HttpRequest, measurement_id: int) -> HttpResponse:
    found = get_object_or_404(measurements(), pk=measurement_id)
    title = f"Withdraw the check of {found.instrument.code} with {found.item.code}"
    return _withdraw(request, found, title, withdraw_control_measurement, {"measurement_id": found.pk})


@require_safe
@requires(Capability.VIEW_INSTRUMENTS)
def calibration_file(request: HttpRequest, calibration_id: int) -> FileResponse:
    found = get_object_or_404(calibrations(), pk=calibration_id)
    if found.stored_file is None:
        raise Http404
    return download(
        files.path_of(found.stored_file),
        file_name=found.file_name,
        media_type=found.stored_file.media_type,
    )


def _withdraw(request: HttpRequest, found: Any, title: str, verb: Any, key: dict[str, int]) -> HttpResponse:
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            verb(**key, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, "Withdrawn. It stays visible and counts no more.")
            return redirect("instrument", found.instrument_id)
    return form_page(request, form, title, "Withdraw", instrument=found.instrument)
