"""Decide anew on packs whose grade does not count any more, chunk after chunk, one transaction each."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from grading.models import Decision, GradingRun, PolicyVersion
from grading.models.decision import CURRENT
from grading.queries.ending import ENDED, ended_among, is_any_ended
from grading.queries.policies import policy_in_force
from grading.services.decisions.claims import DIED, Claim, claim_next, drop_stale_claims, fence
from grading.services.decisions.deciding import CHUNK_SIZE, TIME_LIMIT, decide_on, decide_or_hold
from grading.services.decisions.runs import end_run, join_run, note_progress
from intake.domain.lifecycle import Move
from intake.services.lifecycle import lock_packs, move_locked
from rebattery.actor import Actor


def expire(
    *,
    actor: Actor,
    now: Callable[[], datetime],
    chunk_size: int = CHUNK_SIZE,
    time_limit: timedelta = TIME_LIMIT,
) -> int:
    """Let the grades run out whose last day is past, and return how many; a second run finds nothing.

    Each such pack is judged by the policy in force like any other: one that ended by its months is held
    for a fresh measurement, one whose override ended gets what the policy gives it. What a reviewer
    confirmed ended with the grade: where the policy asks for a review, a person looks again.

    A pack that cannot be judged ends in review, as does one on which too many workers died.

    :raises NoPolicyInForce: when a grade ran out and there is nothing to judge by.
    """
    ends_at = now() + time_limit
    done = 0
    while (at := now()) < ends_at and is_any_ended(on=at.date()):
        version = policy_in_force(at=at)
        claim = claim_next(chunk_size=chunk_size, on=at.date(), queue=ENDED)
        if claim is None:
            break  # other workers have the rest, or died over it and their leases run
        run_id = join_run(kind=GradingRun.Kind.EXPIRY, version=version, actor=actor, at=at)
        done += _expire_claimed(claim, version, run_id, actor, at)
        note_progress(run_id=run_id, at=at)
    at = now()
    drop_stale_claims(on=at.date())
    _end_runs(actor, at)
    return done


def _expire_claimed(claim: Claim, version: PolicyVersion, run_id: int, actor: Actor, at: datetime) -> int:
    def decide(pack_ids: Sequence[int], message: str) -> int:
        return _expire(claim.token, pack_ids, version, run_id, actor, at, message)

    if claim.is_exhausted:
        return decide(claim.pack_ids, DIED)
    return decide_or_hold(pack_ids=claim.pack_ids, decide=decide)


@transaction.atomic
def _expire(
    token: UUID,
    ids: Sequence[int],
    version: PolicyVersion,
    run_id: int,
    actor: Actor,
    at: datetime,
    message: str,
) -> int:
    """Take those packs back that are still claimed and ended, and decide on them; or hold them."""
    packs = lock_packs(pack_ids=ids)
    ended = ended_among(pack_ids=ids, on=at.date()) & set(fence(token=token, pack_ids=ids))
    packs = [pack for pack in packs if pack.pk in ended]
    facts = _facts([pack.pk for pack in packs])
    move_locked(packs=packs, move=Move.EXPIRE, actor=actor, at=at, facts_by_pack=facts)
    return decide_on(packs=packs, version=version, actor=actor, at=at, run_id=run_id, message=message)


def _facts(pack_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return what the trail says of each grade that ended."""
    rows = Decision.objects.filter(CURRENT, pack_id__in=pack_ids).select_related("policy")
    rows = rows.only("pack_id", "grade", "valid_until", "policy__code", "policy__version")
    return {
        row.pack_id: {"grade": row.grade, "policy": str(row.policy), "until": row.valid_until} for row in rows
    }


@transaction.atomic
def _end_runs(actor: Actor, at: datetime) -> None:
    """End the open runs once no grade is left to run out; packs of another worker still count as left."""
    if is_any_ended(on=at.date()):
        return
    runs = GradingRun.objects.filter(kind=GradingRun.Kind.EXPIRY, state=GradingRun.State.QUEUED)
    for run in runs.select_for_update(no_key=True).order_by("pk"):
        end_run(run=run, state=GradingRun.State.DONE, actor=actor, at=at, done_at=run.last_at)
