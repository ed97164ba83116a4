"""A draft as a workbook: down, up again, and what was taken from it."""

import io
from pathlib import PurePath

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake.models import Manifest
from intake.queries.manifests import manifests_for
from intake.queries.workbooks import write_draft
from intake.services import manifests
from intake.services.manifests.workbooks import draft_with_rows, take_workbook
from rebattery.accounts.guards import actor_of, person_of, requires
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
    shown = _shown(request, manifest_id)
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
    shown = _shown(request, manifest_id)
    told = request.session.get(_name(shown))
    if told is None:
        return redirect("manifest", shown.pk)
    return render(request, "intake/manifests/workbook.html", {"manifest": shown, "told": told})


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_workbook_drop(request: HttpRequest, manifest_id: int) -> HttpResponse:
    """Leave those rows out that somebody deleted in the workbook."""
    shown = _shown(request, manifest_id)
    rows = request.session.get(_name(shown), {}).get("missing_rows", [])
    try:
        manifests.drop_rows(manifest_id=shown.pk, rows=rows, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, f"{refused.message} Nothing was changed.")
    else:
        request.session.pop(_name(shown), None)
        if rows:
            said = "1 row is left out." if len(rows) == 1 else f"{len(rows)} rows are left out."
            messages.success(request, said)
    return redirect("manifest", shown.pk)


def _download(manifest: Manifest) -> HttpResponseBase:
    workbook = io.BytesIO()
    write_draft(manifest=manifest, target=workbook, at=timezone.now())
    return workbook_response(name=f"{PurePath(manifest.file_name).stem}-draft", workbook=workbook)


def _shown(request: HttpRequest, manifest_id: int) -> Manifest:
    return get_object_or_404(manifests_for(viewer=person_of(request)), pk=manifest_id)


def _name(manifest: Manifest) -> str:
    return f"workbook-{manifest.pk}"
