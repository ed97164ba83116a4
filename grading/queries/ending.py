"""Decisions that end on a day: those that have, and those that soon will."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateField, QuerySet
from django.db.models.functions import Coalesce

from grading.domain.reasons import GRADE_EXPIRED
from grading.models import Decision
from grading.models.decision import CURRENT, IN_FORCE
from grading.queries.waiting import Queue
from intake.domain.lifecycle import Status

ENDED = Queue(
    "grading_decision d JOIN intake_pack p ON p.id = d.pack_id",
    """d.superseded_by_id IS NULL AND d.suspended_by_id IS NULL AND d.valid_until < %(on)s
       AND p.status = 'graded'""",
    "d.valid_until, p.id",
)
"""Graded packs whose decision counts no more on a day."""
_ENDED = f"FROM {ENDED.packs} WHERE {ENDED.waits}"


def is_any_ended(*, on: date) -> bool:
    """Return whether a graded pack's decision has ended before ``on``."""
    return bool(_rows(f"SELECT EXISTS (SELECT {_ENDED})", {"on": on})[0])


def ended_among(*, pack_ids: Sequence[int], on: date) -> set[int]:
    """Return those of the packs whose decision has ended."""
    return set(_rows(f"SELECT p.id {_ENDED} AND p.id = ANY(%(ids)s)", {"on": on, "ids": list(pack_ids)}))


def _rows(sql: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def ending_decisions() -> QuerySet[Decision]:
    """Return the decisions on graded packs that end some day.

    Each has as ``due_on`` the day from which it wants a new measurement, or on which it ends without one.
    """
    found = Decision.objects.filter(IN_FORCE, valid_until__isnull=False, pack__status=Status.GRADED)
    due_on = Coalesce("remeasure_from", "valid_until", output_field=DateField())
    return found.annotate(due_on=due_on).select_related("policy", "pack__supplier", "pack__batch")


def due_within(decisions: QuerySet[Any], *, days: int, on: date) -> QuerySet[Any]:
    """Keep those of :func:`ending_decisions` that end, or want a new measurement, within ``days``."""
    return decisions.filter(due_on__lte=on + timedelta(days))


def why_ended(*, pack_id: int) -> str:
    """Return why the pack's last decision says that its grade ran out; empty where it does not."""
    found = Decision.objects.filter(CURRENT, pack_id=pack_id).values_list("reasons", flat=True).first()
    return next((str(r["sentence"]) for r in found or () if r["code"] == GRADE_EXPIRED), "")
