"""The runs that decisions belong to: begin or join one, count what it decided, close it."""

import os
import socket
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from grading.models import GradingRun, PolicyVersion
from grading.queries.grading_runs import JOIN_WITHIN
from grading.services.decisions.judging import Judgement
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.turns import await_turn

_EVENTS = {
    GradingRun.Kind.WAITING: "grading_run.begun",
    GradingRun.Kind.REGRADE: "regrade.ordered",
    GradingRun.Kind.EXPIRY: "grading_run.begun",
}


def begin_run(
    *,
    kind: GradingRun.Kind,
    version: PolicyVersion,
    actor: Actor,
    at: datetime,
    title: str = "",
    reason_code: str = "",
    reason: str = "",
    pack_count: int | None = None,
) -> GradingRun:
    """Begin a run with its event, in the caller's transaction."""
    run = GradingRun(
        kind=kind,
        policy=version,
        title=title,
        ordered_by_person_id=actor.person_id,
        ordered_by=actor.label,
        reason_code=reason_code,
        reason=reason,
        pack_count=pack_count,
        started_at=at,
        last_at=at,
    )
    run.save(force_insert=True)
    begun = Event(
        code=_EVENTS[kind],
        subject_id=run.pk,
        subject_label=f"grading run {run.pk}",
        after={"kind": kind.value, "state": run.state, "policy_id": version.pk, "pack_count": pack_count},
        facts={"policy": str(version), "what": title or kind.label.lower(), "packs": pack_count},
        reason_code=reason_code,
        reason=reason,
    )
    record(events=[begun], actor=actor, at=at)
    return run


def join_run(
    *,
    version: PolicyVersion,
    actor: Actor,
    at: datetime,
    kind: GradingRun.Kind = GradingRun.Kind.WAITING,
) -> int:
    """Return the open run that packs belong to which are decided on now; begin one where none is.

    In a short transaction of its own, so that a worker waits for another's beginning, never for its packs.
    """
    return _joinable(kind, version, at) or _begin_once(kind, version, actor, at)


def _joinable(kind: GradingRun.Kind, version: PolicyVersion, at: datetime) -> int | None:
    runs = GradingRun.objects.filter(kind=kind, state=GradingRun.State.QUEUED, policy=version)
    if kind is GradingRun.Kind.WAITING:  # the others say themselves when they are done
        runs = runs.filter(last_at__range=(at - JOIN_WITHIN, at + JOIN_WITHIN))
    return runs.order_by("-started_at", "-pk").values_list("pk", flat=True).first()


@transaction.atomic
def _begin_once(kind: GradingRun.Kind, version: PolicyVersion, actor: Actor, at: datetime) -> int:
    await_turn("begin a grading run")
    found = _joinable(kind, version, at)
    return found or begin_run(kind=kind, version=version, actor=actor, at=at).pk


def count_decided(*, run_id: int, judgements: Sequence[Judgement]) -> None:
    """Add to the run's numbers what these judgements say, in the transaction that stores them."""
    counts = Counter((j.kind.value, j.grade, j.route) for j in judgements)
    if not counts:
        return
    kinds, grades, routes = zip(*sorted(counts), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO grading_gradingruntally AS t (run_id, worker, kind, grade, route, packs)
               SELECT %s, %s, m.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[]) AS m
               ON CONFLICT (run_id, worker, kind, grade, route) DO UPDATE
               SET packs = t.packs + excluded.packs""",
            [
                run_id,
                _this_worker(),
                list(kinds),
                list(grades),
                list(routes),
                [counts[key] for key in sorted(counts)],
            ],
        )


def _this_worker() -> uuid.UUID:
    """Return a key of this process: each has tallies of its own, so that none waits for another's."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{socket.gethostname()} {os.getpid()}")


def note_progress(*, run_id: int, at: datetime) -> None:
    """Keep when the run last decided; not in the transaction of the decisions, others would wait for it."""
    GradingRun.objects.filter(pk=run_id).update(last_at=Greatest(F("last_at"), at))


@transaction.atomic
def close_stale_runs(*, actor: Actor, at: datetime) -> int:
    """End the runs of waiting packs that nothing can join any more, and return how many."""
    stale = GradingRun.objects.filter(
        Q(last_at__lt=at - JOIN_WITHIN), kind=GradingRun.Kind.WAITING, state=GradingRun.State.QUEUED
    )
    runs = list(stale.select_for_update(no_key=True, skip_locked=True).order_by("pk"))
    for run in runs:
        end_run(run=run, state=GradingRun.State.DONE, actor=actor, at=at, done_at=run.last_at)
    return len(runs)


def end_run(
    *,
    run: GradingRun,
    state: GradingRun.State,
    actor: Actor,
    at: datetime,
    done_at: datetime | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Close a run that is locked, with its event; ``done_at`` is when it last did something, if not now."""
    done_at = done_at or at
    before = {"state": run.state, "done_at": None}
    run.state, run.done_at = state, done_at
    run.save(update_fields=["state", "done_at"])
    code = "grading_run.done" if state == GradingRun.State.DONE else "grading_run.stopped"
    decided = sum(run.tallies.values_list("packs", flat=True))
    ended = Event(
        code=code,
        subject_id=run.pk,
        subject_label=f"grading run {run.pk}",
        before=before,
        after={"state": state.value, "done_at": done_at},
        facts={"packs": decided, "left": 0} | (facts or {}),
    )
    record(events=[ended], actor=actor, at=at)
