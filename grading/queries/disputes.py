"""Disputes: those of a pack, those that wait, and who may answer."""

from datetime import datetime

from django.db.models import QuerySet

from grading.domain.disputes import obstacle
from grading.models import Decision, Dispute, DisputeFile
from grading.queries.review_steps import standing_after
from grading.queries.separation import acts_on_dispute
from intake.domain.separation import Judging, why_not
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability


def disputes_for(*, viewer: User) -> QuerySet[Dispute]:
    """Return the disputes that ``viewer`` may see, with pack and decision."""
    related = ("pack__supplier", "pack__batch", "decision__policy")
    return Dispute.objects.visible_to(viewer).select_related(*related)


def disputes_waiting(*, viewer: User) -> QuerySet[Dispute]:
    """Return the disputes that ``viewer`` may see and that wait for a reviewer's answer."""
    return disputes_for(viewer=viewer).filter(state=Dispute.State.OPEN)


def dispute_files_for(*, viewer: User) -> QuerySet[DisputeFile]:
    """Return the files of the disputes that ``viewer`` may see."""
    mine = Dispute.objects.visible_to(viewer).values("pk")
    return DisputeFile.objects.filter(dispute__in=mine).select_related("shown")


def disputes_of(*, pack_id: int) -> list[Dispute]:
    """Return all disputes about a pack with their files, the newest first; two queries."""
    rows = Dispute.objects.filter(pack_id=pack_id).select_related("decision__policy")
    return list(rows.prefetch_related("files__original").order_by("-id"))


def obstacle_to_answer(*, dispute: Dispute, viewer: User) -> str:
    """Return why ``viewer`` may not answer; empty where they may. The service refuses the same."""
    if dispute.state != Dispute.State.OPEN:
        return "This dispute is answered."
    if not viewer.may(Capability.DECIDE_REVIEWS):
        return "Only reviewers answer."
    return why_not(Judging.DISPUTE, viewer.pk, acts_on_dispute(dispute=dispute))


def obstacle_to_dispute(
    *, pack: Pack, decision: Decision | None, disputes: list[Dispute], at: datetime
) -> str:
    """Return why the decision in force cannot be disputed now; empty where it can be; one query."""
    states = [d.state for d in disputes if decision and d.decision_id == decision.pk]
    is_open = Dispute.State.OPEN in states
    return obstacle(
        status=pack.status,
        has_decision=decision is not None,
        has_open_dispute=is_open,
        answered=len(states) - is_open,
        stands_after=standing_after(decision_id=decision.pk, at=at) if decision else None,
    )


def answered_before(*, decision: Decision | None, disputes: list[Dispute]) -> Dispute | None:
    """Return the newest answered dispute about ``decision``, of the pack's disputes with the newest first."""
    answered = (d for d in disputes if d.state != Dispute.State.OPEN)
    return next((d for d in answered if decision and d.decision_id == decision.pk), None)
