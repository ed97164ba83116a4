"""Reject reports: of one pack and of a batch, as a page and as a paper."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grading.queries.dossiers import pack_for
from grading.queries.packs import with_serial
from grading.queries.reject_reports import (
    AT_ONCE,
    RejectReport,
    photo_label,
    rejects_for,
    report_of,
    reports_of,
)
from grading.web.reject_report_words import document_of, sheet_of
from intake.models import Batch, Pack
from intake.queries.batches import batches_for
from intake.services.files import path_of
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page
from rebattery.ui.pdf import pdf_response, typeset
from rebattery.ui.templatetags.words import utc

COLUMNS = (
    Column(key="serial", label="Serial", value=lambda row: row.serial, sort="serial", is_code=True),
    Column(key="status", label="State", value=lambda row: row.get_status_display()),
    Column(key="type", label="Type", value=lambda row: f"{row.make} {row.model}".strip()),
    Column(key="law", label="In law", value=lambda row: row.get_legal_status_display()),
    Column(key="since", label="Since", value=lambda row: row.status_at),
)
FILTERS = (Filter(key="q", label="Serial", apply=with_serial),)
NOT_YET = "There is no reject report: the pack is not rejected, or a reviewer can still take that back."


@require_safe
@requires(Capability.VIEW_PACKS)
def reject_report(request: HttpRequest, pack_id: int) -> HttpResponse:
    viewer = person_of(request)
    pack = get_object_or_404(pack_for(viewer=viewer), pk=pack_id)
    report = report_of(pack=pack, at=timezone.now())
    context: dict[str, Any] = {"pack": pack, "report": report}
    if report:
        context["sheet"] = sheet_of(report)
        context["photos"] = [(photo_label(photo), photo) for photo in report.photos]
        context["may_dispute"] = viewer.may(Capability.DISPUTE_RESULTS) and not report.obstacle_to_dispute
    return render(request, "grading/reject_report/pack.html", context)


@require_safe
@requires(Capability.VIEW_PACKS)
def reject_report_pdf(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = get_object_or_404(pack_for(viewer=person_of(request)), pk=pack_id)
    report = report_of(pack=pack, at=timezone.now())
    if report is None:
        messages.warning(request, NOT_YET)
        return redirect("reject_report", pack_id)
    title = f"Reject report {pack.serial}"
    document = document_of(reports=[report], title=title, facts=_head(report.pack, report.settled_at))
    document["packs"][0]["photos"] = _pictures(report)
    return _paper(f"reject-{pack.serial}", document, report.settled_at)


@require_safe
@requires(Capability.VIEW_PACKS)
def batch_rejects(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    batch, packs = _rejects_of(request, batch_id)
    listing: dict[str, Any] = {"columns": COLUMNS, "filters": FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(packs, name=f"{batch.number}-rejects", default_sort="serial", **listing)
    context = {
        "batch": batch,
        "page": list_page(packs, default_sort="serial", **listing),
        "parts": range(1, -(-packs.count() // AT_ONCE) + 1),
        "at_once": AT_ONCE,
    }
    return render(request, "grading/reject_report/batch.html", context)


@require_safe
@requires(Capability.VIEW_PACKS)
def batch_rejects_pdf(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch, packs = _rejects_of(request, batch_id)
    asked = request.GET.get("part", "")
    part = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    begin = max(part - 1, 0) * AT_ONCE
    packs = packs.order_by("serial", "pk")
    reports = reports_of(packs=list(packs[begin : begin + AT_ONCE]), at=timezone.now())
    if not reports:
        messages.warning(request, "There is no reject report: no pack of this batch is rejected for good.")
        return redirect("batch_rejects", batch_id)
    newest = max(report.settled_at for report in reports)
    title = f"Reject report {batch.number}" + (f", part {part}" if begin else "")
    head = [
        *_head(reports[0].pack, newest)[:2],
        ["Packs", str(len(reports))],
        ["Newest decision", utc(newest)],
    ]
    head.append(["Photos", "Each pack's own report shows them."])
    document = document_of(reports=reports, title=title, facts=head)
    return _paper(f"rejects-{batch.number}-{part}", document, newest)


def _rejects_of(request: HttpRequest, batch_id: int) -> tuple[Batch, QuerySet[Pack]]:
    viewer = person_of(request)
    batch = get_object_or_404(batches_for(viewer=viewer), pk=batch_id)
    return batch, rejects_for(viewer=viewer, at=timezone.now()).filter(batch=batch)


def _head(pack: Pack, settled_at: datetime) -> list[list[str]]:
    return [
        ["Supplier", pack.supplier.name],
        ["Batch", pack.batch.number],
        ["Rejected", utc(settled_at)],
    ]


def _pictures(report: RejectReport) -> list[dict[str, str]]:
    """Return the photos without metadata that are on disk; paths begin at the folder of files."""
    found = []
    for photo in report.photos:
        path = path_of(photo.shown)
        if path.is_file():
            label = f"{photo_label(photo)}, {utc(photo.at)}"
            found.append({"path": f"/{path.relative_to(settings.FILES_ROOT).as_posix()}", "alt": label})
    return found


def _paper(name: str, document: dict[str, Any], at: datetime) -> HttpResponse:
    content = typeset(sheet="reject_report", document=document, at=at, pictures=settings.FILES_ROOT)
    return pdf_response(name=name, content=content)
