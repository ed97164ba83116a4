"""Leases on packs that wait for a grade, the first or the next, so that no two workers judge one pack."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from grading.queries.ending import ENDED
from grading.queries.waiting import GRADING, Queue
from intake.services.leases import MAX_ATTEMPTS

DIED = f"The job stopped {MAX_ATTEMPTS} times without a word while it worked on this pack."
"""Why a pack on which that many workers died goes to a person instead of to one more."""


@dataclass(frozen=True)
class Claim:
    """Packs that this worker alone may judge until its lease lapses."""

    token: uuid.UUID
    pack_ids: list[int]
    is_exhausted: bool
    """These packs have had all their attempts."""


@transaction.atomic
def claim_next(*, chunk_size: int, on: date, queue: Queue = GRADING) -> Claim | None:
    """Lease the next packs that wait in ``queue`` on a day, or return None when none does.

    Attempts are counted here, so that a worker killed without a word has used one.
    """
    for attempts in range(MAX_ATTEMPTS):
        if claim := _claim(queue, on, attempts, shrunk(chunk_size, attempts=attempts)):
            return claim
    return _claim(queue, on, MAX_ATTEMPTS, chunk_size)


def shrunk(chunk_size: int, *, attempts: int) -> int:
    """Return how many packs to work on at once, after ``attempts`` that ended without a word.

    A pack that kills its worker takes its chunk along; so each further attempt works on a tenth of the size,
    the last one on single packs, until the culprit stands alone.
    """
    return 1 if attempts == MAX_ATTEMPTS - 1 else max(chunk_size // 10**attempts, 1)


def _claim(queue: Queue, on: date, attempts: int, size: int) -> Claim | None:
    """Lease packs that had so many attempts; what another worker leased in the same moment is looked past."""
    token = uuid.uuid4()
    # A worker that leases while this statement runs is seen by the next one only: packs that were found
    # and not leased are that worker's, and others may wait behind them.
    while True:
        is_any_found, pack_ids = _lease(queue, on, attempts, size, token)
        if pack_ids:
            return Claim(token, pack_ids, attempts >= MAX_ATTEMPTS)
        if not is_any_found:
            return None


def _lease(queue: Queue, on: date, attempts: int, size: int, token: uuid.UUID) -> tuple[bool, list[int]]:
    """Return whether packs were found, and those of them that are leased now."""
    # Lapsed or not is for the database's clock to say: workers' clocks differ.
    lapsed = "c.pack_id IS NULL" if attempts == 0 else "c.attempts = %(attempts)s AND c.lease_until <= now()"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH waiting AS (
                SELECT p.id FROM {queue.packs} LEFT JOIN grading_gradingclaim c ON c.pack_id = p.id
                WHERE {queue.waits} AND {lapsed}
                ORDER BY {queue.order} LIMIT %(size)s
                FOR NO KEY UPDATE OF p SKIP LOCKED),
            leased AS (
                INSERT INTO grading_gradingclaim AS c (pack_id, attempts, lease_token, lease_until)
                SELECT id, 1, %(token)s, now() + make_interval(secs => %(lease)s) FROM waiting
                ON CONFLICT (pack_id) DO UPDATE
                SET attempts = least(c.attempts + 1, %(most)s), lease_token = excluded.lease_token,
                    lease_until = excluded.lease_until
                WHERE c.lease_until <= now()
                RETURNING pack_id)
            SELECT EXISTS (SELECT FROM waiting), ARRAY(SELECT pack_id FROM leased ORDER BY pack_id)
            """,  # noqa: S608 (constant text)
            {
                "on": on,
                "attempts": attempts,
                "size": size,
                "token": token,
                "lease": settings.LEASE_SECONDS,
                "most": MAX_ATTEMPTS,
            },
        )
        is_any_found, pack_ids = cursor.fetchone()
    return is_any_found, pack_ids


def fence(*, token: uuid.UUID, pack_ids: Sequence[int]) -> list[int]:
    """End the lease on the packs and return those that were still leased under ``token``.

    In the transaction of the decisions: a worker whose lease was taken over writes nothing.
    """
    return _delete(
        "lease_token = %(token)s AND pack_id = ANY(%(ids)s)", {"token": token, "ids": list(pack_ids)}
    )


def drop_claims(*, pack_ids: Sequence[int]) -> None:
    """End every lease on the packs: their locks are held, so nobody else is writing about them."""
    _delete("pack_id = ANY(%(ids)s)", {"ids": list(pack_ids)})


def drop_stale_claims(*, on: date) -> None:
    """Forget lapsed leases on packs that wait in no queue any more."""
    waits = (
        f"EXISTS (SELECT FROM {queue.packs} WHERE p.id = grading_gradingclaim.pack_id AND {queue.waits})"
        for queue in (GRADING, ENDED)
    )
    _delete(f"lease_until <= now() AND NOT ({' OR '.join(waits)})", {"on": on})


def _delete(condition: str, params: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM grading_gradingclaim WHERE {condition} RETURNING pack_id",  # noqa: S608
            params,
        )
        return [pack_id for (pack_id,) in cursor.fetchall()]
