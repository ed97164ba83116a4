"""The review queue, one review, and the steps on it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from grading.models import ReviewCase
from grading.queries.disputes import disputes_waiting
from grading.queries.dossiers import dossier_of
from grading.queries.review_queue import (
    RuleGroup,
    neighbors,
    obstacles,
    review_cases,
    reviews_waiting,
    rule_groups,
)
from grading.services import reviews
from grading.web.review_forms import AnswerForm, ConfirmForm, GroupForm, OverrideForm, RetestForm, StepForm
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page

DISPUTES_SHOWN = 10
COLUMNS = (
    Column(key="serial", label="Pack", value=lambda row: row.pack.serial, is_code=True),
    Column(key="grade", label="Decision", value=lambda row: f"{row.decision.grade} ({row.decision.policy})"),
    Column(key="why", label="Why", value=lambda row: row.decision.reasons[0]["sentence"]),
    Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="opened", label="Waiting since", value=lambda row: row.opened_at, sort="opened_at"),
)


STATES = (("open", "Waiting for a reviewer"), ("override_requested", "Waiting for a second person"))


def _filters(groups: Sequence[RuleGroup]) -> tuple[Filter, ...]:
    rules = tuple((group.rule, f"{group.label} ({group.count})") for group in groups)
    return (
        Filter(key="rule", label="Rule", apply=lambda rows, rule: rows.filter(rule=rule), choices=rules),
        Filter(
            key="state",
            label="State",
            apply=lambda rows, state: rows.filter(state=state),
            choices=STATES,
        ),
        Filter(key="q", label="Serial", apply=lambda rows, text: rows.filter(pack__serial__icontains=text)),
    )


@requires(Capability.VIEW_REVIEWS)
def review_queue(request: HttpRequest) -> HttpResponseBase:
    if "export" in request.GET:
        return list_export(
            reviews_waiting(),
            name="reviews",
            columns=COLUMNS,
            filters=_filters(rule_groups()),
            params=request.GET,
            default_sort="opened_at",
        )
    return _queue(request, GroupForm())


@requires(Capability.DECIDE_REVIEWS)
@require_POST
def review_confirm_group(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST)
    if form.is_valid():
        try:
            found = reviews.confirm(
                cases=form.cleaned_data["cases"], why=form.why, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"{len(found)} decisions confirmed.")
            return redirect("review_queue")
    return _queue(request, form)


def _queue(request: HttpRequest, form: GroupForm) -> HttpResponse:
    groups, viewer = rule_groups(), person_of(request)
    disputes = disputes_waiting(viewer=viewer)
    context = {
        "form": form,
        "groups": groups,
        "page": list_page(
            reviews_waiting(),
            columns=COLUMNS,
            filters=_filters(groups),
            params=request.GET,
            default_sort="opened_at",
        ),
        "ticked": set(request.POST.getlist("cases")),
        "may_decide": viewer.may(Capability.DECIDE_REVIEWS),
        "disputes": disputes.order_by("id")[:DISPUTES_SHOWN],
        "dispute_count": disputes.count(),
    }
    return render(request, "grading/review/queue.html", context)


@requires(Capability.VIEW_REVIEWS)
def review_case(request: HttpRequest, case_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(review_cases(), pk=case_id))


@requires(Capability.DECIDE_REVIEWS)
@require_POST
def review_confirm(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = ConfirmForm(request.POST)
    return _step(request, case, confirm_form=form, act=lambda **why: _confirm(case, form, **why))


@requires(Capability.DECIDE_REVIEWS)
@require_POST
def review_retest(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = RetestForm(request.POST)
    return _step(request, case, retest_form=form, act=lambda **why: _retest(case, form, **why))


@requires(Capability.DECIDE_REVIEWS)
@require_POST
def review_override(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = OverrideForm(request.POST, decided=case.decision.grade)
    return _step(request, case, override_form=form, act=lambda **why: _override(case, form, **why))


@requires(Capability.DECIDE_REVIEWS)
@require_POST
def review_answer(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = AnswerForm(request.POST)
    act = _approve if request.POST.get("answer") == "approve" else _decline
    return _step(request, case, answer_form=form, act=lambda **why: act(case, form, **why))


def _step(
    request: HttpRequest, case: ReviewCase, *, act: Callable[..., str], **forms: StepForm
) -> HttpResponse:
    """Take one step if its form is filled in; show the page again with what was typed if it is refused."""
    [form] = forms.values()
    if form.is_valid():
        try:
            done = act(why=form.why, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
            case.refresh_from_db()
        else:
            messages.success(request, done)
            _, after = neighbors(case=case)
            return redirect("review_case", after) if after else redirect("review_queue")
    return _page(request, case, **forms)


def _confirm(case: ReviewCase, form: StepForm, **why: Any) -> str:
    reviews.confirm(cases={case.pk: form.cleaned_data["version"]}, **why)
    return f"{case.decision.grade} of pack {case.pack.serial} confirmed."


def _retest(case: ReviewCase, form: RetestForm, **why: Any) -> str:
    reviews.order_retest(cases={case.pk: form.cleaned_data["version"]}, demand=form.demand, **why)
    return f"Retest of pack {case.pack.serial} ordered."


def _override(case: ReviewCase, form: OverrideForm, **why: Any) -> str:
    answers = form.cleaned_data
    reviews.override_request(
        case_id=case.pk,
        version=answers["version"],
        grade=answers["grade"],
        scope=form.wanted_scope,
        **why,
    )
    return f"Override of pack {case.pack.serial} asked for. A second reviewer must answer."


def _approve(case: ReviewCase, form: StepForm, **why: Any) -> str:
    decision = reviews.override_approve(case_id=case.pk, version=form.cleaned_data["version"], **why)
    return f"Pack {case.pack.serial} is now {decision.grade} by override."


def _decline(case: ReviewCase, form: StepForm, **why: Any) -> str:
    reviews.override_decline(case_id=case.pk, version=form.cleaned_data["version"], **why)
    return f"Override of pack {case.pack.serial} declined. The review waits again."


def _page(request: HttpRequest, case: ReviewCase, **forms: StepForm) -> HttpResponse:
    viewer = person_of(request)
    seen = {"version": case.version}
    before, after = neighbors(case=case)
    context = {
        "case": case,
        "pack": case.pack,
        "decision": case.decision,
        "dossier": dossier_of(pack=case.pack, viewer=viewer),
        "obstacles": obstacles(case=case, viewer=viewer),
        "confirm_form": ConfirmForm(initial=seen),
        "retest_form": RetestForm(initial=seen),
        "override_form": OverrideForm(initial=seen, decided=case.decision.grade),
        "answer_form": AnswerForm(initial=seen),
        "before": before,
        "after": after,
        "is_internal": True,
    }
    return render(request, "grading/review/case.html", context | forms)
