"""Grading runs: the list, how far one has come, what it decided and what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from grading.models import Decision, GradingRun, GradingRunPack, GradingRunTally
from grading.queries.standstill import Standstill, standstill_of
from grading.queries.waiting import packs_waiting_for_grade

Kind, State = GradingRun.Kind, GradingRun.State
JUST_NOW = timedelta(seconds=30)
"""A run that decided within that time is running."""
JOIN_WITHIN = timedelta(minutes=15)
"""What is decided within that time of the last decision by the same policy belongs to the same run."""
_RECENT = 5_000
"""The last decisions from which the speed is told."""
_SHORTEST = timedelta(seconds=2)


def grading_runs() -> QuerySet[GradingRun]:
    """Return the runs that decided something or were ordered, each with ``decided`` and ``failed``."""
    tallies = GradingRunTally.objects.filter(run=OuterRef("pk")).order_by().values("run")
    return (
        GradingRun.objects.select_related("policy")
        .annotate(decided=_sum(tallies), failed=_sum(tallies.filter(kind=Decision.Kind.FAILED)))
        .filter(~Q(kind=Kind.WAITING) | Exists(GradingRunTally.objects.filter(run=OuterRef("pk"))))
    )


def _sum(tallies: QuerySet[GradingRunTally, Any]) -> Coalesce:
    total = tallies.annotate(total=Sum("packs")).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=IntegerField())


def running(*, at: datetime) -> Q:
    """Return which runs go on: those not done, and of waiting packs what decided just now or still has to."""
    newest = GradingRun.objects.filter(kind=Kind.WAITING, last_at__gte=at - JOIN_WITHIN)
    key = newest.order_by("-started_at", "-pk").values_list("pk", flat=True).first()
    busy = ~Q(kind=Kind.WAITING) | Q(last_at__gte=at - JUST_NOW)
    return Q(state=State.QUEUED) & (busy | Q(pk=key) if key and packs_waiting_for_grade() else busy)


@dataclass(frozen=True)
class Group:
    """Packs that a run gave the same grade and route."""

    kind: str
    grade: str
    route: str
    packs: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run has come."""

    is_running: bool
    decided: int
    failed: int
    left: int
    """Packs of an order that it left as they were."""
    total: int
    """Packs that it is about; 0 where nobody can know."""
    groups: Sequence[Group]
    """Best grade first."""
    per_minute: int | None
    """Packs decided on a minute, lately; None where it is not known."""
    minutes_left: int | None
    """At this speed, rounded up; None where it is not known."""
    standstill: Standstill | None
    """Where it should go on and does not."""

    @property
    def done(self) -> int:
        """Return how many packs it is done with."""
        return self.decided + self.left


def progress_of(*, run: GradingRun, at: datetime) -> Progress:
    """Count what the run has decided, and what still waits for it."""
    tallies = GradingRunTally.objects.filter(run=run).order_by("grade", "route", "kind")
    rows = tallies.values_list("kind", "grade", "route").annotate(Sum("packs"))
    groups = [Group(*row) for row in rows]
    decided = sum(group.packs for group in groups)
    left = left_by_run(run=run).count()
    is_running = GradingRun.objects.filter(running(at=at), pk=run.pk).exists()
    total = run.pack_count or 0
    if is_running and run.kind == Kind.WAITING:
        total = decided + packs_waiting_for_grade()
    speed = _per_minute(run, at) if is_running else None
    rest = max(total - decided - left, 0)
    return Progress(
        is_running=is_running,
        decided=decided,
        failed=sum(group.packs for group in groups if group.kind == Decision.Kind.FAILED),
        left=left,
        total=total,
        groups=groups,
        per_minute=round(speed) if speed else None,
        minutes_left=-int(-rest // speed) if speed and rest else None,
        standstill=standstill_of(run=run, at=at) if is_running else None,
    )


def _per_minute(run: GradingRun, at: datetime) -> float | None:
    """Return how many packs a minute the last decisions took; None unless they are from just now."""
    newest = Decision.objects.filter(run=run).order_by("-pk")[:_RECENT]
    moments = sorted(newest.values_list("decided_at", flat=True))
    if not moments or at - moments[-1] > JUST_NOW:
        return None
    # What was decided at the first moment took its time before it.
    span = moments[-1] - moments[0]
    later = sum(moment > moments[0] for moment in moments)
    return later / (span / timedelta(minutes=1)) if span >= _SHORTEST else None


def decisions_of_run(*, run: GradingRun) -> QuerySet[Decision]:
    """Return what the run decided, each with ``old_grade`` where the pack had one before."""
    former = Decision.objects.filter(pack=OuterRef("pack"), superseded_by=OuterRef("pk"))
    return (
        Decision.objects.filter(run=run)
        .select_related("pack__supplier", "policy")
        .annotate(old_grade=Subquery(former.values("grade")[:1]))
    )


def with_old_grade(decisions: QuerySet[Decision], grade: str) -> QuerySet[Decision]:
    """Keep the decisions that took the place of one with this grade."""
    former = Decision.objects.filter(pack=OuterRef("pack"), superseded_by=OuterRef("pk"), grade=grade)
    return decisions.filter(Exists(former))


def left_by_run(*, run: GradingRun) -> QuerySet[GradingRunPack]:
    """Return the packs of an order that were left as they are, each with why."""
    rows = GradingRunPack.objects.filter(run=run, outcome=GradingRunPack.Outcome.LEFT)
    return rows.select_related("pack__supplier")


def failures_of(*, run: GradingRun | int) -> QuerySet[Decision]:
    """Return those of the run's failures that still stand, the packs being in review."""
    failed = Decision.objects.filter(
        run=run, kind=Decision.Kind.FAILED, superseded_by__isnull=True, pack__status="in_review"
    )
    return failed.select_related("pack").order_by("pk")


def changes_of(*, run: GradingRun) -> dict[tuple[str, str], int]:
    """Return how many packs of an order went from which grade to which."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT f.grade, d.grade, count(*)
               FROM grading_gradingrunpack m
               JOIN grading_decision f ON f.id = m.former_id
               JOIN grading_decision d ON d.id = f.superseded_by_id
               WHERE m.run_id = %s AND m.outcome = 'decided' GROUP BY 1, 2""",
            [run.pk],
        )
        return {(old, new): count for old, new, count in cursor.fetchall()}
