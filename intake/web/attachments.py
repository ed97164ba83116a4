"""Documents of a batch: send them, follow them, see each, say of which pack it is, withdraw a wrong one."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake.models import Attachment, Batch
from intake.queries.attachments import (
    LOOSE,
    STANDING,
    WITHDRAWN,
    attachments_for,
    documents_of,
    in_standing,
    naming,
    opening_of,
    story_of_attachment,
)
from intake.queries.batches import batches_for
from intake.services import attachments
from intake.services.files import path_of
from intake.web.attempts import attempt
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.downloads import download
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where

COLUMNS = (
    Column(key="name", label="Document", value=lambda row: row.file_name, is_code=True),
    Column(key="pack", label="Pack", value=lambda row: row.pack and row.pack.serial, is_code=True),
    Column(key="kind", label="Kind", value=lambda row: row.get_kind_display()),
    Column(
        key="size",
        label="Size (kB)",
        value=lambda row: -(-row.stored_file.byte_count // 1000),
        is_number=True,
    ),
    Column(key="taken", label="Taken", value=lambda row: row.captured_at.replace("T", " ")),
    Column(key="added", label="Added", value=lambda row: row.added_at, sort="id"),
    Column(key="state", label="State", value=lambda row: state_of(row)),
)
FILTERS = (
    Filter(key="q", label="Name or serial", apply=naming),
    Filter(
        key="kind",
        label="Kind",
        apply=where("kind"),
        choices=Attachment._meta.get_field("kind").flatchoices,
    ),
    Filter(
        key="show",
        label="Show",
        apply=in_standing,
        choices=((STANDING, "Not withdrawn"), (LOOSE, "Without a pack"), (WITHDRAWN, "Withdrawn")),
    ),
)


@requires(Capability.VIEW_BATCHES)
def attachment_list(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    shown = _batch(request, batch_id)
    rows = attachments_for(viewer=person_of(request)).filter(batch=shown)
    if "export" in request.GET:
        return list_export(
            rows, name=f"{shown.number}-documents", columns=COLUMNS, filters=FILTERS, params=request.GET
        )
    page = list_page(rows, columns=COLUMNS, filters=FILTERS, params=request.GET)
    return render(request, "intake/attachments/list.html", {"batch": shown, "page": page})


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def attachment_add(request: HttpRequest, batch_id: int) -> HttpResponse:
    shown = _batch(request, batch_id)
    chosen: list[Any] = request.FILES.getlist("documents")
    if not chosen:
        messages.error(request, "Choose at least one file. Nothing was sent.")
    for upload in chosen:
        try:
            attachments.accept(
                batch=shown,
                file_name=upload.name or "",
                content=upload.file,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            messages.error(request, f"{upload.name}: {refused.message}")
    return redirect(f"{reverse('batch', args=[shown.pk])}#documents")


@require_safe
@requires(Capability.VIEW_BATCHES)
def attachments_progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Answer with the progress block alone; once all is settled, have the whole page loaded again."""
    shown = _batch(request, batch_id)
    opening = opening_of(batch=shown, at=timezone.now())
    context = {"batch": shown, "opening": opening}
    response = render(request, "intake/attachments/_progress.html", context)
    if opening is None:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@requires(Capability.VIEW_BATCHES)
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponse:
    viewer = person_of(request)
    shown = _attachment(request, attachment_id)
    story = story_of_attachment(attachment=shown, viewer=viewer)
    context = {
        "attachment": shown,
        "is_internal": viewer.may(Capability.VIEW_INTERNAL),
        "may_change": viewer.may(Capability.UPLOAD_MANIFEST) and shown.withdrawn_at is None,
        "story": story,
        "own_reason": next((line.reason for line in story if line.event_type == "attachment.withdrawn"), ""),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
    }
    return render(request, "intake/attachments/detail.html", context)


@require_safe
@requires(Capability.VIEW_BATCHES)
def attachment_file(request: HttpRequest, attachment_id: int) -> FileResponse:
    shown = _attachment(request, attachment_id)
    path = path_of(shown.stored_file)
    return download(path, file_name=shown.download_name, media_type=shown.media_type)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def attachment_assign(request: HttpRequest, attachment_id: int) -> HttpResponse:
    shown = _attachment(request, attachment_id)
    try:
        assigned = attachments.assign(
            attachment_id=shown.pk,
            serial=request.POST.get("serial", ""),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except RuleViolation as refused:
        messages.error(request, f"{shown.file_name}: {refused.message}")
    else:
        messages.success(request, f"{assigned.file_name} is now with pack {assigned.pack}.")
    if request.POST.get("back") == "batch":
        return redirect(f"{reverse('batch', args=[shown.batch_id])}#documents")
    return redirect("attachment", shown.pk)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def attachment_withdraw(request: HttpRequest, attachment_id: int) -> HttpResponse:
    shown = _attachment(request, attachment_id)
    reason, actor, at = request.POST.get("reason", ""), actor_of(request), timezone.now()
    attempt(
        request,
        lambda: attachments.withdraw(attachment_id=shown.pk, reason=reason, actor=actor, at=at),
        f"{shown.file_name} is withdrawn.",
    )
    return redirect("attachment", shown.pk)


def pane_of(batch: Batch, viewer: User) -> dict[str, Any]:
    """Return what ``intake/attachments/_pane.html`` needs."""
    return {
        "documents": documents_of(batch=batch, at=timezone.now()),
        "documents_limit_mb": settings.UPLOAD_LIMIT_BYTES // 1024**2,
        "may_send": viewer.may(Capability.UPLOAD_MANIFEST),
    }


def state_of(row: Attachment) -> str:
    """Return in words whether the document counts, and whether its pack is known."""
    if row.withdrawn_at:
        return "Withdrawn"
    if row.pack_id:
        return "With its pack"
    return "Several packs fit" if row.candidates else "Without a pack"


def _batch(request: HttpRequest, batch_id: int) -> Batch:
    return get_object_or_404(batches_for(viewer=person_of(request)), pk=batch_id)


def _attachment(request: HttpRequest, attachment_id: int) -> Attachment:
    return get_object_or_404(attachments_for(viewer=person_of(request)), pk=attachment_id)
