"""The steps on one review."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from grading.models import ReviewCase
from grading.queries.review_desk import next_to_decide
from grading.queries.review_queue import review_cases
from grading.services import reviews
from grading.web.review_case import case_page
from grading.web.review_filters import asked
from grading.web.review_forms import (
    AnswerForm,
    ConfirmForm,
    HoldForm,
    OverrideForm,
    RetestForm,
    SeenForm,
    StepForm,
)
from grading.web.review_posting import posted
from grading.web.review_undo import remember
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.dates import day_in_words
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation


@requires(Capability.DECIDE_REVIEWS)
@posted
def review_confirm(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = ConfirmForm(request.POST)
    return _step(request, case, confirm_form=form, act=lambda **why: _confirm(case, form, **why))


@requires(Capability.DECIDE_REVIEWS)
@posted
def review_retest(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = RetestForm(request.POST)
    return _step(request, case, retest_form=form, act=lambda **why: _retest(case, form, **why))


@requires(Capability.DECIDE_REVIEWS)
@posted
def review_override(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = OverrideForm(request.POST, decided=case.decision.grade)
    return _step(request, case, override_form=form, act=lambda **why: _override(case, form, **why))


@requires(Capability.DECIDE_REVIEWS)
@posted
def review_hold(request: HttpRequest, case_id: int) -> HttpResponse:
    case = get_object_or_404(review_cases(), pk=case_id)
    form = HoldForm(request.POST)
    return _step(request, case, hold_form=form, act=lambda **why: _hold(case, form, **why))


@requires(Capability.DECIDE_REVIEWS)
@posted
def review_end_hold(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take a review up again before its day."""
    case = get_object_or_404(review_cases(), pk=case_id)
    seen = SeenForm(request.POST)
    if not seen.is_valid():
        return redirect("review_case", case.pk)
    try:
        reviews.end_hold(case_id=case.pk, actor=actor_of(request), at=timezone.now(), **seen.cleaned_data)
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"The review of pack {case.pack.serial} waits in front again.")
    return redirect("review_case", case.pk)


@requires(Capability.DECIDE_REVIEWS)
@posted
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
            form.take(version=case.version)
        else:
            remember(request, case_ids=[case.pk], words=done)
            return _next(request, case)
    return case_page(request, case, **forms)


def _next(request: HttpRequest, case: ReviewCase) -> HttpResponse:
    """Lead to the next review of the group, within what the person looks through."""
    wanted = asked(request.GET, viewer=person_of(request), on=timezone.now().date())
    after = next_to_decide(rows=wanted.rows, case=case)
    page = reverse("review_case", args=[after]) if after else reverse("review_queue")
    return redirect(f"{page}{wanted.kept}")


def _confirm(case: ReviewCase, form: StepForm, **why: Any) -> str:
    reviews.confirm(cases={case.pk: form.cleaned_data["version"]}, **why)
    return f"{case.decision.grade} of pack {case.pack.serial} confirmed."


def _retest(case: ReviewCase, form: RetestForm, **why: Any) -> str:
    reviews.order_retest(cases={case.pk: form.cleaned_data["version"]}, demand=form.demand, **why)
    return f"Retest of pack {case.pack.serial} ordered."


def _hold(case: ReviewCase, form: StepForm, **why: Any) -> str:
    until = form.cleaned_data["until"]
    reviews.hold(case_id=case.pk, version=form.cleaned_data["version"], until=until, **why)
    return f"Pack {case.pack.serial} is put aside until {day_in_words(until)}."


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
