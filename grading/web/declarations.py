"""Declaring instruments bad: the list, proposing, what it touches, and the second person's answer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grading.domain.blast_radius import NO_CERTIFICATES, REJECTED_WORDS
from grading.models import Instrument, InstrumentDeclaration
from grading.queries.declaration_radius import Radius, radius_of
from grading.queries.declarations import (
    Scope,
    acts_on_declaration,
    declarations,
    last_proof,
)
from grading.queries.instruments_use import channels_of_instrument
from grading.services.declarations import (
    approve_declaration,
    propose_declaration,
    refuse_declaration,
    withdraw_declaration,
)
from grading.web.declarations_forms import CloseForm, DeclareForm
from grading.web.declarations_parts import PARTS
from intake.domain.separation import Judging, why_not
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation, faults_in_words
from rebattery.ui.listing import Column, Filter, list_page, where

State = InstrumentDeclaration.State
COLUMNS = (
    Column(key="what", label="Instrument", value=lambda row: row.what, is_code=True),
    Column(key="since", label="Bad since", value=lambda row: row.since_at, sort="since_at"),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="reason", label="Why", value=lambda row: row.reason),
    Column(key="proposed", label="Proposed", value=lambda row: row.proposed_at, sort="proposed_at"),
    Column(key="by", label="By", value=lambda row: row.proposed_by),
    Column(key="settled", label="Settled", value=lambda row: row.settled_at),
    Column(key="settled_by", label="By whom", value=lambda row: row.settled_by),
    Column(key="results", label="Results", value=lambda row: row.result_count, is_number=True),
)
FILTERS = (
    Filter(key="state", label="State", apply=where("state"), choices=State.choices),
    Filter(key="q", label="Instrument", apply=where("instrument__code__icontains")),
)


@requires(Capability.VIEW_INSTRUMENTS)
def declaration_list(request: HttpRequest) -> HttpResponseBase:
    options: dict[str, Any] = {"columns": COLUMNS, "filters": FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(declarations(), name="declarations", **options)
    context = {"page": list_page(declarations(), **options)}
    return render(request, "grading/declarations/list.html", context)


@requires(Capability.PROPOSE_DECLARATIONS)
def instrument_declare(request: HttpRequest, instrument_id: int) -> HttpResponse:
    shown = get_object_or_404(Instrument, pk=instrument_id)
    channels = channels_of_instrument(instrument_id=shown.pk)
    form = DeclareForm(request.POST or None, channels=channels, since_at=last_proof(instrument_id=shown.pk))
    radius = None
    if form.is_valid() and "preview" in request.POST:
        values = form.cleaned_data
        channel = next((each for each in channels if each.pk == values["channel_id"]), None)
        radius = radius_of(scope=Scope(instrument=shown, channel=channel, since_at=values["since_at"]))
    elif form.is_valid():
        try:
            made = propose_declaration(
                instrument_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Proposed to declare {made.what} bad. A second person decides.")
            return redirect("declaration", made.pk)
    context = {
        "form": form,
        "instrument": shown,
        "radius": radius,
        "counts": _counts(radius) if radius else [],
        "no_certificates": NO_CERTIFICATES,
    }
    return render(request, "grading/declarations/declare.html", context)


@requires(Capability.VIEW_INSTRUMENTS)
def declaration(request: HttpRequest, declaration_id: int) -> HttpResponse:
    found = get_object_or_404(declarations(), pk=declaration_id)
    viewer, scope = person_of(request), Scope.of(found)
    radius, acts = radius_of(scope=scope), acts_on_declaration(declaration=found)
    may_approve = viewer.may(Capability.APPROVE_DECLARATIONS)
    is_mine = found.proposed_by_person_id == viewer.pk
    context = {
        "declaration": found,
        "radius": radius,
        "counts": _counts(radius),
        "is_proposed": found.state == State.PROPOSED,
        "is_mine": is_mine,
        "may_refuse": may_approve and not why_not(Judging.REFUSAL, viewer.pk, acts),
        "may_approve": may_approve,
        "obstacle": why_not(Judging.DECLARATION, viewer.pk, acts),
        "form": CloseForm(),
        "story": story_of(subject_type="instrument_declaration", subject_id=found.pk),
        "no_certificates": NO_CERTIFICATES,
        "rejected_words": REJECTED_WORDS if radius.rejected else "",
    }
    return render(request, "grading/declarations/detail.html", context)


@requires(Capability.VIEW_INSTRUMENTS)
def declaration_part(request: HttpRequest, declaration_id: int, part: str) -> HttpResponseBase:
    found = get_object_or_404(declarations(), pk=declaration_id)
    if part not in PARTS:
        raise Http404
    shown = PARTS[part]
    rows = shown.rows(Scope.of(found))
    options: dict[str, Any] = {"columns": shown.columns, "filters": shown.filters, "params": request.GET}
    if "export" in request.GET:
        return list_export(rows, name=f"declaration-{found.pk}-{part}", **options)
    page = list_page(rows, **options)
    context = {
        "declaration": found,
        "part": shown,
        "page": page,
        "rows": [(shown.link(row), page.cells(row)) for row in page.rows],
        "rejected_words": REJECTED_WORDS if part == "packs" else "",
    }
    return render(request, "grading/declarations/part.html", context)


@require_safe
@requires(Capability.VIEW_INSTRUMENTS)
def declaration_progress(request: HttpRequest, declaration_id: int) -> HttpResponse:
    found = get_object_or_404(declarations(), pk=declaration_id)
    return render(request, "grading/declarations/_state.html", {"declaration": found})


@require_POST
@requires(Capability.APPROVE_DECLARATIONS)
def declaration_approve(request: HttpRequest, declaration_id: int) -> HttpResponse:
    found = get_object_or_404(declarations(), pk=declaration_id)
    try:
        done = approve_declaration(declaration_id=found.pk, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        said = "is declared bad" if done.state == State.DONE else "is declared bad; a worker carries it out"
        messages.success(request, f"{found.what} {said}.")
    return redirect("declaration", found.pk)


@require_POST
@requires(Capability.APPROVE_DECLARATIONS)
def declaration_refuse(request: HttpRequest, declaration_id: int) -> HttpResponse:
    return _close(request, declaration_id, refuse_declaration, "refused")


@require_POST
@requires(Capability.PROPOSE_DECLARATIONS)
def declaration_withdraw(request: HttpRequest, declaration_id: int) -> HttpResponse:
    return _close(request, declaration_id, withdraw_declaration, "withdrawn")


def _close(request: HttpRequest, declaration_id: int, verb: Any, done: str) -> HttpResponse:
    found = get_object_or_404(declarations(), pk=declaration_id)
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, faults_in_words(form))
        return redirect("declaration", found.pk)
    try:
        verb(declaration_id=found.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"The proposal about {found.what} is {done}; it stays visible.")
    return redirect("declaration", found.pk)


def _counts(radius: Radius) -> list[tuple[str, str, int, str]]:
    """Return key, label, count and note of each part."""
    return [(part.key, part.label, part.count(radius), part.note(radius)) for part in PARTS.values()]
