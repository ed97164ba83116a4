"""The trail: everything that changed, who changed it and why."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from grading.queries.trail import about_pack
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.audit.events import EVENTS
from rebattery.audit.record import plain
from rebattery.audit.trail import committed_with, entry_of, event_or_none, events, in_transaction
from rebattery.ui.day_filters import since, until
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, filtered, list_page, where

TOGETHER = 50
_SUBJECTS = sorted({event.subject for event in EVENTS.values()})
FILTERS = (
    Filter(key="pack", label="Pack serial", apply=about_pack),
    Filter(key="type", label="Event", apply=where("event_type"),
           choices=[(code, code) for code in sorted(EVENTS)]),
    Filter(key="subject", label="About", apply=where("subject_type"),
           choices=[(name, name.replace("_", " ")) for name in _SUBJECTS]),
    Filter(key="actor", label="Who", apply=where("actor_label__icontains")),
    Filter(key="since", label="From", apply=since("at"), is_day=True),
    Filter(key="until", label="To", apply=until("at"), is_day=True),
    Filter(key="request", label="Request", apply=where("request_id")),
    Filter(key="transaction", label="Transaction", apply=in_transaction),
    Filter(key="job", label="Job", apply=where("job_id")),
)  # fmt: skip
COLUMNS = (
    Column(key="id", label="Event", value=lambda row: row.pk, sort="id", is_number=True),
    Column(key="at", label="When", value=lambda row: row.at),
    Column(key="who", label="Who", value=lambda row: row.actor_label),
    Column(key="sentence", label="What", value=lambda row: entry_of(row).sentence),
    Column(key="type", label="Event type", value=lambda row: row.event_type),
    Column(key="subject", label="About", value=lambda row: row.subject_label),
    Column(key="reason", label="Reason", value=lambda row: row.reason),
)


@requires(Capability.VIEW_TRAIL)
def trail(request: HttpRequest) -> HttpResponseBase:
    if request.GET.get("export") == "jsonl":
        rows = filtered(events(), filters=FILTERS, params=request.GET).order_by("id")
        response = StreamingHttpResponse(_json_lines(rows), content_type="application/jsonl; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="trail.jsonl"'
        return response
    if "export" in request.GET:
        return list_export(events(), name="trail", columns=COLUMNS, filters=FILTERS, params=request.GET)
    page = list_page(events(), columns=COLUMNS, filters=FILTERS, params=request.GET)
    entries = [entry_of(event) for event in page.rows]
    return render(request, "grading/trail/list.html", {"page": page, "entries": entries})


@requires(Capability.VIEW_TRAIL)
def trail_event(request: HttpRequest, event_id: int) -> HttpResponseBase:
    event = event_or_none(event_id=event_id)
    if event is None:
        raise Http404
    found, count = committed_with(event, most=TOGETHER)
    context = {
        "event": event,
        "entry": entry_of(event),
        "together": [entry_of(other) for other in found],
        "count": count,
        "json": _json(event, indent=2),
    }
    return render(request, "grading/trail/event.html", context)


def _json_lines(rows: QuerySet[Any]) -> Iterator[str]:
    for event in rows.iterator(chunk_size=2_000):
        yield _json(event) + "\n"


def _json(event: Any, indent: int | None = None) -> str:
    values = {field.attname: getattr(event, field.attname) for field in event._meta.fields}
    return json.dumps(plain(values), ensure_ascii=False, indent=indent)
