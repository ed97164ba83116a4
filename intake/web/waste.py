"""Waste operators and waste codes: the lists, one of them, adding and changing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from intake.models import WasteCode, WasteOperator
from intake.queries.waste import codes_applying, matching, operators, waste_codes
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
from rebattery.audit.trail import story_of
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

_OPERATOR, _CODE = ("Waste operator", "waste_operator"), ("Waste code", "waste_code")
"""What the pages call one of them, and the trail, which is the name of its page too."""


@requires(Capability.VIEW_CATALOGUE)
def operator_list(request: HttpRequest) -> HttpResponseBase:
    listing: dict[str, Any] = {"columns": OPERATORS, "filters": OPERATOR_FILTERS, "default_sort": "name"}
    return _list(request, operators(), "waste-operators", "intake/waste/operators.html", listing)


@requires(Capability.VIEW_CATALOGUE)
def waste_code_list(request: HttpRequest) -> HttpResponseBase:
    listing: dict[str, Any] = {"columns": CODES, "filters": CODE_FILTERS, "default_sort": "code"}
    return _list(request, waste_codes(), "waste-codes", "intake/waste/codes.html", listing)


@requires(Capability.VIEW_CATALOGUE)
def operator(request: HttpRequest, operator_id: int) -> HttpResponse:
    shown = get_object_or_404(operators(), pk=operator_id)
    is_lapsed = shown.permit_valid_until < timezone.now().date()
    context = {"operator": shown, "is_lapsed": is_lapsed} | _beside(request, shown, _OPERATOR)
    return render(request, "intake/waste/operator.html", context)


@requires(Capability.VIEW_CATALOGUE)
def waste_code(request: HttpRequest, waste_code_id: int) -> HttpResponse:
    shown = get_object_or_404(waste_codes(), pk=waste_code_id)
    return render(request, "intake/waste/code.html", {"waste_code": shown} | _beside(request, shown, _CODE))


@requires(Capability.MANAGE_CATALOGUE)
def operator_new(request: HttpRequest) -> HttpResponse:
    def add(values: dict[str, Any]) -> WasteOperator:
        return add_operator(values=values, actor=actor_of(request), at=timezone.now())

    form = OperatorForm(request.POST or None)
    return _form(
        request, form, add, "added", _OPERATOR, heading="Add a waste operator", button="Add operator"
    )


@requires(Capability.MANAGE_CATALOGUE)
def operator_edit(request: HttpRequest, operator_id: int) -> HttpResponse:
    def change(values: dict[str, Any]) -> WasteOperator:
        told: dict[str, Any] = {"reason": values.pop("reason"), "actor": actor_of(request)}
        return change_operator(operator_id=operator_id, values=values, at=timezone.now(), **told)

    shown = get_object_or_404(operators(), pk=operator_id)
    initial = {name: getattr(shown, name) for name in OPERATOR_FIELDS}
    form = EditOperatorForm(request.POST or None, initial=initial)
    return _form(
        request, form, change, "saved", _OPERATOR, heading=f"Change {shown.name}", button="Save operator"
    )


@requires(Capability.MANAGE_CATALOGUE)
def waste_code_new(request: HttpRequest) -> HttpResponse:
    def add(values: dict[str, Any]) -> WasteCode:
        code = values.pop("code")
        return add_waste_code(code=code, values=values, actor=actor_of(request), at=timezone.now())

    form = NewWasteCodeForm(request.POST or None)
    return _form(request, form, add, "added", _CODE, heading="Add a waste code", button="Add code")


@requires(Capability.MANAGE_CATALOGUE)
def waste_code_edit(request: HttpRequest, waste_code_id: int) -> HttpResponse:
    def change(values: dict[str, Any]) -> WasteCode:
        told: dict[str, Any] = {"reason": values.pop("reason"), "actor": actor_of(request)}
        return change_waste_code(waste_code_id=waste_code_id, values=values, at=timezone.now(), **told)

    shown = get_object_or_404(waste_codes(), pk=waste_code_id)
    initial = {name: getattr(shown, name) for name in CODE_FIELDS}
    form = EditWasteCodeForm(request.POST or None, initial=initial)
    return _form(request, form, change, "saved", _CODE, heading=f"Change {shown.code}", button="Save code")


def _list(
    request: HttpRequest, rows: QuerySet[Any], name: str, template: str, listing: dict[str, Any]
) -> HttpResponseBase:
    if "export" in request.GET:
        return list_export(rows, name=name, params=request.GET, **listing)
    page = list_page(rows, params=request.GET, **listing)
    may_manage = person_of(request).may(Capability.MANAGE_CATALOGUE)
    return render(request, template, {"page": page, "may_manage": may_manage})


def _beside(request: HttpRequest, row: WasteOperator | WasteCode, kind: tuple[str, str]) -> dict[str, Any]:
    _, subject_type = kind
    viewer = person_of(request)
    return {
        "story": story_of(subject_type=subject_type, subject_id=row.pk),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "may_manage": viewer.may(Capability.MANAGE_CATALOGUE),
    }


def _form(
    request: HttpRequest,
    form: Form,
    write: Callable[[dict[str, Any]], WasteOperator | WasteCode],
    done: str,
    kind: tuple[str, str],
    **words: str,
) -> HttpResponse:
    """Show ``form``, and once it is filled in ``write`` what it holds and go to its page."""
    name, page = kind
    if form.is_valid():
        try:
            row = write(dict(form.cleaned_data))
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"{name} {row} {done}.")
            return redirect(page, row.pk)
    context = {"form": form, "label": f"{name}s", "back": f"{page}s", **words}
    return render(request, "intake/waste/form.html", context)
