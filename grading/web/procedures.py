"""Procedures: the list, one version, a new one, import and export."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grading.domain.procedure import ProcedureInvalid
from grading.domain.procedure_fields import STATUS_WORDS
from grading.domain.procedure_words import differences, sections
from grading.models import ProcedureVersion
from grading.queries.procedures import in_use, named, next_version, previous_of
from grading.queries.procedures import procedures as published
from grading.services.procedures import publish, retire
from grading.web.procedure_forms import ImportForm, VersionForm
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of
from rebattery.errors import RuleViolation
from rebattery.ui.exports import json_response, list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page, where


class RetireForm(forms.Form):
    """Why a version is no longer to be picked."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stands in the trail. Results stay as they are.",
    )


@requires(Capability.VIEW_INSTRUMENTS)
def procedures(request: HttpRequest) -> HttpResponseBase:
    options: dict[str, Any] = {"columns": COLUMNS, "filters": FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(published(), name="procedures", default_sort="title", **options)
    context = {
        "page": list_page(published(), default_sort="title", **options),
        "may_manage": person_of(request).may(Capability.MANAGE_PROCEDURES),
    }
    return render(request, "grading/procedures/list.html", context)


def _state(version: ProcedureVersion) -> str:
    return "retired" if version.retired_at else "published"


COLUMNS: Sequence[Column] = (
    Column(key="title", label="Procedure", value=lambda row: row.title, sort="title"),
    Column(key="code", label="Code", value=lambda row: row.code, sort="code", is_code=True),
    Column(key="version", label="Version", value=lambda row: row.version, sort="version", is_number=True),
    Column(key="kind", label="Kind", value=lambda row: row.get_kind_display(), sort="kind"),
    Column(key="state", label="State", value=_state),
    Column(key="at", label="Published", value=lambda row: row.published_at, sort="published_at"),
    Column(key="by", label="By", value=lambda row: row.published_by),
)


def _in_state(versions: QuerySet[ProcedureVersion], state: str) -> QuerySet[ProcedureVersion]:
    return in_use(versions) if state == "in_use" else versions.filter(retired_at__isnull=False)


FILTERS: Sequence[Filter] = (
    Filter(key="q", label="Code or title", apply=named),
    Filter(key="kind", label="Kind", apply=where("kind"), choices=ProcedureVersion.Kind.choices),
    Filter(
        key="state",
        label="State",
        apply=_in_state,
        choices=(("in_use", "Newest in use"), ("retired", "Retired")),
    ),
)


@requires(Capability.VIEW_INSTRUMENTS)
def procedure(request: HttpRequest, procedure_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=procedure_id)
    return render(request, "grading/procedures/detail.html", _shown(request, version, RetireForm()))


def _shown(request: HttpRequest, version: ProcedureVersion, form: RetireForm) -> dict[str, Any]:
    before = previous_of(version=version)
    return {
        "version": version,
        "document": version.document,
        "sections": sections(version.document),
        "sources": [
            (STATUS_WORDS[source["status"]], source["text"]) for source in version.document["sources"]
        ],
        "before": before,
        "differences": differences(before.document, version.document) if before else [],
        "story": story_of(subject_type="procedure", subject_id=version.pk),
        "form": form,
        "may_manage": person_of(request).may(Capability.MANAGE_PROCEDURES),
    }


@requires(Capability.VIEW_INSTRUMENTS)
@require_GET
def procedure_export(request: HttpRequest, procedure_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=procedure_id)
    return json_response(name=f"{version.code}-v{version.version}", document=version.document)


@requires(Capability.MANAGE_PROCEDURES)
def procedure_next(request: HttpRequest, procedure_id: int) -> HttpResponse:
    shown = get_object_or_404(published(), pk=procedure_id)
    form = VersionForm(shown.document, request.POST or None)
    if form.is_valid():
        document = form.written(lambda code: next_version(code=code))
        if response := _published(request, form, document):
            return response
    context = {"form": form, "version": shown, "title": f"New version of {shown.title}"}
    return render(request, "grading/procedures/form.html", context)


@requires(Capability.MANAGE_PROCEDURES)
def procedure_import(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (response := _published(request, form, form.cleaned_data["file"])):
        return response
    return render(request, "grading/procedures/form.html", {"form": form, "title": "Import a procedure"})


def _published(request: HttpRequest, form: forms.Form, document: dict[str, Any]) -> HttpResponse | None:
    """Publish ``document`` and go to its page; None when it is refused, with the reasons on ``form``."""
    now: datetime = timezone.now()
    try:
        version = publish(document=document, actor=actor_of(request), at=now)
    except ProcedureInvalid as refused:
        _show_faults(form, refused)
    except RuleViolation as refused:
        apply_rule_violation(form, refused)
    else:
        said = "published" if version.published_at == now else "is already here, unchanged"
        messages.success(request, f"{version} {said}.")
        return redirect("procedure", version.pk)
    return None


def _show_faults(form: forms.Form, refused: ProcedureInvalid) -> None:
    if isinstance(form, VersionForm):
        form.show_faults(refused)
        return
    for fault in refused.faults:
        form.add_error(None, fault)


@requires(Capability.MANAGE_PROCEDURES)
@require_POST
def procedure_retire(request: HttpRequest, procedure_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=procedure_id)
    form = RetireForm(request.POST)
    if form.is_valid():
        try:
            retire(procedure_id=version.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, f"{version} retired.")
        return redirect("procedure", version.pk)
    return render(request, "grading/procedures/detail.html", _shown(request, version, form))
