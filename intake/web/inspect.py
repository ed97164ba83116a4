"""Triage and inspection of one pack, and its re-opening."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from intake.domain.hazards import HAZARDS, declared_hazards
from intake.domain.lifecycle import TRANSITIONS, Move, Status
from intake.models import Inspection, Pack
from intake.queries.inspections import inspection_state, packs_for
from intake.services import inspections
from intake.web.inspection_form import InspectionForm
from intake.web.photos import add_photos, photo_slots
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation

_REPORTABLE = TRANSITIONS[Move.QUARANTINE].sources | {Status.QUARANTINED}


class HazardForm(forms.Form):
    """Hazards that somebody sees now."""

    codes = forms.MultipleChoiceField(choices=[(question.code, question.text) for question in HAZARDS])
    note = forms.CharField(required=False, max_length=2000)


class ReopenForm(forms.Form):
    """Why a quarantined pack may be looked at again."""

    reason = forms.CharField(max_length=1000, widget=forms.Textarea({"rows": 4}), label="Reason")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.INSPECT_PACKS)
def inspect_pack(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = _pack(request, pack_id)
    if request.method != "POST":
        return _page(request, pack, None)
    form = InspectionForm(request.POST, request.FILES, pack=pack)
    if _is_hazard(form):
        return _isolate(request, pack, form)
    if form.is_valid():
        try:
            add_photos(request, pack_id, form.pictures())
            observations = [form.observation()]
            [made] = inspections.submit(observations=observations, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refusal:
            return _page(request, pack, _refused(form, refusal), refusal.message)
        _say_outcome(request, made, pack)
        return redirect("inspect_pack", pack_id)
    return _page(request, pack, form)


@require_POST
@requires(Capability.INSPECT_PACKS)
def inspection_draft(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = _pack(request, pack_id)
    form = InspectionForm(request.POST, request.FILES, pack=pack)
    refusal_text = "Not saved: a value is not readable."
    is_autosave = "HX-Request" in request.headers
    if not is_autosave and _is_hazard(form):
        return _isolate(request, pack, form)
    if form.is_valid():
        try:
            add_photos(request, pack_id, form.pictures())
            observation = form.observation()
            draft = inspections.save_draft(
                observation=observation, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refusal:
            form, refusal_text = _refused(form, refusal), refusal.message
        else:
            if is_autosave and form.cleaned_data["settled"]:
                return _swapped(_page(request, pack, None, template="intake/inspect/_swap.html"))
            if is_autosave:
                context = {"draft": draft, "findings": observation.findings, "pack": pack}
                return render(request, "intake/inspect/_saved.html", context)
            messages.success(request, f"Draft of {pack.serial} saved.")
            return redirect("inspect_pack", pack_id)
    if is_autosave:
        return _swapped(_page(request, pack, form, refusal_text, "intake/inspect/_swap.html"))
    return _page(request, pack, form, refusal_text)


@require_POST
@requires(Capability.INSPECT_PACKS)
def report_hazard(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = _pack(request, pack_id)
    form = HazardForm(request.POST)
    if form.is_valid():
        try:
            [made] = inspections.report_hazard(
                pack_ids=[pack_id], **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refusal:
            apply_rule_violation(form, refusal)
        else:
            _say_outcome(request, made, pack)
    for texts in form.errors.values():
        messages.error(request, f"Not reported. {texts[0]}")
    return redirect("inspect_pack", pack_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.DECIDE_REVIEWS)
def reopen_pack(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = _pack(request, pack_id)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            inspections.reopen(
                pack_ids=[pack_id], **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refusal:
            apply_rule_violation(form, refusal)
        else:
            messages.success(request, f"Pack {pack.serial} re-opened: it waits for a fresh inspection.")
            return redirect("pack", pack_id)
    current = inspection_state(pack_id=pack_id).current
    return render(request, "intake/inspect/reopen.html", {"pack": pack, "form": form, "current": current})


def _pack(request: HttpRequest, pack_id: int) -> Pack:
    return get_object_or_404(packs_for(viewer=person_of(request)), pk=pack_id)


def _page(
    request: HttpRequest,
    pack: Pack,
    form: InspectionForm | None,
    refusal: str = "",
    template: str = "intake/inspect/inspect.html",
) -> HttpResponse:
    state, status = inspection_state(pack_id=pack.pk), Status(pack.status)
    is_open = status is Status.RECEIVED
    shown = (form or InspectionForm.of_draft(state.draft, pack=pack)) if is_open else None
    context = {
        "pack": pack,
        "form": shown,
        "findings": shown.findings() if shown else [],
        "draft": state.draft,
        "current": state.current,
        "slots": photo_slots(state.photos),
        "refusal": refusal,
        "declared": declared_hazards(ddr_status=pack.ddr_status, declared=pack.declared),
        "hazards": HAZARDS if status in _REPORTABLE else [],
        "may_reopen": status is Status.QUARANTINED and person_of(request).may(Capability.DECIDE_REVIEWS),
    }
    return render(request, template, context)


def _is_hazard(form: InspectionForm) -> bool:
    return bool(form.hazards() or (form.is_valid() and form.observation().findings))


def _isolate(request: HttpRequest, pack: Pack, form: InspectionForm) -> HttpResponse:
    """Put the pack into quarantine: a hazard waits for no readable number and for no picture."""
    who, at = actor_of(request), timezone.now()
    try:
        if form.is_valid():
            [made] = inspections.submit(observations=[form.observation()], actor=who, at=at)
        else:
            [made] = inspections.report_hazard(
                pack_ids=[pack.pk], codes=form.hazards(), note="", actor=who, at=at
            )
        _say_outcome(request, made, pack)
        add_photos(request, pack.pk, form.pictures())
    except RuleViolation as refusal:
        messages.error(request, refusal.message)
    for _, label, text in form.faults():
        messages.error(request, f"Not kept: {label}. {text}")
    return redirect("inspect_pack", pack.pk)


def _refused(form: InspectionForm, refusal: RuleViolation) -> InspectionForm:
    if isinstance(refusal, inspections.DraftChanged):
        form = form.joined_with(refusal.draft)
        form.is_valid()
    apply_rule_violation(form, refusal)
    return form


def _say_outcome(request: HttpRequest, made: Inspection, pack: Pack) -> None:
    if made.findings:
        found = "; ".join(finding["text"] for finding in made.findings)
        messages.error(request, f"Pack {pack.serial} is in quarantine: {found}. Isolate it now.")
    else:
        messages.success(request, f"Pack {pack.serial} passed its inspection. It waits for the bench.")


def _swapped(response: HttpResponse) -> HttpResponse:
    return reswap(retarget(response, "#inspection"), "outerHTML")
