"""Grade the packs of an order again: chunk after chunk, one transaction each."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from grading.domain.regrading import OBSTACLE_WORDS, Obstacle
from grading.models import GradingRun, GradingRunPack, GradingRunWork
from grading.queries.regrading import OBSTACLE
from grading.services.decisions.claims import DIED, shrunk
from grading.services.decisions.deciding import CHUNK_SIZE, TIME_LIMIT, decide_on, decide_or_hold
from grading.services.decisions.runs import end_run, note_progress
from intake.domain.lifecycle import Move
from intake.services.leases import MAX_ATTEMPTS, Lease, Leases
from intake.services.lifecycle import lock_packs, move_locked
from rebattery.actor import Actor
from rebattery.jobs import Job

_LEASES = Leases(
    subjects=GradingRun,
    runs=GradingRunWork,
    link="grading_run",
    job=Job.REGRADE,
    at_start={},
    at_return={},
    beside="policy",
)
sweep = _LEASES.sweep


def run(
    *,
    grading_run_id: int,
    actor: Actor,
    now: Callable[[], datetime],
    chunk_size: int = CHUNK_SIZE,
    time_limit: timedelta = TIME_LIMIT,
) -> None:
    """Carry an order out in a worker; one that is done, or is being done, is left alone.

    What changed about a pack since it was chosen leaves it as it is, with the reason. A pack that cannot be
    judged ends in review, as does one on which too many workers died; neither holds up the others.
    """
    _LEASES.work(
        grading_run_id, lambda lease: _work(lease, actor, now, chunk_size, ends_at=now() + time_limit)
    )


def _work(
    lease: Lease, actor: Actor, now: Callable[[], datetime], chunk_size: int, *, ends_at: datetime
) -> None:
    # Smaller and smaller chunks, until a pack that kills its worker is the first that waits.
    if lease.attempt > 2 * MAX_ATTEMPTS:
        _stop(lease, actor, now())
        return
    if lease.attempt > MAX_ATTEMPTS:
        _hold_first(lease, actor, now())
    died = (lease.attempt - 1) % MAX_ATTEMPTS
    size = shrunk(chunk_size, attempts=died)
    suspects = size * 10 if died else 0
    after = 0
    while (at := now()) < ends_at:
        rows = _waiting(lease.subject_id, after, size)
        if not rows:
            _finish(lease, actor, at)
            return
        _grade_rows(lease, rows, actor, at)
        after = rows[-1]
        suspects -= len(rows)
        if suspects <= 0:  # past where the last worker died: it was not a pack's fault
            size = chunk_size
            _LEASES.renew(lease, attempts=1)
        elif size == 1:
            _LEASES.renew(lease, attempts=MAX_ATTEMPTS - 1)
    _LEASES.renew(lease, attempts=0)
    _LEASES.hand_back(lease)


def _waiting(run_id: int, after: int, size: int) -> list[int]:
    rows = GradingRunPack.objects.filter(run=run_id, outcome="", pack_id__gt=after)
    return list(rows.order_by("pack_id").values_list("pack_id", flat=True)[:size])


def _grade_rows(lease: Lease, pack_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    decide_or_hold(pack_ids=pack_ids, decide=lambda ids, message: _settle(lease, ids, message, actor, at))


def _hold_first(lease: Lease, actor: Actor, at: datetime) -> None:
    """Put the pack on which the workers died in front of a person."""
    if first := _waiting(lease.subject_id, 0, 1):
        _settle(lease, first, DIED, actor, at)
    _LEASES.renew(lease, attempts=1)


@transaction.atomic
def _settle(lease: Lease, pack_ids: Sequence[int], message: str, actor: Actor, at: datetime) -> int:
    """Take back and decide on those of the packs that stand as they were chosen; leave the others.

    With a message they are held.
    """
    order = _LEASES.lock(lease)
    locked = lock_packs(pack_ids=pack_ids)
    left = _hindered(order.pk, pack_ids, at)
    packs = [pack for pack in locked if pack.pk not in left]
    move_locked(
        packs=packs,
        move=Move.REGRADE,
        actor=actor,
        at=at,
        reason=order.reason,
        reason_code=order.reason_code,
        facts={"policy": str(order.policy), "grading_run": order.pk},
    )
    decided = decide_on(
        packs=packs,
        version=order.policy,
        actor=actor,
        at=at,
        run_id=order.pk,
        is_same_pack=True,
        message=message,
    )
    _note_outcomes(order.pk, [pack.pk for pack in packs], left)
    note_progress(run_id=order.pk, at=at)
    _LEASES.renew(lease)
    return decided


def _hindered(run_id: int, pack_ids: Sequence[int], at: datetime) -> dict[int, str]:
    """Return by pack, in words, what changed since it was chosen."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, obstacle FROM (
                    SELECT p.id, {OBSTACLE.format(seen="m.former_id")} AS obstacle
                    FROM grading_gradingrunpack m JOIN intake_pack p ON p.id = m.pack_id
                    LEFT JOIN grading_decision d ON d.pack_id = p.id AND d.superseded_by_id IS NULL
                    WHERE m.run_id = %(run)s AND m.pack_id = ANY(%(ids)s)) c
                WHERE obstacle IS NOT NULL""",  # noqa: S608 (constant text)
            {"run": run_id, "ids": list(pack_ids), "today": at.date()},
        )
        return {pack_id: OBSTACLE_WORDS[Obstacle(code)] for pack_id, code in cursor.fetchall()}


def _note_outcomes(run_id: int, taken: Sequence[int], left: dict[int, str]) -> None:
    rows = GradingRunPack.objects.filter(run=run_id)
    rows.filter(pack_id__in=taken).update(outcome=GradingRunPack.Outcome.DECIDED)
    if left:
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE grading_gradingrunpack m SET outcome = 'left', why = l.why
                   FROM unnest(%s::bigint[], %s::text[]) AS l(pack_id, why)
                   WHERE m.run_id = %s AND m.pack_id = l.pack_id""",
                [list(left), list(left.values()), run_id],
            )


@transaction.atomic
def _finish(lease: Lease, actor: Actor, at: datetime) -> None:
    order = _LEASES.lock(lease)
    left = GradingRunPack.objects.filter(run=order, outcome=GradingRunPack.Outcome.LEFT).count()
    end_run(run=order, state=GradingRun.State.DONE, actor=actor, at=at, facts={"left": left})


@transaction.atomic
def _stop(lease: Lease, actor: Actor, at: datetime) -> None:
    """Give up: not even putting a pack in front of a person works. What was decided stays."""
    order = _LEASES.lock(lease)
    why = f"The job failed {lease.attempt - 1} times in a row; the log says why."
    end_run(run=order, state=GradingRun.State.FAILED, actor=actor, at=at, facts={"why": why})
