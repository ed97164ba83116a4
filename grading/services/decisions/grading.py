"""Grade the packs that wait, chunk after chunk, one transaction each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from grading.models import PolicyVersion
from grading.queries.policies import policy_in_force
from grading.queries.waiting import waiting_among
from grading.services.decisions.claims import DIED, claim_next, drop_claims, drop_stale_claims, fence
from grading.services.decisions.deciding import CHUNK_SIZE, TIME_LIMIT, decide_on, decide_or_hold
from grading.services.decisions.runs import join_run, note_progress
from intake.models import Pack
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor

NOTED_EVERY = timedelta(seconds=5)
"""How often a job says that its run is still deciding."""


@dataclass
class _Job:
    """What a start of the job decides by, and the run that its decisions belong to."""

    version: PolicyVersion
    run_id: int
    actor: Actor
    noted_at: datetime


def grade_waiting(
    *,
    actor: Actor,
    now: Callable[[], datetime],
    chunk_size: int = CHUNK_SIZE,
    time_limit: timedelta = TIME_LIMIT,
) -> int:
    """Decide on all packs that wait and return on how many; a second run finds nothing.

    A pack that cannot be judged ends in review, as does one on which too many workers died; neither
    holds up the others.

    What is decided belongs to a grading run, which workers share.

    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    ends_at = now() + time_limit
    done = 0
    job: _Job | None = None
    while (at := now()) < ends_at:
        version = policy_in_force(at=at)
        claim = claim_next(chunk_size=chunk_size, on=at.date())
        if claim is None:
            drop_stale_claims(on=at.date())
            break
        if job is None or job.version != version:
            job = _Job(version, join_run(version=version, actor=actor, at=at), actor, at)
        if claim.is_exhausted:
            done += _decide_claimed(job, claim.token, claim.pack_ids, at, DIED)
        else:
            done += _grade_claimed(job, claim.token, claim.pack_ids, at)
        if at - job.noted_at >= NOTED_EVERY:
            note_progress(run_id=job.run_id, at=at)
            job.noted_at = at
    return done


@transaction.atomic
def grade(*, pack_ids: Sequence[int], actor: Actor, at: datetime) -> int:
    """Decide now on those of ``pack_ids`` that wait, and return on how many."""
    version = policy_in_force(at=at)
    packs = _lock_waiting(pack_ids)
    drop_claims(pack_ids=[pack.pk for pack in packs])
    return decide_on(packs=packs, version=version, actor=actor, at=at)


def _grade_claimed(job: _Job, token: UUID, ids: Sequence[int], at: datetime) -> int:
    return decide_or_hold(
        pack_ids=ids, decide=lambda part, message: _decide_claimed(job, token, part, at, message)
    )


@transaction.atomic
def _decide_claimed(job: _Job, token: UUID, ids: Sequence[int], at: datetime, message: str) -> int:
    """Judge those of the packs that are still claimed; with a message put them in front of a person."""
    return decide_on(
        packs=_lock_claimed(token, ids),
        version=job.version,
        actor=job.actor,
        at=at,
        run_id=job.run_id,
        message=message,
    )


def _lock_claimed(token: UUID, ids: Sequence[int]) -> list[Pack]:
    waiting = _lock_waiting(ids)
    mine = set(fence(token=token, pack_ids=ids))
    return [pack for pack in waiting if pack.pk in mine]


def _lock_waiting(ids: Sequence[int]) -> list[Pack]:
    """Lock the packs, then keep those that still wait: another worker may have judged them since."""
    packs = lock_packs(pack_ids=ids)
    waiting = waiting_among(pack_ids=ids)
    return [pack for pack in packs if pack.pk in waiting]
