"""Tell what a pack still lacks for its grade, and finish testing where nothing lacks."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from grading.domain.planning import Lack, is_bench_done, lack_of, open_facts
from grading.domain.reasons import FACT_LABELS
from grading.queries.policies import compiled, policy_in_force
from grading.queries.retests import evidence_at_bench
from intake.domain.lifecycle import Move, Status
from intake.models import Pack
from intake.services.lifecycle import lock_packs, move_packs
from rebattery.actor import Actor
from rebattery.jobs import Job, enqueue


def missing_for(*, pack_id: int, at: datetime) -> tuple[str, ...]:
    """Return in words what bench and dock could still find out to settle the pack's grade.

    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    policy = compiled(policy_in_force(at=at))
    packs = list(Pack.objects.filter(pk=pack_id))
    evidence = evidence_at_bench(policy=policy, packs=packs, at=at)[pack_id]
    return tuple(FACT_LABELS[fact] for fact in open_facts(policy, evidence))


def lack_for(*, pack_id: int, at: datetime) -> Lack:
    """Return what the pack's grade still waits for.

    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    policy = compiled(policy_in_force(at=at))
    packs = list(Pack.objects.filter(pk=pack_id))
    return lack_of(policy, evidence_at_bench(policy=policy, packs=packs, at=at)[pack_id])


@transaction.atomic
def complete_where_settled(*, pack_ids: Sequence[int], actor: Actor, at: datetime) -> list[int]:
    """Finish testing those inspected packs for which no test could change anything more, and return them.

    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    policy = compiled(policy_in_force(at=at))
    packs = lock_packs(pack_ids=pack_ids)
    inspected = [pack for pack in packs if pack.status == Status.INSPECTED]
    evidence = evidence_at_bench(policy=policy, packs=inspected, at=at)
    settled = [pack.pk for pack in inspected if is_bench_done(policy, evidence[pack.pk])]
    if settled:
        move_packs(pack_ids=settled, move=Move.COMPLETE_TESTS, actor=actor, at=at)
        enqueue(Job.GRADE_WAITING)
    return settled
