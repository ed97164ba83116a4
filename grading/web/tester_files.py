"""Files of testers: the list and the door, one file on its page, the raw file."""

from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grading.models import TesterFile
from grading.queries import tester_files as queries
from grading.services import tester_files
from grading.web.tester_files_forms import SendForm
from grading.web.tester_files_page import page_context
from intake.services.files import path_of
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.downloads import OPAQUE, download
from rebattery.ui.exports import list_export
from rebattery.ui.forms import faults_in_words
from rebattery.ui.listing import Column, Filter, list_page
from rebattery.ui.templatetags.words import poll_interval

_BY_SCRIPT = "X-Upload"
COLUMNS = (
    Column(key="file", label="File", value=lambda row: row.file_name, sort="file_name"),
    Column(key="state", label="State", value=lambda row: row.get_state_display(), sort="state"),
    Column(key="pack", label="Pack", value=lambda row: row.pack and row.pack.serial, is_code=True),
    Column(key="format", label="Format", value=lambda row: row.format.replace("_", " ")),
    Column(key="findings", label="Findings", value=lambda row: ", ".join(row.flag_codes)),
    Column(key="why", label="What it waits for", value=lambda row: row.why.split("\n", 1)[0]),
    Column(
        key="size",
        label="Size (kB)",
        value=lambda row: -(-row.stored_file.byte_count // 1000),
        is_number=True,
    ),
    Column(
        key="by", label="From", value=lambda row: f"{row.received_by}, {row.get_source_display().lower()}"
    ),
    Column(key="at", label="Received", value=lambda row: row.received_at, sort="id"),
)
_HEADED = ("file", "state", "pack", "why", "at")
"""Columns of the page; what else the export has stands within them."""
FILTERS = (
    Filter(key="q", label="Name, serial or SHA-256", apply=queries.named),
    Filter(
        key="state",
        label="State",
        apply=queries.in_state,
        choices=((queries.NEEDS_PERSON, "Needs a person or is ready"), *TesterFile.State.choices),
    ),
    Filter(key="format", label="Format", apply=queries.of_format),
    Filter(key="by", label="From", apply=queries.sent_by),
    Filter(key="flag", label="Finding, such as E_SIGN", apply=queries.with_flag),
)


@require_safe
@requires(Capability.VIEW_INTERNAL)
def tester_file_list(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows = queries.tester_files_for(viewer=viewer)
    if "export" in request.GET:
        return list_export(rows, name="tester-files", columns=COLUMNS, filters=FILTERS, params=request.GET)
    page = list_page(rows, columns=COLUMNS, filters=FILTERS, params=request.GET)
    now = timezone.now()
    waiting = [
        (now - row.received_at).total_seconds() for row in page.rows if row.state == TesterFile.State.QUEUED
    ]
    context = {
        "page": page,
        "headings": [
            heading for column, heading in zip(COLUMNS, page.headings, strict=True) if column.key in _HEADED
        ],
        "form": SendForm(),
        "may_send": viewer.may(Capability.RECORD_TESTS),
        "limit_mb": settings.UPLOAD_LIMIT_BYTES // 1024**2,
        "every": poll_interval(min(waiting)) if waiting else "",
    }
    return render(request, "grading/tester_files/list.html", context)


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_send(request: HttpRequest) -> HttpResponse:
    """Take one file or several; by script one at a time, answered in JSON."""
    form = SendForm(request.POST, request.FILES)
    by_script = _BY_SCRIPT in request.headers
    if not form.is_valid():
        if by_script:
            return JsonResponse({"text": faults_in_words(form)}, status=422)
        messages.error(request, faults_in_words(form))
        return redirect("tester_files")
    for upload in form.cleaned_data["file"]:
        try:
            file, is_new = tester_files.accept(
                file_name=upload.name or "",
                content=cast(BinaryIO, upload.file),
                source=TesterFile.Source.PAGE,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            if by_script:
                return JsonResponse({"text": refused.message}, status=422)
            messages.error(request, f"{upload.name}: {refused.message}")
            continue
        said = "" if is_new else "These very bytes came before; here is what became of them."
        if by_script:
            if said and request.headers[_BY_SCRIPT] == "one":
                messages.info(request, said)
            return JsonResponse({"text": said, "url": reverse("tester_file", args=[file.pk])})
        tell = messages.success if is_new else messages.info
        tell(request, f"{upload.name}: {said or 'taken; a worker reads it.'}")
        if len(form.cleaned_data["file"]) == 1:
            return redirect("tester_file", file.pk)
    return redirect("tester_files")


@require_safe
@requires(Capability.VIEW_INTERNAL)
def tester_file(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    shown = file_or_404(request, tester_file_id)
    return render(request, "grading/tester_files/detail.html", page_context(request, shown))


@require_safe
@requires(Capability.VIEW_INTERNAL)
def tester_file_progress(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    """Answer with the progress block alone; once the file is settled, have the whole page loaded again."""
    shown = file_or_404(request, tester_file_id)
    progress = queries.progress_of(file=shown, at=timezone.now())
    response = render(request, "grading/tester_files/_progress.html", {"file": shown, "progress": progress})
    if not progress.is_waiting:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@requires(Capability.VIEW_INTERNAL)
def tester_file_raw(request: HttpRequest, tester_file_id: int) -> FileResponse:
    shown = file_or_404(request, tester_file_id)
    return download(path_of(shown.stored_file), file_name=shown.file_name, media_type=OPAQUE)


@require_safe
@requires(Capability.VIEW_INTERNAL)
def derivation(request: HttpRequest, derivation_id: int) -> HttpResponse:
    """Lead from a result to the file that it comes from."""
    files = queries.tester_files_for(viewer=person_of(request))
    return redirect("tester_file", get_object_or_404(files, derivations__pk=derivation_id).pk)


def file_or_404(request: HttpRequest, tester_file_id: int) -> TesterFile:
    """Return the file for whoever may see it."""
    files = queries.tester_files_for(viewer=person_of(request))
    return get_object_or_404(
        files.select_related("pack__pack_type", "channel__instrument", "procedure"), pk=tester_file_id
    )
