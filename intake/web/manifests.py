"""One manifest on its one page: how far it is, what is wrong with it, how it is mended, the file itself."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.models import Batch, Manifest, ManifestState
from intake.queries.batches import batches_for
from intake.queries.corrections import in_force
from intake.queries.differences import outcome_of
from intake.queries.manifests import manifests_for, progress_of
from intake.queries.repair import history_of, problem_rows
from intake.services import manifests
from intake.services.files import path_of
from intake.web.repair import is_editable, page_url
from intake.web.repair_answers import reading_now
from intake.web.repair_check import check_context
from intake.web.repair_columns import is_open
from intake.web.repair_reading import columns_context, file_context
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.downloads import OPAQUE, download
from rebattery.ui.exports import csv_response

_PROBLEM_HEADINGS = ("Row", "Column", "Value in the file", "Rule", "Severity", "What is wrong", "What to do")
_STAGES = {"read": "Read", "columns": "Columns", "check": "Check", "announce": "Announce"}
_SHOWN = ("read", "columns", "check")


@requires(Capability.VIEW_BATCHES)
def manifest(request: HttpRequest, manifest_id: int) -> HttpResponseBase:
    viewer = person_of(request)
    shown = get_object_or_404(manifests_for(viewer=viewer), pk=manifest_id)
    if "export" in request.GET:
        rows = _problems(shown)
        return csv_response(name=f"problems-{shown.pk}", headings=_PROBLEM_HEADINGS, rows=rows)
    asked = request.GET.dict()
    steps = history_of(manifest=shown)
    corrections = in_force(steps)
    now = reading_now(shown, corrections.answers)
    stage = _stage_of(shown, asked.get("stage", ""), now)
    progress = progress_of(manifest=shown, at=timezone.now())
    may_upload = viewer.may(Capability.UPLOAD_MANIFEST)
    context: dict[str, Any] = {
        "manifest": shown,
        "batch": _batch_of(shown, viewer),
        "stage": stage,
        "track": _track(shown, stage, is_announcing=progress.is_announcing),
        "progress": progress,
        "steps": steps,
        "may_upload": may_upload,
        "may_edit": may_upload and is_editable(shown),
        "may_answer": may_upload and shown.state in (ManifestState.DRAFT, ManifestState.REFUSED),
        "may_read_again": may_upload and shown.state in (ManifestState.REFUSED, ManifestState.FAILED),
    }
    if stage == "check":
        asked |= {"stage": "check"}
        context |= check_context(shown, asked, steps, corrections, today=timezone.localdate())
    elif stage == "announce":
        context["outcome"] = outcome_of(manifest=shown)
    elif stage == "columns":
        context |= columns_context(shown, now)
    elif stage == "read":
        context |= file_context(shown, now, steps)
    return render(request, "intake/manifests/detail.html", context)


def _batch_of(manifest: Manifest, viewer: User) -> Batch | None:
    """Return the batch that the file made, or that it has corrected."""
    batches = batches_for(viewer=viewer)
    if manifest.replaces_id and manifest.state == ManifestState.IMPORTED:
        return batches.filter(pk=manifest.replaces_id).first()
    return batches.filter(manifest=manifest).first()


def _stage_of(manifest: Manifest, wanted: str, now: dict[str, str]) -> str:
    """Return what the page shows; nothing below its head while a worker reads the file."""
    if manifest.state == ManifestState.QUEUED:
        return ""
    if manifest.state in (ManifestState.REFUSED, ManifestState.FAILED, ManifestState.DISCARDED):
        return "read"
    if wanted in _SHOWN and (wanted != "check" or manifest.state == ManifestState.DRAFT):
        return wanted
    if manifest.state == ManifestState.IMPORTED:
        return "announce"
    return "columns" if is_open(manifest, now) else "check"


def _track(manifest: Manifest, stage: str, *, is_announcing: bool) -> list[dict[str, str]]:
    """Return the stages with their look; those that can be shown are links."""
    is_read = manifest.state in (ManifestState.DRAFT, ManifestState.IMPORTED)
    is_done = manifest.state == ManifestState.IMPORTED
    here = stage or ("announce" if is_announcing else "read")
    names = list(_STAGES)
    shown = ("read", "columns", "announce") if is_done else _SHOWN
    return [
        {
            "label": label,
            "url": page_url(manifest.pk, {}, stage=name) if is_read and name in shown else "",
            "look": "here" if name == here else "done" if is_done or place < names.index(here) else "",
        }
        for place, (name, label) in enumerate(_STAGES.items())
    ]


def _problems(manifest: Manifest) -> Iterator[tuple[Any, ...]]:
    for row, problem in problem_rows(manifest=manifest):
        names = ("column", "value", "rule", "severity", "message", "fix")
        yield (row, *(problem.get(name) for name in names))


@requires(Capability.VIEW_BATCHES)
def manifest_progress(request: HttpRequest, manifest_id: int) -> HttpResponse:
    """Answer with the progress block alone; once all is settled, have the whole page loaded again."""
    shown = get_object_or_404(manifests_for(viewer=person_of(request)), pk=manifest_id)
    progress = progress_of(manifest=shown, at=timezone.now())
    response = render(request, "intake/manifests/_progress.html", {"manifest": shown, "progress": progress})
    if not progress.is_waiting:
        response["HX-Refresh"] = "true"
    return response


@requires(Capability.VIEW_BATCHES)
def manifest_file(request: HttpRequest, manifest_id: int) -> FileResponse:
    shown = get_object_or_404(manifests_for(viewer=person_of(request)), pk=manifest_id)
    return download(path_of(shown.stored_file), file_name=shown.file_name, media_type=OPAQUE)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_again(request: HttpRequest, manifest_id: int) -> HttpResponse:
    shown = get_object_or_404(manifests_for(viewer=person_of(request)), pk=manifest_id)
    try:
        manifests.read_again(manifest_id=shown.pk, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{shown.file_name} is being read again.")
    return redirect("manifest", shown.pk)
