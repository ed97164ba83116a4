"""Confirm what the policy decided, or order a retest, for one review or a whole group."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from grading.domain.review_reasons import goes_to_reuse
from grading.models import ReviewCase
from grading.services.reviews.cases import (
    Justification,
    RetestDemand,
    State,
    barred_by,
    change_cases,
    closing,
    lock_cases,
    versions_after,
)
from grading.services.reviews.sampling import require_sample
from intake.domain.lifecycle import TRANSITIONS, Move
from intake.services.lifecycle import move_packs
from rebattery.actor import Actor

NOTHING_MORE = RetestDemand()


@transaction.atomic
def confirm(*, cases: Mapping[int, int], why: Justification, actor: Actor, at: datetime) -> list[ReviewCase]:
    """Confirm all the decisions, or none: rejects are rejected, flagged packs are accepted.

    Several at once are of one rule, and the person opened a sample of them as they are now.

    :param cases: key of each case with the version that the person saw.
    :raises SeveralRules: when they wait because of different rules.
    :raises SampleMissing: when too few of them were opened; says how many more.
    :raises ReviewRefused: when one of them is a hold, was decided by somebody else, rests on the person's
        own measurement, or its pack is not where its review left it; names the packs.
    """
    found = lock_cases(cases=cases, states=(State.OPEN,), actor=actor, faults=[_is_hold, _is_elsewhere])
    if len(found) > 1:
        require_sample(cases=found, actor=actor)
    change_cases(
        cases=found,
        code="review.confirmed",
        changes=closing(State.CONFIRMED, why, actor, at),
        own=versions_after(found),
        why=why,
        actor=actor,
        at=at,
        facts=lambda case: {"grade": f"{case.decision.grade} by {case.decision.author}"},
    )
    for move, is_accepted in ((Move.ACCEPT, True), (Move.REJECT, False)):
        pack_ids = [case.pack_id for case in found if goes_to_reuse(case.decision.grade) is is_accepted]
        if pack_ids:
            move_packs(
                pack_ids=pack_ids, move=move, actor=actor, at=at, reason=why.text, reason_code=why.code
            )
    return found


@transaction.atomic
def order_retest(
    *,
    cases: Mapping[int, int],
    why: Justification,
    actor: Actor,
    at: datetime,
    demand: RetestDemand = NOTHING_MORE,
) -> list[ReviewCase]:
    """Send all the packs back to the bench, or none.

    :param cases: key of each case with the version that the person saw.
    :param demand: whether the tests behind the decision are to be repeated with other means.
    :raises ReviewRefused: when one was decided by somebody else or rests on the person's own measurement.
    :raises MoveRefused: when a pack is in quarantine or otherwise not in review.
    """
    found = lock_cases(cases=cases, states=(State.OPEN,), actor=actor)
    barred = barred_by(demand=demand, cases=found) if demand.words else {}
    change_cases(
        cases=found,
        code="review.retest_demanded" if demand.words else "review.retest_ordered",
        changes=closing(State.RETEST_ORDERED, why, actor, at),
        why=why,
        actor=actor,
        at=at,
        facts=lambda case: {"demand": demand.words} if demand.words else {},
        own={key: own | barred.get(key, {}) for key, own in versions_after(found).items()},
    )
    pack_ids = [case.pack_id for case in found]
    move_packs(pack_ids=pack_ids, move=Move.RETEST, actor=actor, at=at, reason=why.text, reason_code=why.code)
    return found


def _is_elsewhere(case: ReviewCase) -> str:
    """Say that the pack is not where its review left it, before a group asks for anything else."""
    move = Move.ACCEPT if goes_to_reuse(case.decision.grade) else Move.REJECT
    if case.pack.status in TRANSITIONS[move].sources:
        return ""
    return f"the pack is {case.pack.get_status_display().lower()}, not in review."


def _is_hold(case: ReviewCase) -> str:
    if case.decision.grade == "H":
        return "a hold is not a verdict: order a retest, or ask for an override."
    return ""
