"""What waits for the reviewers, and who may decide on it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from grading.domain.review_reasons import goes_to_reuse, is_safety_decision
from grading.models import ReviewCase
from grading.queries.review_steps import undo_obstacle
from grading.queries.separation import acts_on_reviews
from intake.domain.lifecycle import Status
from intake.domain.separation import Acts, Judging, why_not
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability

State = ReviewCase.State
WAITING_STATES = (State.OPEN, State.OVERRIDE_REQUESTED)


def reviews_waiting() -> QuerySet[ReviewCase]:
    """Return the reviews that a person can decide now, with pack and decision."""
    return ReviewCase.objects.filter(
        state__in=WAITING_STATES, pack__status__in=(Status.IN_REVIEW, Status.QUARANTINED)
    ).select_related("pack__supplier", "decision__policy")


def in_front(rows: QuerySet[ReviewCase], *, on: date) -> QuerySet[ReviewCase]:
    """Keep the reviews that nobody put aside until after ``on``."""
    return rows.exclude(_ASIDE, held_until__gt=on)


def put_aside(rows: QuerySet[ReviewCase], *, on: date) -> QuerySet[ReviewCase]:
    """Keep the reviews that somebody put aside until after ``on``."""
    return rows.filter(_ASIDE, held_until__gt=on)


_ASIDE = Q(state=State.OPEN, held_until__isnull=False)


def review_cases() -> QuerySet[ReviewCase]:
    """Return all reviews, decided ones too, with what their page shows of pack and decision."""
    return ReviewCase.objects.select_related(
        "pack__supplier", "pack__batch", "pack__pack_type", "decision__policy"
    )


@dataclass(frozen=True)
class Obstacles:
    """Why a person may not take each of the steps on a review; empty where they may."""

    confirm: str
    override: str
    retest: str
    hold: str
    undo: str
    answer: str


def obstacles(*, case: ReviewCase, viewer: User, at: datetime) -> Obstacles:
    """Return what stands between ``viewer`` and each step; the services refuse the same."""
    acts = acts_on_reviews(cases=[case])[case.pk]
    own = _own(case, viewer, Judging.REVIEW, acts)
    waits_for_second = "An override waits for its answer." if case.state == State.OVERRIDE_REQUESTED else ""
    return Obstacles(
        confirm=own or waits_for_second or _not_confirmable(case),
        override=own or waits_for_second or _not_overridable(case),
        retest=own or waits_for_second or _not_retestable(case),
        hold=own or waits_for_second,
        undo=undo_obstacle(case=case, person_id=viewer.pk, at=at),
        answer=_own(case, viewer, Judging.OVERRIDE, acts) or _not_on_the_shelf(case),
    )


def _own(case: ReviewCase, viewer: User, judging: Judging, acts: Acts) -> str:
    if case.state not in WAITING_STATES:
        return f"{case.closed_by} decided first: {case.get_state_display().lower()}."
    if not viewer.may(Capability.DECIDE_REVIEWS):
        return "Only reviewers decide."
    return why_not(judging, viewer.pk, acts)


def _not_confirmable(case: ReviewCase) -> str:
    if case.decision.grade == "H":
        return "A hold is not a verdict: order a retest, or ask for an override."
    return _not_on_the_shelf(case) if goes_to_reuse(case.decision.grade) else ""


def _not_overridable(case: ReviewCase) -> str:
    if is_safety_decision(case.decision.grade, case.decision.reason_codes):
        return _only_inspected(case) or "A safety decision is not overridden: order a retest."
    return _not_on_the_shelf(case)


def _not_retestable(case: ReviewCase) -> str:
    return _only_inspected(case) or _not_on_the_shelf(case)


def _only_inspected(case: ReviewCase) -> str:
    """Say what leads out of quarantine beside a confirmation; empty for a pack that is elsewhere."""
    if case.pack.status != Status.QUARANTINED:
        return ""
    return "The pack is in quarantine: only a fresh inspection changes that, once it is re-opened."


def _not_on_the_shelf(case: ReviewCase) -> str:
    if case.pack.status == Status.IN_REVIEW:
        return ""
    return f"The pack is {case.pack.get_status_display().lower()}, not in review."
