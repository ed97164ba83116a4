"""Tell what a pack still lacks for its grade, and finish testing where nothing lacks."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from grading.domain.planning import Lack, lack_of, open_facts
from grading.domain.reasons import FACT_LABELS
from grading.queries.evidence import evidence_under
from grading.queries.policies import compiled, policy_in_force
from intake.domain.lifecycle import Move, Status
from intake.services.lifecycle import lock_packs, move_packs
from rebattery.actor import Actor
from rebattery.jobs import Job, enqueue


def missing_for(*, pack_id: int, at: datetime) -> tuple[str, ...]:
    """Return in words what bench and dock could still find out to settle the pack's grade.

    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    policy = compiled(policy_in_force(at=at))
    evidence = evidence_under(policy=policy, pack_ids=[pack_id], at=at)[pack_id]
    return tuple(FACT_LABELS[fact] for fact in open_facts(policy, evidence))


def lack_for(*, pack_id: int, at: datetime) -> Lack:
    """Return what the pack's grade still waits for.

    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    policy = compiled(policy_in_force(at=at))
    return lack_of(policy, evidence_under(policy=policy, pack_ids=[pack_id], at=at)[pack_id])


@transaction.atomic
def complete_where_settled(*, pack_ids: Sequence[int], actor: Actor, at: datetime) -> list[int]:
    """Finish testing those inspected packs whose grade waits for nothing more, and return them.

    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    policy = compiled(policy_in_force(at=at))
    packs = lock_packs(pack_ids=pack_ids)
    inspected = [pack.pk for pack in packs if pack.status == Status.INSPECTED]
    evidence = evidence_under(policy=policy, pack_ids=inspected, at=at)
    settled = [pack_id for pack_id in inspected if not open_facts(policy, evidence[pack_id])]
    if settled:
        move_packs(pack_ids=settled, move=Move.COMPLETE_TESTS, actor=actor, at=at)
        enqueue(Job.GRADE_WAITING)
    return settled
