"""Which of the chosen packs can be graded again, and what keeps the others from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from grading.domain.regrading import OBSTACLE_WORDS, Obstacle
from grading.models import Decision, GradingRun, GradingRunPack, ReviewCase
from grading.models.decision import IN_FORCE
from intake.domain.lifecycle import Status
from intake.models import Pack

OBSTACLE = """
    CASE
        WHEN p.status = 'rejected' THEN 'rejected'
        WHEN p.status = 'quarantined' THEN 'quarantined'
        WHEN d.suspended_by_id IS NOT NULL THEN 'suspended'
        WHEN d.id IS NULL OR p.status NOT IN ('graded', 'in_review') THEN 'not_graded'
        WHEN d.kind = 'override' AND (d.valid_until IS NULL OR d.valid_until >= %(today)s) THEN 'overridden'
        WHEN EXISTS (SELECT FROM grading_reviewcase r
                     WHERE r.pack_id = p.id AND r.state = 'override_requested') THEN 'override_asked'
        WHEN d.id > {seen} THEN 'newer'
    END
"""
"""SQL: what keeps ``intake_pack p`` with its last ``grading_decision d`` from being graded again, null when
nothing does; ``seen`` is the newest decision that the person who chose could know."""
_WAITING = """
    SELECT m.pack_id, min(m.run_id) AS run_id
    FROM grading_gradingrun g JOIN grading_gradingrunpack m ON m.run_id = g.id
    WHERE g.kind = 'regrade' AND g.state = 'queued' AND m.outcome = '' GROUP BY m.pack_id
"""
"""SQL: packs that an order which is not done yet will come to, with its run."""
NAMED = 5


@dataclass(frozen=True)
class Hindered:
    """Packs that one obstacle keeps from being graded again."""

    obstacle: Obstacle
    count: int
    serials: Sequence[str]
    """The first few."""
    run_id: int | None = None
    """The run that already waits for them, where that is the obstacle."""

    @property
    def words(self) -> str:
        if self.run_id is not None:
            return f"already waiting in grading run {self.run_id}"
        return OBSTACLE_WORDS[self.obstacle]


@dataclass(frozen=True)
class Selection:
    """What a choice of packs comes to."""

    ready: int
    """Packs that can be graded again."""
    hindered: Sequence[Hindered]
    in_review: int = 0
    """Packs among those ready that wait for a reviewer."""

    @property
    def chosen(self) -> int:
        """Return how many packs were chosen."""
        return self.ready + self.hindered_count

    @property
    def hindered_count(self) -> int:
        """Return how many of them cannot be graded again."""
        return sum(part.count for part in self.hindered)


def newest_decision_id() -> int:
    """Return the key of the newest decision: what a person who chooses packs now can know."""
    return Decision.objects.aggregate(newest=Max("pk"))["newest"] or 0


def weigh_selection(*, packs: QuerySet[Pack], seen: int, at: datetime) -> Selection:
    """Count which of ``packs`` can be graded again, and name what hinders the others; one query.

    :param seen: the newest decision that the person knew, see :func:`newest_decision_id`.
    """
    sql, params = chosen_sql(packs, seen=seen, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT obstacle, run_id, count(*), count(*) FILTER (WHERE status = 'in_review'),
                    (array_agg(serial) FILTER (WHERE obstacle IS NOT NULL))[:{NAMED}]
                FROM ({sql}) c GROUP BY obstacle, run_id ORDER BY run_id""",  # noqa: S608 (text of ours, ORM)
            params,
        )
        rows = cursor.fetchall()
    ready, in_review = next(((count, held) for code, _, count, held, _ in rows if code is None), (0, 0))
    hindered = [
        Hindered(obstacle, count, sorted(serials), run_id)
        for obstacle in Obstacle
        for code, run_id, count, _, serials in rows
        if code == obstacle.value
    ]
    return Selection(ready, hindered, in_review)


def regradable(*, packs: QuerySet[Pack], seen: int, at: datetime) -> QuerySet[Pack]:
    """Return those of ``packs`` that can be graded again: those without an obstacle, a test says so."""
    current = Decision.objects.filter(IN_FORCE, pack=OuterRef("pk"), pk__lte=seen)
    overridden = Q(kind=Decision.Kind.OVERRIDE) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=at.date())
    )
    asked = ReviewCase.objects.filter(pack=OuterRef("pk"), state=ReviewCase.State.OVERRIDE_REQUESTED)
    standing = packs.filter(status__in=[Status.GRADED.value, Status.IN_REVIEW.value])
    waiting = GradingRunPack.objects.filter(
        run__kind=GradingRun.Kind.REGRADE,
        run__state=GradingRun.State.QUEUED,
        outcome=GradingRunPack.Outcome.WAITS,
    )
    standing = standing.exclude(pk__in=waiting.values("pack"))
    return standing.filter(Exists(current.exclude(overridden)), ~Exists(asked))


def chosen_sql(packs: QuerySet[Pack], *, seen: int, at: datetime) -> tuple[str, dict[str, Any]]:
    """Return SQL and parameters of the chosen packs.

    Its columns: ``id``, ``serial``, ``status``, ``decision_id``, ``obstacle``, and ``run_id`` where the
    obstacle is another order.
    """
    try:
        inner, values = packs.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # a filter that nothing fits
        inner, values = "SELECT NULL::bigint WHERE false", ()
    named = {f"chosen_{place}": value for place, value in enumerate(values)}
    names = iter(named)
    inner = re.sub("%[s%]", lambda found: found[0] if found[0] == "%%" else f"%({next(names)})s", inner)
    sql = f"""
        SELECT f.id, f.serial, f.status, f.decision_id,
               coalesce(f.obstacle, CASE WHEN w.run_id IS NOT NULL THEN 'ordered' END) AS obstacle,
               CASE WHEN f.obstacle IS NULL THEN w.run_id END AS run_id
        FROM (SELECT p.id, p.serial, p.status, d.id AS decision_id,
                     {OBSTACLE.format(seen="%(seen)s")} AS obstacle
              FROM intake_pack p
              LEFT JOIN grading_decision d ON d.pack_id = p.id AND d.superseded_by_id IS NULL
              WHERE p.id IN ({inner})) f
        LEFT JOIN ({_WAITING}) w ON w.pack_id = f.id"""  # noqa: S608 (text of ours and of the ORM)
    return sql, {**named, "seen": seen, "today": at.date()}
