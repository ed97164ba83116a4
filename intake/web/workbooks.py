"""A draft as a workbook: down, up again, and what was taken from it."""

import io
from pathlib import PurePath

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake.models import Manifest
from intake.queries.workbooks import write_draft
from intake.services import manifests
from intake.services.manifests.workbooks import draft_with_rows, take_workbook
from intake.web.attempts import attempt
from intake.web.repair import draft_of, left_out
from rebattery.accounts.guards import actor_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import workbook_response

_LISTED = 200
"""Of each kind of finding on the page; the numbers are exact."""


class WorkbookForm(forms.Form):
    """The workbook of a draft, mended."""

    file = forms.FileField(label="Workbook", widget=forms.FileInput(attrs={"accept": ".xlsx"}))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.UPLOAD_MANIFEST)
def manifest_workbook(request: HttpRequest, manifest_id: int) -> HttpResponseBase:
    shown = draft_of(request, manifest_id)
    if request.method != "POST":
        try:
            return _download(draft_with_rows(manifest_id=shown.pk))
        except RuleViolation as refused:
            messages.error(request, refused.message)
            return redirect("manifest", shown.pk)
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choose the workbook that you have mended. Nothing was changed.")
        return redirect("manifest", shown.pk)
    upload, actor, at = form.cleaned_data["file"], actor_of(request), timezone.now()
    try:
        taken = take_workbook(manifest_id=shown.pk, content=upload.file, actor=actor, at=at)
    except RuleViolation as refused:
        messages.error(request, refused.message)
        return redirect("manifest", shown.pk)
    request.session[_name(shown)] = taken.told(at_most=_LISTED)
    return redirect("manifest_workbook_result", shown.pk)


@require_safe
@requires(Capability.UPLOAD_MANIFEST)
def manifest_workbook_result(request: HttpRequest, manifest_id: int) -> HttpResponse:
    shown = draft_of(request, manifest_id)
    told = request.session.get(_name(shown))
    if told is None:
        return redirect("manifest", shown.pk)
    return render(request, "intake/manifests/workbook.html", {"manifest": shown, "told": told})


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_workbook_drop(request: HttpRequest, manifest_id: int) -> HttpResponse:
    """Leave those rows out that somebody deleted in the workbook."""
    shown = draft_of(request, manifest_id)
    rows = request.session.get(_name(shown), {}).get("missing_rows", [])
    actor, at = actor_of(request), timezone.now()
    is_done = attempt(
        request,
        lambda: manifests.drop_rows(manifest_id=shown.pk, rows=rows, actor=actor, at=at),
        left_out(len(rows)) if rows else "",
    )
    if is_done:
        request.session.pop(_name(shown), None)
    return redirect("manifest", shown.pk)


def _download(manifest: Manifest) -> HttpResponseBase:
    workbook = io.BytesIO()
    write_draft(manifest=manifest, target=workbook, at=timezone.now())
    return workbook_response(name=f"{PurePath(manifest.file_name).stem}-draft", workbook=workbook)


def _name(manifest: Manifest) -> str:
    return f"workbook-{manifest.pk}"
