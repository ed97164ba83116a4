"""Packs that wait for a decision: this query is the queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

WAITS = """
    (p.status = 'tested' OR (p.status = 'quarantined' AND NOT EXISTS (
        SELECT FROM grading_decision d
        WHERE d.pack_id = p.id AND d.superseded_by_id IS NULL AND d.decided_at >= p.status_at
            AND NOT EXISTS (SELECT FROM intake_inspection i
                            WHERE i.pack_id = p.id AND i.superseded_by_id IS NULL AND i.at > d.decided_at))))
"""
"""SQL condition on ``intake_pack p``: tested, or in quarantine and not judged since its last finding."""


@dataclass(frozen=True)
class Queue:
    """Packs that workers take turns on, as parts of SQL."""

    packs: str
    """Tables, ``intake_pack p`` among them."""
    waits: str
    """Which packs wait; ``on`` is the day of asking."""
    order: str
    """The first ones first, the same every time."""


GRADING = Queue("intake_pack p", f"p.status IN ('tested', 'quarantined') AND {WAITS}", "p.id")
"""Packs that wait for their grade."""


def is_grading_waiting() -> bool:
    """Return whether a pack waits that no worker holds a lease on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT EXISTS (
                SELECT FROM {GRADING.packs} WHERE {GRADING.waits} AND NOT EXISTS (
                    SELECT FROM grading_gradingclaim c WHERE c.pack_id = p.id AND c.lease_until > now()))"""  # noqa: S608 (constant text)
        )
        return bool(cursor.fetchone()[0])


def packs_waiting_for_grade() -> int:
    """Return how many packs wait for a decision, those a worker is busy with included."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {GRADING.packs} WHERE {GRADING.waits}")  # noqa: S608
        return int(cursor.fetchone()[0])


def waiting_among(*, pack_ids: Sequence[int]) -> set[int]:
    """Return those of the packs that wait for a decision."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id FROM intake_pack p WHERE p.id = ANY(%s) AND {WAITS}",  # noqa: S608
            [list(pack_ids)],
        )
        return {pack_id for (pack_id,) in cursor.fetchall()}
