"""One review beside the queue, with all that speaks for or against the decision."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from grading.domain.review_reasons import reason_words
from grading.models import Decision, ReviewCase
from grading.queries.dossiers import dossier_of
from grading.queries.review_desk import lately_opened, oldest_dispute, opened_by
from grading.queries.review_evidence import Behind, band_limits, behind, last_results, type_distribution
from grading.queries.review_queue import WAITING_STATES, Obstacles, obstacles, review_cases
from grading.queries.review_steps import last_steps
from grading.queries.review_story import scope_of_case, story_of_review
from grading.queries.verdict_cards import card_of
from grading.services import reviews
from grading.web.override_ending import may_end
from grading.web.review_charts import curve_charts, distribution_chart
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
from grading.web.review_undo import offer_of
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability

LATELY = timedelta(minutes=15)
"""Somebody who opened the review since may be deciding on it."""
STEPS = {"confirm": "Confirm", "override": "Override", "retest": "Order a retest", "hold": "Hold"}
"""What can be done with a review, in the order of its buttons."""


@requires(Capability.VIEW_REVIEWS)
def review_case(request: HttpRequest, case_id: int) -> HttpResponse:
    case, viewer = get_object_or_404(review_cases(), pk=case_id), person_of(request)
    if viewer.may(Capability.DECIDE_REVIEWS) and case.state in WAITING_STATES:
        reviews.look(case=case, person=viewer, at=timezone.now())
    return case_page(request, case)


@requires(Capability.VIEW_REVIEWS)
def review_standing(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer an open page whether somebody else took a step since it was loaded; nothing while nobody did."""
    case = get_object_or_404(review_cases(), pk=case_id)
    seen = SeenForm(request.GET)
    if not seen.is_valid() or seen.cleaned_data["version"] == case.version:
        return HttpResponse(status=204)
    step = last_steps(case_ids=[case.pk]).get(case.pk)
    return render(request, "grading/review/_changed.html", {"case": case, "step": step})


def case_page(request: HttpRequest, case: ReviewCase, **forms: StepForm) -> HttpResponse:
    """Show a review; ``forms`` are those that were filled in and refused."""
    viewer, now = person_of(request), timezone.now()
    wanted = asked(request.GET, viewer=viewer, on=now.date())
    dossier = dossier_of(pack=case.pack, viewer=viewer)
    found = behind(decision=case.decision, results=dossier.results)
    in_the_way = obstacles(case=case, viewer=viewer, at=now)
    dispute_count, oldest_dispute_at = oldest_dispute(viewer=viewer)
    desk = wanted.desk_around(case)
    context = {
        "case": case,
        "pack": case.pack,
        "decision": case.decision,
        "dossier": dossier,
        "desk": desk,
        "opened": opened_by(person_id=viewer.pk, cases=desk.cases),
        "others": lately_opened(case=case, besides=viewer.pk, since=now - LATELY),
        "offer": offer_of(request, at=now),
        "dispute_count": dispute_count,
        "oldest_dispute_at": oldest_dispute_at,
        "kept": wanted.kept,
        "chips": wanted.chips,
        "obstacles": in_the_way,
        "blocked": _blocked(in_the_way),
        "typed": _typed(in_the_way, forms),
        "refusals": [text for form in forms.values() for text in form.non_field_errors()],
        "is_internal": True,
        "is_mine": case.closed_by_person_id == viewer.pk,
        "is_settled": case.state not in WAITING_STATES,
        "is_held": case.is_held(on=now.date()),
        "may_end_override": may_end(
            pack=case.pack, decision=_set_here(case, dossier.decision), viewer=viewer
        ),
        "story": story_of_review(case=case),
        "scope_words": scope_of_case(case).words_after_for,
        "reason_words": reason_words(case.reason_code),
        **_forms(case, found),
        **forms,
        **_evidence(case, dossier, found),
    }
    return render(request, "grading/review/case.html", context)


def _set_here(case: ReviewCase, current: Decision | None) -> Decision | None:
    """Return the pack's current decision, where an override on this review set it."""
    return current if current and current.pk == case.decision.superseded_by_id else None


def _forms(case: ReviewCase, found: Behind) -> dict[str, StepForm]:
    seen = {"version": case.version}
    return {
        "confirm_form": ConfirmForm(initial=seen | {"reason_code": "policy_right"}),
        "retest_form": RetestForm(initial=seen | _likely_retest(case), found=found),
        "hold_form": HoldForm(initial=seen),
        "override_form": OverrideForm(initial=seen, decided=case.decision.grade),
        "answer_form": AnswerForm(initial=seen),
    }


def _evidence(case: ReviewCase, dossier: Any, found: Behind) -> dict[str, Any]:
    card = card_of(case.decision)
    test = dossier.results.standing_capacity
    distribution = type_distribution(pack=case.pack, test=test)
    picture = distribution and distribution_chart(
        distribution,
        soh_percent=test.soh_percent if test else None,
        limits=band_limits(decision=case.decision),
    )
    return {
        "card": card,
        "behind": found,
        "curves": curve_charts(found.derivation),
        "distribution": distribution,
        "distribution_chart": picture,
        "last": last_results(pack=case.pack),
    }


def _likely_retest(case: ReviewCase) -> dict[str, str]:
    """Return the reason for a retest that the decision itself suggests; nothing where it suggests none."""
    if "WEAKEST_CONFLICT" in case.decision.reason_codes:
        return {"reason_code": "conflict"}
    return {"reason_code": "missing_evidence"} if case.decision.missing else {}


def _blocked(in_the_way: Obstacles) -> list[tuple[str, str]]:
    """Return each reason why steps cannot be taken, with the steps that it stops."""
    found: dict[str, list[str]] = {}
    for name, label in STEPS.items():
        if why := getattr(in_the_way, name):
            found.setdefault(why, []).append(label)
    return [(", ".join(labels), why) for why, labels in found.items()]


def _typed(in_the_way: Obstacles, forms: Mapping[str, StepForm]) -> list[tuple[str, str]]:
    """Return what was filled in for a step that cannot be taken any more: label and value."""
    found = []
    for name, form in forms.items():
        if getattr(in_the_way, name.removesuffix("_form")):
            found += form.typed
    return found
