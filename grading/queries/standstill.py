"""Grading runs that decide nothing for a while: since when, and when another worker takes over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from grading.models import Decision, GradingRun, GradingRunWork
from grading.queries.ending import ENDED
from grading.queries.waiting import GRADING, Queue

Kind = GradingRun.Kind
SILENCE = timedelta(seconds=15)
"""A run that decides on nothing for longer stands still; a chunk of packs takes a second or two."""
SWEEP_EVERY = timedelta(seconds=15)
"""How often the sweep looks for work that nobody does; see ``rebattery/celery.py``."""


@dataclass(frozen=True, kw_only=True)
class Standstill:
    """A run that is not done and decides on nothing."""

    since: datetime
    """When it last did, or when the packs came that it has to decide on."""
    is_today: bool
    is_held: bool
    """A worker has it, and may be dead."""
    within_s: int
    """Seconds until another one takes it over, where one is free."""


def standstill_of(*, run: GradingRun, at: datetime) -> Standstill | None:
    """Return since when ``run``, which is not done, decides on nothing; None while it goes on."""
    since = max(run.last_at, _last_decided_at(run) or run.last_at)
    if at - since <= SILENCE:
        return None
    if run.kind == Kind.REGRADE:
        lease = GradingRunWork.objects.filter(grading_run=run).values_list("lease_token", "lease_until")
        token, free_at = lease.first() or (None, None)
        is_held = token is not None and free_at is not None and free_at > at
    else:
        came_at, free_at = _packs_left(GRADING if run.kind == Kind.WAITING else ENDED, at)
        if came_at is None:
            return None  # all is decided; the run only stays open for more
        since = max(since, came_at) if run.kind == Kind.WAITING else since
        is_held = free_at is not None
    if at - since <= SILENCE:
        return None
    takeover_at = max(free_at or at, at) + SWEEP_EVERY
    return Standstill(
        since=since,
        is_today=since.astimezone(UTC).date() == at.astimezone(UTC).date(),
        is_held=is_held,
        within_s=-((at - takeover_at) // timedelta(seconds=1)),
    )


def is_expiry_left(*, at: datetime) -> bool:
    """Return whether grades that ran out are left behind: their run is not done, and nobody goes on."""
    runs = GradingRun.objects.filter(kind=Kind.EXPIRY, state=GradingRun.State.QUEUED)
    return runs.filter(last_at__lt=at - SILENCE).exists()


def _last_decided_at(run: GradingRun) -> datetime | None:
    return Decision.objects.filter(run=run).order_by("-pk").values_list("decided_at", flat=True).first()


def _packs_left(queue: Queue, at: datetime) -> tuple[datetime | None, datetime | None]:
    """Return since when the first of the packs waits, and when the first lease on any of them lapses."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT min(p.status_at), min(c.lease_until) FILTER (WHERE c.lease_until > now())
                FROM {queue.packs} LEFT JOIN grading_gradingclaim c ON c.pack_id = p.id
                WHERE {queue.waits}""",  # noqa: S608 (constant text)
            {"on": at.date()},
        )
        came_at, free_at = cursor.fetchone()
        return came_at, free_at
