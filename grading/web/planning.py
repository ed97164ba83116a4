"""The test queue: what is worth testing first, and how long it will take."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone

from grading.domain.planning import CLAIM_DOUBT
from grading.queries.channels import estimate_for
from grading.queries.packs import with_serial
from grading.queries.planning import LACKS, WAITING, QueueRow, lacking, packs_to_test, rows_for
from intake.models import Pack
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import csv_response, xlsx_response
from rebattery.ui.labels import ROUTES
from rebattery.ui.listing import Column, Filter, filtered, list_page, ordered, where

CHUNK = 500
SORT = "-worth_kwh"
COLUMNS = (
    Column(key="serial", label="Pack", value=lambda row: row.pack.serial, sort="serial", is_code=True),
    Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code),
    Column(key="type", label="Type", value=lambda row: _type(row.pack), is_wide=True),
    Column(
        key="state",
        label="State",
        value=lambda row: row.pack.get_status_display(),
        sort="status",
        is_wide=True,
    ),
    Column(
        key="since",
        label="Waits since",
        value=lambda row: row.pack.status_at,
        sort="status_at",
        is_wide=True,
    ),
    Column(key="soh", label="SOH (%)", value=lambda row: row.soh_percent, is_number=True),
    Column(key="doubt", label="SOH ± (points)", value=lambda row: row.doubt_points, is_number=True),
    Column(key="source", label="SOH from", value=lambda row: row.source),
    Column(
        key="worth",
        label="At stake (kWh)",
        value=lambda row: row.worth_kwh,
        sort="worth_kwh",
        is_number=True,
    ),
    Column(key="most", label="At most (kWh)", value=lambda row: row.most_kwh, is_number=True),
    Column(key="route", label="Best route", value=lambda row: _routes(row)),
    Column(key="lacks", label="Still lacks", value=lambda row: _lacks(row)),
)
ON_PAGE = tuple(column for column in COLUMNS if column.key not in ("supplier", "doubt", "source", "most"))
"""Supplier, doubt and source, and the most at stake stand below the type, the SOH and what is at stake."""
FILTERS = (
    Filter(key="q", label="Serial", apply=with_serial),
    Filter(
        key="state",
        label="State",
        apply=where("status"),
        choices=[(state.value, state.value.capitalize()) for state in WAITING],
    ),
    Filter(key="lacks", label="Lacks", apply=lacking, choices=LACKS),
    Filter(key="supplier", label="Supplier code", apply=where("supplier__code__iexact")),
    Filter(
        key="chemistry",
        label="Chemistry",
        apply=where("chemistry"),
        choices=Pack._meta.get_field("chemistry").flatchoices,
    ),
    Filter(key="batch", label="Batch", apply=where("batch__number__iexact")),
)


@requires(Capability.VIEW_INTERNAL)
def queue(request: HttpRequest) -> HttpResponseBase:
    viewer, now = person_of(request), timezone.now()
    packs = packs_to_test(viewer=viewer, at=now)
    if "export" in request.GET:
        return _export(packs, request.GET, viewer, now)
    page = list_page(packs, columns=ON_PAGE, filters=FILTERS, params=request.GET, default_sort=SORT)
    context = {
        "page": page,
        "rows": rows_for(packs=page.rows, viewer=viewer, at=now),
        "estimate": estimate_for(packs=filtered(packs, filters=FILTERS, params=request.GET), at=now),
        "may_record": viewer.may(Capability.RECORD_TESTS),
        "claim_doubt": CLAIM_DOUBT,
    }
    return render(request, "grading/planning/queue.html", context)


def _export(packs: QuerySet[Pack], params: QueryDict, viewer: User, at: datetime) -> HttpResponseBase:
    rows = filtered(packs, filters=FILTERS, params=params)
    rows = ordered(rows, columns=COLUMNS, params=params, default=SORT)
    respond = xlsx_response if params.get("export") == "xlsx" else csv_response
    lines = ([column.value(row) for column in COLUMNS] for row in _explained(rows, viewer, at))
    return respond(name="test-queue", headings=[column.label for column in COLUMNS], rows=lines)


def _explained(packs: QuerySet[Pack], viewer: User, at: datetime) -> Iterator[QueueRow]:
    """Yield the rows of the queue, a few queries for each chunk of packs."""
    rest: Any = packs.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rest, CHUNK)):
        yield from rows_for(packs=chunk, viewer=viewer, at=at)


def _type(pack: Pack) -> str:
    return str(pack.pack_type or f"{pack.make} {pack.model}".strip())


def _routes(row: QueueRow) -> str:
    return " or ".join(ROUTES[route] for route in row.routes)


def _lacks(row: QueueRow) -> str:
    if row.lack is None:
        return "No policy in force"
    skip: Sequence[str] = (SKIP,) if row.lack.skips_resistance else ()
    return ". ".join([row.lack.words, *skip])


SKIP = "Resistance cannot change the route: skip"
