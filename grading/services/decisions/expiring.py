"""Decide anew on packs whose grade does not count any more, chunk after chunk, one transaction each."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from grading.models import Decision, GradingRun, PolicyVersion
from grading.models.decision import CURRENT
from grading.queries.ending import ended_among, is_any_ended, lock_next_ended
from grading.queries.policies import policy_in_force
from grading.services.decisions.deciding import (
    CHUNK_SIZE,
    NOT_OF_A_PACK,
    TIME_LIMIT,
    decide_apart,
    decide_on,
)
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
    for a fresh measurement, one whose override ended gets what the policy gives it.

    :raises NoPolicyInForce: when a grade ran out and there is nothing to judge by.
    """
    ends_at = now() + time_limit
    done = 0
    while (at := now()) < ends_at and is_any_ended(on=at.date()):
        version = policy_in_force(at=at)
        run_id = join_run(kind=GradingRun.Kind.EXPIRY, version=version, actor=actor, at=at)
        decided = _expire_next(version, run_id, actor, at, chunk_size)
        if not decided:
            break  # another worker has the rest
        done += decided
        note_progress(run_id=run_id, at=at)
    _end_runs(actor, now())
    return done


def _expire_next(version: PolicyVersion, run_id: int, actor: Actor, at: datetime, size: int) -> int:
    """Decide on the next chunk, in the transaction that chose it."""

    def decide(pack_ids: Sequence[int], message: str) -> int:
        return _expire(pack_ids, version, run_id, actor, at, message)

    ids: list[int] = []
    try:
        with transaction.atomic():
            ids = lock_next_ended(on=at.date(), size=size)
            return decide(ids, "")
    except NOT_OF_A_PACK:
        raise
    except Exception as exc:
        if not ids:
            raise
        return decide_apart(pack_ids=ids, exc=exc, decide=decide)


@transaction.atomic
def _expire(
    ids: Sequence[int], version: PolicyVersion, run_id: int, actor: Actor, at: datetime, message: str
) -> int:
    """Take those packs whose grade has still ended back, and decide on them; or hold them with a message."""
    packs = lock_packs(pack_ids=ids)
    ended = ended_among(pack_ids=ids, on=at.date())
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
