"""Published policies: the list, one of them as decision tables, two of them side by side."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grading.domain.canonical import sha256_of
from grading.domain.policy_words import (
    applications,
    evidence_demands,
    floors,
    remarks,
    sources,
    validity,
)
from grading.domain.warranty import all_terms
from grading.models import PolicyVersion
from grading.queries.packs_of_runs import count_graded_before
from grading.queries.policies import (
    compiled,
    decisions_in_force,
    drafts,
    in_force_or_none,
    next_after,
    open_drafts,
    previous_of,
    standing_of,
)
from grading.queries.policies import policies as published
from grading.queries.what_if import reports
from grading.web.documents import hashed_file
from grading.web.policy_tables import published_tables
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of


@requires(Capability.VIEW_POLICIES)
def policies(request: HttpRequest) -> HttpResponse:
    counts = decisions_in_force()
    context = {
        "policies": [(version, counts.get(version.pk, 0)) for version in published()],
        "in_force": in_force_or_none(at=timezone.now()),
        "drafts": open_drafts(),
        "may_manage": person_of(request).may(Capability.MANAGE_POLICIES),
    }
    return render(request, "grading/policies/list.html", context)


@requires(Capability.VIEW_POLICIES)
def policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=policy_id)
    ready = compiled(version)
    live = in_force_or_none(at=timezone.now())
    written = drafts().filter(became=version).first()
    context = {
        "version": version,
        "policy": ready,
        "in_force": live,
        "next": next_after(moment=version.effective_from),
        "older": count_graded_before(version=version) if version == live else 0,
        "tables": published_tables(ready.document),
        "floors": floors(ready),
        "demands": evidence_demands(ready),
        "remarks": remarks(ready),
        "warranty": all_terms(ready),
        "validity": validity(ready),
        "applications": applications(ready),
        "sources": sources(version.document),
        "before": previous_of(version=version),
        "versions": published().filter(code=version.code),
        "others": published().exclude(pk=version.pk),
        "story": story_of(subject_type="policy", subject_id=version.pk),
        "may_manage": person_of(request).may(Capability.MANAGE_POLICIES),
        "cited": reports().filter(sha256=version.cited_report).first(),
        "draft_sha256": sha256_of(written.document) if written else "",
    }
    return render(request, "grading/policies/detail.html", context)


@requires(Capability.VIEW_POLICIES)
@require_GET
def policy_export(request: HttpRequest, policy_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=policy_id)
    name = f"{version.code}-v{version.version}-{version.sha256[:12]}"
    return hashed_file(name=name, value=version.document)


@requires(Capability.VIEW_POLICIES)
@require_GET
def policy_difference(request: HttpRequest, policy_id: int) -> HttpResponse:
    version = get_object_or_404(published(), pk=policy_id)
    beside = _chosen(request) or previous_of(version=version)
    context = {
        "version": version,
        "beside": beside,
        "standing": standing_of(document=version.document, beside=beside),
        "others": published().exclude(pk=version.pk),
    }
    return render(request, "grading/policies/difference.html", context)


def _chosen(request: HttpRequest) -> PolicyVersion | None:
    asked = request.GET.get("from", "")
    if not re.fullmatch(r"\d{1,9}", asked, re.ASCII):
        return None
    return get_object_or_404(published(), pk=int(asked))
