"""Decisions that end on a day: those that have, and those that soon will."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from grading.models import Decision
from grading.models.decision import IN_FORCE
from intake.domain.lifecycle import Status

_ENDED = """
    FROM grading_decision d JOIN intake_pack p ON p.id = d.pack_id
    WHERE d.superseded_by_id IS NULL AND d.suspended_by_id IS NULL AND d.valid_until < %(on)s
        AND p.status = 'graded'
"""
"""Graded packs whose decision counts no more on a day."""


def is_any_ended(*, on: date) -> bool:
    """Return whether a graded pack's decision has ended before ``on``."""
    return bool(_rows(f"SELECT EXISTS (SELECT {_ENDED})", {"on": on})[0])


def lock_next_ended(*, on: date, size: int) -> list[int]:
    """Lock the next packs whose decision has ended, past those that another worker holds."""
    order = "ORDER BY d.valid_until, p.id LIMIT %(size)s"
    sql = f"SELECT p.id {_ENDED} {order} FOR NO KEY UPDATE OF p SKIP LOCKED"
    return sorted(_rows(sql, {"on": on, "size": size}))


def ended_among(*, pack_ids: Sequence[int], on: date) -> set[int]:
    """Return those of the packs whose decision has ended."""
    return set(_rows(f"SELECT p.id {_ENDED} AND p.id = ANY(%(ids)s)", {"on": on, "ids": list(pack_ids)}))


def _rows(sql: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def ending_within(*, days: int, on: date) -> QuerySet[Decision]:
    """Return the decisions on graded packs that end, or want a new measurement, within ``days``.

    Each has the day on which that begins as ``due_on``.
    """
    until = on + timedelta(days)
    soon = Q(valid_until__lte=until) | Q(remeasure_from__lte=until)
    found = Decision.objects.filter(IN_FORCE & soon, pack__status=Status.GRADED)
    due_on = Least(
        Coalesce(F("remeasure_from"), F("valid_until")), F("valid_until"), output_field=DateField()
    )
    return found.annotate(due_on=due_on).select_related("policy", "pack__supplier", "pack__batch")
