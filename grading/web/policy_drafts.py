"""Drafts of policies: begun, shown beside the live one, proposed, published by a second person."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grading.domain.canonical import sha256_of
from grading.domain.policy import PolicyInvalid
from grading.domain.policy_templates import templates
from grading.domain.policy_words import sources as sources_of
from grading.models import PolicyDraft
from grading.queries.policies import drafts, in_force_or_none, next_after, reports_on, standing_of
from grading.queries.publication_effects import effect_of
from grading.services.policy_drafts import (
    discard_draft,
    propose_draft,
    publish_draft,
    start_draft,
    take_back_draft,
)
from grading.web.documents import hashed_file
from grading.web.policy_draft_forms import DiscardForm, PublishForm, RevisionForm, StartForm
from grading.web.policy_fault_words import with_form_words
from grading.web.policy_parts import PARTS
from grading.web.policy_tables import draft_tables
from intake.domain.separation import Act, Judging, why_not
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation


@requires(Capability.MANAGE_POLICIES)
def draft_new(request: HttpRequest) -> HttpResponse:
    initial = {"start": request.GET.get("from", "")}
    form = StartForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            made = start_draft(**form.origin(), actor=actor_of(request), at=timezone.now())
        except PolicyInvalid as refused:
            for fault in refused.faults:
                form.add_error(None, fault)
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            same = f" The file is the same as {form.same_as}." if form.same_as else ""
            messages.success(request, f"{made.title} begun. It decides nothing until it is published.{same}")
            return redirect("policy_draft", made.pk)
    return render(request, "grading/policies/draft_new.html", {"form": form, "templates": templates()})


@requires(Capability.VIEW_POLICIES)
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(drafts(), pk=draft_id))


def _page(
    request: HttpRequest,
    shown: PolicyDraft,
    publish_form: PublishForm | None = None,
    discard_form: DiscardForm | None = None,
) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    live = in_force_or_none(at=now)
    may_manage = person.may(Capability.MANAGE_POLICIES) and shown.is_open
    own = why_not(Judging.PUBLICATION, person.pk, [(Act.WROTE, shown.author_person_id)])
    may_publish = may_manage and shown.state == "proposed" and not own
    is_mine = may_manage and person.pk == shown.author_person_id
    standing = with_form_words(standing_of(document=shown.document, beside=live), shown.document)
    effect = effect_of(draft=shown, live=live) if live else None
    cited = {"cited_report": effect.report.sha256} if effect else {}
    context: dict[str, Any] = {
        "draft": shown,
        "sha256": sha256_of(shown.document),
        "live": live,
        "next": next_after(moment=now),
        "standing": standing,
        "tables": draft_tables(shown.document, standing),
        "effect": effect,
        "parts": PARTS,
        "sources": sources_of(shown.document),
        "story": story_of(subject_type="policy_draft", subject_id=shown.pk),
        "reports": reports_on(draft=shown),
        "is_mine": is_mine,
        "may_manage": may_manage,
        "may_publish": may_publish,
        "not_published": publish_form if publish_form and not may_publish else None,
        "publish_form": publish_form or PublishForm(shown, initial={"revision": shown.revision} | cited),
        "discard_form": discard_form or DiscardForm(),
    }
    return render(request, "grading/policies/draft.html", context)


@requires(Capability.VIEW_POLICIES)
@require_GET
def draft_export(request: HttpRequest, draft_id: int) -> HttpResponse:
    shown = get_object_or_404(drafts(), pk=draft_id)
    name = f"policy-draft-{shown.pk}-r{shown.revision}"
    return hashed_file(name=name, value=shown.document)


@requires(Capability.MANAGE_POLICIES)
@require_POST
def draft_propose(request: HttpRequest, draft_id: int) -> HttpResponse:
    shown = get_object_or_404(drafts(), pk=draft_id)
    form = RevisionForm(request.POST)
    if form.is_valid():
        try:
            propose_draft(draft_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, f"{shown.title} proposed. Another person publishes it.")
    return redirect("policy_draft", shown.pk)


@requires(Capability.MANAGE_POLICIES)
@require_POST
def draft_take_back(request: HttpRequest, draft_id: int) -> HttpResponse:
    shown = get_object_or_404(drafts(), pk=draft_id)
    try:
        take_back_draft(draft_id=shown.pk, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{shown.title} taken back.")
    return redirect("policy_draft", shown.pk)


@requires(Capability.MANAGE_POLICIES)
@require_POST
def draft_publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    shown = get_object_or_404(drafts(), pk=draft_id)
    form = PublishForm(shown, request.POST)
    if form.is_valid():
        try:
            version = publish_draft(
                draft_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
            # As it is now, which is why it was refused: what was typed stands beside it.
            shown = drafts().get(pk=shown.pk)
            form.stand_for(shown.revision)
        else:
            messages.success(
                request, f"{version} published. Decisions of the past stay; nothing is graded again by it."
            )
            return redirect("policy", version.pk)
    return _page(request, shown, publish_form=form)


@requires(Capability.MANAGE_POLICIES)
@require_POST
def draft_discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    shown = get_object_or_404(drafts(), pk=draft_id)
    form = DiscardForm(request.POST)
    if form.is_valid():
        try:
            discard_draft(draft_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, f"{shown.title} discarded.")
        return redirect("policy_draft", shown.pk)
    return _page(request, shown, discard_form=form)
