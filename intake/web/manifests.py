"""One manifest: how far its reading is, what is wrong with it, the file itself."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.models import ManifestState
from intake.queries.manifests import RuleCount, columns_of, manifests_for, problems_of, progress_of, rules_of
from intake.services import manifests
from intake.services.files import path_of
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page

PROBLEM_COLUMNS = (
    Column(key="row", label="Row", value=lambda row: row.row or "file", is_number=True),
    Column(key="column", label="Column", value=lambda row: row.column),
    Column(key="value", label="Value in the file", value=lambda row: row.value, is_code=True),
    Column(key="rule", label="Rule", value=lambda row: row.rule),
    Column(key="severity", label="Severity", value=lambda row: row.severity),
    Column(key="message", label="What is wrong", value=lambda row: row.message),
    Column(key="fix", label="What to do", value=lambda row: row.fix),
)
_SEVERITIES = (("error", "Errors"), ("warning", "Warnings"))


@requires(Capability.VIEW_BATCHES)
def manifest(request: HttpRequest, manifest_id: int) -> HttpResponseBase:
    viewer = person_of(request)
    shown = get_object_or_404(manifests_for(viewer=viewer).select_related("batch"), pk=manifest_id)
    rows, rules = problems_of(manifest=shown), rules_of(manifest=shown)
    filters = _filters(rules)
    if "export" in request.GET:
        name = f"problems-{shown.pk}"
        return list_export(
            rows, name=name, columns=PROBLEM_COLUMNS, filters=filters, params=request.GET, default_sort="id"
        )
    context = {
        "manifest": shown,
        "columns": columns_of(manifest=shown),
        "may_upload": viewer.may(Capability.UPLOAD_MANIFEST),
        "progress": progress_of(manifest=shown, at=timezone.now()),
        "rules": rules,
        "page": list_page(
            rows, columns=PROBLEM_COLUMNS, filters=filters, params=request.GET, default_sort="id"
        ),
        "may_read_again": viewer.may(Capability.UPLOAD_MANIFEST)
        and shown.state in (ManifestState.REFUSED, ManifestState.FAILED),
    }
    return render(request, "intake/manifests/detail.html", context)


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
    response = FileResponse(
        path_of(shown.stored_file).open("rb"),
        as_attachment=True,
        filename=shown.file_name,
        content_type="application/octet-stream",
    )
    response["Content-Security-Policy"] = "sandbox"
    return response


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


def _filters(rules: Sequence[RuleCount]) -> Sequence[Filter]:
    return (
        Filter(
            key="rule",
            label="Rule",
            apply=lambda rows, rule: rows.filter(rule=rule),
            choices=[(found.rule, f"{found.label} ({found.count})") for found in rules],
        ),
        Filter(
            key="severity",
            label="Severity",
            apply=lambda rows, severity: rows.filter(severity=severity),
            choices=_SEVERITIES,
        ),
    )
