"""Batches: the list, and one batch."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from intake.domain.batches import BatchState, is_overdue
from intake.queries.batches import OVERDUE, batches_for, in_state, naming
from intake.queries.manifests import unfinished_for
from intake.web.next_steps import next_step
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where

_UNFINISHED_SHOWN = 20
_STATES = (*((state.value, state.label) for state in BatchState), (OVERDUE, "Overdue"))

NUMBER = Column(key="number", label="Batch", value=lambda row: row.number, is_code=True)
SUPPLIER = Column(key="supplier", label="Supplier", value=lambda row: row.supplier.name)
BATCH_COLUMNS = (
    Column(key="announced_at", label="Announced", value=lambda row: row.announced_at, sort="id"),
    Column(key="packs", label="Packs", value=lambda row: row.pack_count, is_number=True),
    Column(key="arrived", label="Arrived", value=lambda row: row.arrived_count, is_number=True),
    Column(key="kwh", label="Nominal (kWh)", value=lambda row: round(row.total_kwh, 1), is_number=True),
)


def _is_overdue(row: Any) -> bool:
    return is_overdue(row.state, row.expected_on, today=timezone.now().date())


STATE = (
    Column(key="state", label="State", value=lambda row: BatchState(row.state).label),
    Column(key="expected_on", label="Expected", value=lambda row: row.expected_on),
    Column(key="overdue", label="Overdue", value=lambda row: "Overdue" if _is_overdue(row) else ""),
)
BATCH_FILTERS = (
    Filter(key="q", label="Batch or file", apply=naming),
    Filter(
        key="state",
        label="State",
        apply=lambda rows, state: in_state(rows, state, today=timezone.now().date()),
        choices=_STATES,
    ),
)
FOR_STAFF = (Filter(key="supplier", label="Supplier code", apply=where("supplier__code__iexact")),)


@requires(Capability.VIEW_BATCHES)
def batches(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows, columns, filters = batches_for(viewer=viewer), _columns(viewer), _filters(viewer)
    if "export" in request.GET:
        return list_export(rows, name="batches", columns=columns, filters=filters, params=request.GET)
    context = {
        "page": list_page(rows, columns=columns, filters=filters, params=request.GET),
        "unfinished": [
            (manifest, next_step(manifest)) for manifest in unfinished_for(viewer=viewer)[:_UNFINISHED_SHOWN]
        ],
        "may_upload": viewer.may(Capability.UPLOAD_MANIFEST),
    }
    return render(request, "intake/batches/list.html", context)


def _columns(viewer: User) -> Sequence[Column]:
    who = () if viewer.is_supplier else (SUPPLIER,)
    return (NUMBER, *who, *BATCH_COLUMNS, *STATE)


def _filters(viewer: User) -> Sequence[Filter]:
    return BATCH_FILTERS if viewer.is_supplier else (*BATCH_FILTERS, *FOR_STAFF)
