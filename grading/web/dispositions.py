"""Orders that take packs out of the house: the list, a new one, one of them, and its paper."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grading.queries.dispositions import (
    address_of_last_return,
    lines_of,
    matching,
    orders,
    pack_ids_with,
    packs_to_order,
)
from grading.services import dispositions
from grading.web.disposition_forms import HandOverForm, OrderForm, ReleaseForm
from intake.domain.dispositions import MOST_PACKS
from intake.models import DispositionOrder
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability as C
from rebattery.audit.trail import story_of
from rebattery.errors import RuleViolation
from rebattery.numbers import read_key
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation, keys_in
from rebattery.ui.listing import Column, Filter, list_page, where

COLUMNS = (
    Column(key="number", label="Order", value=lambda row: row.number, is_code=True),
    Column(key="kind", label="What", value=lambda row: row.get_kind_display()),
    Column(key="to", label="To", value=lambda row: row.consignee.get("name")),
    Column(key="packs", label="Packs", value=lambda row: row.pack_count, is_number=True),
    Column(key="code", label="Waste code", value=lambda row: row.waste_code, is_code=True),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="ordered", label="Ordered", value=lambda row: row.ordered_at, sort="ordered_at"),
    Column(key="ended", label="Ended", value=lambda row: row.ended_at),
    Column(key="document", label="Paper", value=lambda row: row.document_number),
)
FILTERS = (
    Filter(key="q", label="Order, paper or serial", apply=matching),
    Filter(
        key="state",
        label="State",
        apply=where("state"),
        choices=DispositionOrder._meta.get_field("state").flatchoices,
    ),
    Filter(
        key="kind",
        label="What",
        apply=where("kind"),
        choices=DispositionOrder._meta.get_field("kind").flatchoices,
    ),
    Filter(key="supplier", label="Supplier code", apply=where("supplier__code__iexact")),
)


@require_safe
@requires(C.VIEW_INTERNAL)
def disposition_list(request: HttpRequest) -> HttpResponseBase:
    listing: dict[str, Any] = {"columns": COLUMNS, "filters": FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(orders(), name="orders", default_sort="-ordered_at", **listing)
    page = list_page(orders(), default_sort="-ordered_at", **listing)
    may_order = person_of(request).may(C.ORDER_DISPOSITIONS)
    return render(request, "grading/dispositions/list.html", {"page": page, "may_order": may_order})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(C.ORDER_DISPOSITIONS)
def disposition_new(request: HttpRequest) -> HttpResponse:
    """Order the packs that the address names as ``pack``, or all rejected ones of ``batch``."""
    chosen = request.POST if request.method == "POST" else request.GET
    packs = packs_to_order(
        viewer=person_of(request),
        pack_ids=keys_in(chosen.getlist("pack")),
        batch_id=read_key(request.GET.get("batch", "")),
    )
    now = timezone.now()
    form = OrderForm(request.POST or None, today=now.date(), initial=_suggested(packs))
    if form.is_valid():
        try:
            made = dispositions.order(
                pack_ids=[pack.pk for pack in packs],
                consignment=form.consignment,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
                at=now,
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Order {made.number} made. The warehouse hands the packs over.")
            return redirect("disposition", made.pk)
    context = {
        "form": form,
        "packs": packs[:MOST_PACKS],
        "is_cut": len(packs) > MOST_PACKS,
        "most": MOST_PACKS,
    }
    return render(request, "grading/dispositions/new.html", context)


@require_safe
@requires(C.VIEW_INTERNAL)
def disposition(request: HttpRequest, order_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(orders(), pk=order_id))


@require_POST
@requires(C.HAND_OVER_PACKS)
def disposition_hand_over(request: HttpRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(orders(), pk=order_id)
    form = HandOverForm(request.POST)
    if form.is_valid():
        scanned, unknown = pack_ids_with(lines=lines_of(order=order), serials=form.scanned)
        if unknown:
            form.add_error("serials", f"Not in this order: {', '.join(unknown[:5])}. Put it aside.")
            return _page(request, order, hand_over_form=form)
        try:
            done = dispositions.hand_over(
                order_id=order.pk,
                version=form.cleaned_data["version"],
                ticked=scanned | keys_in(request.POST.getlist("pack")),
                document_number=form.cleaned_data["document_number"],
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
            order.refresh_from_db()
        else:
            messages.success(request, f"{done.number} handed over, document {done.document_number}.")
            return redirect("disposition", order.pk)
    return _page(request, order, hand_over_form=form)


@require_POST
@requires(C.ORDER_DISPOSITIONS)
def disposition_release(request: HttpRequest, order_id: int) -> HttpResponse:
    """Take the ticked packs out, or with ``all`` cancel the order."""
    order = get_object_or_404(orders(), pk=order_id)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        values = {"order_id": order.pk, **form.cleaned_data, "actor": actor_of(request), "at": timezone.now()}
        try:
            if "all" in request.POST:
                done = dispositions.cancel(**values)
            else:
                done = dispositions.release(pack_ids=keys_in(request.POST.getlist("pack")), **values)
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
            order.refresh_from_db()
        else:
            is_over = "cancelled" if not done.is_open else "changed"
            messages.success(request, f"Order {done.number} {is_over}: the packs are what they were before.")
            return redirect("disposition", order.pk)
    return _page(request, order, release_form=form)


def _suggested(packs: list[Any]) -> dict[str, str]:
    suppliers = {pack.supplier_id for pack in packs}
    if len(suppliers) != 1:
        return {"kind": "recycling"}
    return {"address": address_of_last_return(supplier_id=suppliers.pop())}


def _page(request: HttpRequest, order: DispositionOrder, **forms: Any) -> HttpResponse:
    viewer = person_of(request)
    seen = {"version": order.version}
    lines = lines_of(order=order)
    context = {
        "order": order,
        "lines": lines,
        "ticked": keys_in(request.POST.getlist("pack")),
        "may_hand_over": order.is_open and viewer.may(C.HAND_OVER_PACKS),
        "may_release": order.is_open and viewer.may(C.ORDER_DISPOSITIONS),
        "hand_over_form": HandOverForm(initial=seen),
        "release_form": ReleaseForm(initial=seen),
        "story": story_of(subject_type="disposition", subject_id=order.pk),
        "trail_links": viewer.may(C.VIEW_TRAIL),
    }
    return render(request, "grading/dispositions/detail.html", context | forms)
