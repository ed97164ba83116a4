"""Grade the packs that wait, chunk after chunk, one transaction each."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from grading.models import PolicyVersion
from grading.queries.evidence import evidence_under
from grading.queries.policies import compiled, policy_in_force
from grading.queries.waiting import waiting_among
from grading.services.decisions.claims import (
    MAX_ATTEMPTS,
    claim_next,
    drop_claims,
    drop_stale_claims,
    fence,
)
from grading.services.decisions.judging import failure, judge
from grading.services.decisions.runs import join_run, note_progress
from grading.services.decisions.writing import write_decisions
from intake.models import Pack
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor

log = logging.getLogger(__name__)

CHUNK_SIZE = 1000
TIME_LIMIT = timedelta(minutes=8)
"""Shorter than the task's limit and the lease: a job ends by itself, and the sweep starts the next."""
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
        claim = claim_next(chunk_size=chunk_size)
        if claim is None:
            drop_stale_claims()
            break
        if job is None or job.version != version:
            job = _Job(version, join_run(version=version, actor=actor, at=at), actor, at)
        if claim.is_exhausted:
            message = f"The job stopped {MAX_ATTEMPTS} times without a word while it worked on this pack."
            done += _hold(job, claim.token, claim.pack_ids, message, at)
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
    _judge_and_write(packs, version, actor, at)
    return len(packs)


def _grade_claimed(job: _Job, token: UUID, ids: list[int], at: datetime) -> int:
    """Judge claimed packs in one transaction; when one of them cannot be, find it by halving."""
    try:
        with transaction.atomic():
            packs = _lock_claimed(token, ids)
            _judge_and_write(packs, job.version, job.actor, at, run_id=job.run_id)
            return len(packs)
    except (OperationalError, InterfaceError):
        raise  # the database's trouble, not a pack's: the lease lapses and the sweep tries again
    except Exception as exc:
        if len(ids) > 1:
            middle = len(ids) // 2
            return sum(_grade_claimed(job, token, half, at) for half in (ids[:middle], ids[middle:]))
        log.exception("Pack %s cannot be graded.", ids[0])
        return _hold(job, token, ids, f"{type(exc).__name__}: {exc}", at)


@transaction.atomic
def _hold(job: _Job, token: UUID, ids: list[int], message: str, at: datetime) -> int:
    """Put packs that cannot be judged in front of a person."""
    packs = _lock_claimed(token, ids)
    failures = [failure(pack=pack, message=message) for pack in packs]
    if failures:
        policy = compiled(job.version)
        write_decisions(
            judgements=failures,
            version=job.version,
            policy=policy,
            actor=job.actor,
            at=at,
            run_id=job.run_id,
        )
    return len(failures)


def _judge_and_write(
    packs: list[Pack], version: PolicyVersion, actor: Actor, at: datetime, run_id: int | None = None
) -> None:
    if not packs:
        return
    policy = compiled(version)
    evidence = evidence_under(policy=policy, pack_ids=[pack.pk for pack in packs], at=at)
    judgements = [judge(pack=pack, evidence=evidence[pack.pk], policy=policy) for pack in packs]
    write_decisions(judgements=judgements, version=version, policy=policy, actor=actor, at=at, run_id=run_id)


def _lock_claimed(token: UUID, ids: list[int]) -> list[Pack]:
    waiting = _lock_waiting(ids)
    mine = set(fence(token=token, pack_ids=ids))
    return [pack for pack in waiting if pack.pk in mine]


def _lock_waiting(ids: Sequence[int]) -> list[Pack]:
    """Lock the packs, then keep those that still wait: another worker may have judged them since."""
    packs = lock_packs(pack_ids=ids)
    waiting = waiting_among(pack_ids=ids)
    return [pack for pack in packs if pack.pk in waiting]
