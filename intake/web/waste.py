"""Waste operators and waste codes: the lists, one of them, adding and changing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from intake.models import WasteOperator
from intake.queries.waste import codes_applying, matching, operators, story_of, waste_codes
from intake.services.waste import (
    CODE_FIELDS,
    OPERATOR_FIELDS,
    add_operator,
    add_waste_code,
    change_operator,
    change_waste_code,
)
from intake.web.waste_forms import EditOperatorForm, EditWasteCodeForm, NewWasteCodeForm, OperatorForm
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page


def _may_be_chosen(row: WasteOperator) -> str:
    return "yes" if row.may_take_waste(on=timezone.now().date()) else "no"


OPERATORS = (
    Column(key="name", label="Name", value=lambda row: row.name, sort="name"),
    Column(key="permit", label="Permit", value=lambda row: row.permit_number, is_code=True),
    Column(
        key="until", label="Valid until", value=lambda row: row.permit_valid_until, sort="permit_valid_until"
    ),
    Column(key="country", label="Country", value=lambda row: row.country),
    Column(key="orders", label="Orders", value=lambda row: row.order_count, is_number=True),
    Column(key="active", label="May be chosen", value=_may_be_chosen),
)
OPERATOR_FILTERS = (Filter(key="q", label="Name or permit", apply=matching),)
CODES = (
    Column(key="code", label="Code", value=lambda row: row.code, sort="code", is_code=True),
    Column(key="label", label="Words of the list", value=lambda row: row.label),
    Column(key="from", label="Applies from", value=lambda row: row.applies_from),
    Column(key="until", label="Last day", value=lambda row: row.applies_until),
    Column(key="hazardous", label="Hazardous", value=lambda row: "yes" if row.is_hazardous else "no"),
    Column(key="known", label="Known from", value=lambda row: "the law" if row.is_confirmed else "memory"),
    Column(key="note", label="Note", value=lambda row: row.note),
)
CODE_FILTERS = (
    Filter(
        key="applies",
        label="Applies",
        apply=lambda rows, _: codes_applying(rows, on=timezone.now().date()),
        choices=(("today", "Today"),),
    ),
)


@requires(Capability.VIEW_CATALOGUE)
def operator_list(request: HttpRequest) -> HttpResponseBase:
    rows = operators()
    listing: dict[str, Any] = {"columns": OPERATORS, "filters": OPERATOR_FILTERS}
    if "export" in request.GET:
        return list_export(rows, name="waste-operators", params=request.GET, default_sort="name", **listing)
    page = list_page(rows, params=request.GET, default_sort="name", **listing)
    may_manage = person_of(request).may(Capability.MANAGE_CATALOGUE)
    return render(request, "intake/waste/operators.html", {"page": page, "may_manage": may_manage})


@requires(Capability.VIEW_CATALOGUE)
def operator(request: HttpRequest, operator_id: int) -> HttpResponse:
    shown = get_object_or_404(operators(), pk=operator_id)
    viewer = person_of(request)
    context = {
        "operator": shown,
        "is_lapsed": shown.permit_valid_until < timezone.now().date(),
        "story": story_of(row=shown),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "may_manage": viewer.may(Capability.MANAGE_CATALOGUE),
    }
    return render(request, "intake/waste/operator.html", context)


@requires(Capability.MANAGE_CATALOGUE)
def operator_new(request: HttpRequest) -> HttpResponse:
    form = OperatorForm(request.POST or None)
    if form.is_valid():
        try:
            added = add_operator(values=form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Waste operator {added.name} added.")
            return redirect("waste_operator", added.pk)
    words = {"heading": "Add a waste operator", "button": "Add operator", "back": "waste_operators"}
    return render(request, "intake/waste/form.html", {"form": form, "label": "Waste operators", **words})


@requires(Capability.MANAGE_CATALOGUE)
def operator_edit(request: HttpRequest, operator_id: int) -> HttpResponse:
    shown = get_object_or_404(operators(), pk=operator_id)
    initial = {name: getattr(shown, name) for name in OPERATOR_FIELDS}
    form = EditOperatorForm(request.POST or None, initial=initial)
    if form.is_valid():
        values = dict(form.cleaned_data)
        reason, actor, at = values.pop("reason"), actor_of(request), timezone.now()
        try:
            change_operator(operator_id=operator_id, values=values, reason=reason, actor=actor, at=at)
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Waste operator {shown.name} saved.")
            return redirect("waste_operator", operator_id)
    words = {"heading": f"Change {shown.name}", "button": "Save operator", "back": "waste_operators"}
    return render(request, "intake/waste/form.html", {"form": form, "label": "Waste operators", **words})


@requires(Capability.VIEW_CATALOGUE)
def waste_code_list(request: HttpRequest) -> HttpResponseBase:
    rows = waste_codes()
    listing: dict[str, Any] = {"columns": CODES, "filters": CODE_FILTERS}
    if "export" in request.GET:
        return list_export(rows, name="waste-codes", params=request.GET, default_sort="code", **listing)
    page = list_page(rows, params=request.GET, default_sort="code", **listing)
    may_manage = person_of(request).may(Capability.MANAGE_CATALOGUE)
    return render(request, "intake/waste/codes.html", {"page": page, "may_manage": may_manage})


@requires(Capability.VIEW_CATALOGUE)
def waste_code(request: HttpRequest, waste_code_id: int) -> HttpResponse:
    shown = get_object_or_404(waste_codes(), pk=waste_code_id)
    viewer = person_of(request)
    context = {
        "waste_code": shown,
        "story": story_of(row=shown),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "may_manage": viewer.may(Capability.MANAGE_CATALOGUE),
    }
    return render(request, "intake/waste/code.html", context)


@requires(Capability.MANAGE_CATALOGUE)
def waste_code_new(request: HttpRequest) -> HttpResponse:
    form = NewWasteCodeForm(request.POST or None)
    if form.is_valid():
        values = dict(form.cleaned_data)
        code = values.pop("code")
        try:
            added = add_waste_code(code=code, values=values, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Waste code {added.code} added.")
            return redirect("waste_code", added.pk)
    words = {"heading": "Add a waste code", "button": "Add code", "back": "waste_codes"}
    return render(request, "intake/waste/form.html", {"form": form, "label": "Waste codes", **words})


@requires(Capability.MANAGE_CATALOGUE)
def waste_code_edit(request: HttpRequest, waste_code_id: int) -> HttpResponse:
    shown = get_object_or_404(waste_codes(), pk=waste_code_id)
    initial = {name: getattr(shown, name) for name in CODE_FIELDS}
    form = EditWasteCodeForm(request.POST or None, initial=initial)
    if form.is_valid():
        values = dict(form.cleaned_data)
        reason, actor, at = values.pop("reason"), actor_of(request), timezone.now()
        try:
            change_waste_code(waste_code_id=waste_code_id, values=values, reason=reason, actor=actor, at=at)
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Waste code {shown.code} saved.")
            return redirect("waste_code", waste_code_id)
    words = {"heading": f"Change {shown.code}", "button": "Save code", "back": "waste_codes"}
    return render(request, "intake/waste/form.html", {"form": form, "label": "Waste codes", **words})
