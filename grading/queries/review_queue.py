"""What waits for the reviewers, grouped by the rule that brought it there."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from grading.domain.review_reasons import rule_label
from grading.models import CapacityTest, ResistanceTest, ReviewCase
from intake.domain.lifecycle import Status
from intake.models import Inspection, Photo
from rebattery.accounts.models import User

WAITING_STATES = (ReviewCase.State.OPEN, ReviewCase.State.OVERRIDE_REQUESTED)


@dataclass(frozen=True)
class RuleGroup:
    """Reviews that wait because of the same rule."""

    rule: str
    label: str
    count: int
    oldest_at: datetime


def reviews_waiting() -> QuerySet[ReviewCase]:
    """Return the reviews that a person can decide now, with pack and decision."""
    return ReviewCase.objects.filter(
        state__in=WAITING_STATES, pack__status__in=(Status.IN_REVIEW, Status.QUARANTINED)
    ).select_related("pack__supplier", "decision__policy")


def rule_groups() -> list[RuleGroup]:
    """Return the queue's groups, the largest first."""
    found = reviews_waiting().values_list("rule").annotate(count=Count("pk"), oldest_at=Min("opened_at"))
    return [
        RuleGroup(rule, rule_label(rule), count, at) for rule, count, at in found.order_by("-count", "rule")
    ]


def review_case(*, case_id: int) -> ReviewCase | None:
    """Return one review with all that its page shows of pack and decision, None when it is not there."""
    rows = ReviewCase.objects.select_related(
        "pack__supplier",
        "pack__batch",
        "pack__pack_type",
        "decision__policy",
        "decision__superseded_by__policy",
    )
    return rows.filter(pk=case_id).first()


def neighbors(*, case: ReviewCase) -> tuple[int | None, int | None]:
    """Return the keys of the reviews before and after ``case`` in its group."""
    group = reviews_waiting().filter(rule=case.rule)
    before = group.filter(pk__lt=case.pk).order_by("-pk").values_list("pk", flat=True).first()
    after = group.filter(pk__gt=case.pk).order_by("pk").values_list("pk", flat=True).first()
    return before, after


def photos_of(*, pack_id: int) -> QuerySet[Photo]:
    """Return a pack's photos, the newest first."""
    return Photo.objects.filter(pack_id=pack_id).order_by("-id")


@dataclass(frozen=True)
class Measurements:
    """What the decision's evidence was read from, superseded since or not."""

    inspection: Inspection | None
    capacity_test: CapacityTest | None
    resistance_test: ResistanceTest | None


def measurements_behind(*, case: ReviewCase) -> Measurements:
    """Return the very rows that the decision's snapshot names."""
    sources = case.decision.evidence.get("sources", {})
    capacity = CapacityTest.objects.select_related("instrument")
    resistance = ResistanceTest.objects.select_related("instrument")
    return Measurements(
        inspection=Inspection.objects.filter(pk=sources.get("inspection_id")).first(),
        capacity_test=capacity.filter(pk=sources.get("capacity_test_id")).first(),
        resistance_test=resistance.filter(pk=sources.get("resistance_test_id")).first(),
    )


def why_not(*, case: ReviewCase, viewer: User) -> str:
    """Return why ``viewer`` may not decide on ``case``, empty when they may."""
    if case.state not in WAITING_STATES:
        return f"{case.closed_by} decided first: {case.get_state_display().lower()}."
    if viewer.pk in case.measured_by_person_ids:
        return "You inspected or measured this pack yourself; another reviewer must decide."
    if case.state == ReviewCase.State.OVERRIDE_REQUESTED and case.requested_by_person_id == viewer.pk:
        return "You asked for this override; a second person must answer."
    return ""
