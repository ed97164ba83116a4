"""What became of packs in a span of the trail, by batch."""

import json
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from rebattery.audit.trail import LATEST_OF_EACH

RESULTS = {
    "pack.graded": "graded",
    "pack.accepted": "graded",
    "pack.sent_to_review": "held for a review",
    "pack.rejected": "rejected",
    "pack.quarantined": "put into quarantine",
}
"""The events that are a result for a supplier, each in a word; in the order in which they are told."""
_UNDO = "pack.review_undone"
"""It takes back the event before it: the result before that one stands again."""
OF_REVIEWERS = ("pack.accepted", "pack.rejected", "pack.sent_to_retest")
"""The events that a reviewer can take back for a moment."""
_TAKEN_BACK = ("pack.sent_to_retest", "pack.suspended", "pack.reopened")
"""The events after which an earlier result counts no more; none of them is a result."""
_JUDGED_AGAIN = ("pack.graded_again", "pack.grade_ended")
"""The events after which a pack is decided on anew, with nothing else having happened to it."""


@dataclass(frozen=True)
class BatchResults:
    """How many packs of one batch got which result."""

    batch_id: int
    number: str
    supplier_id: int
    counts: dict[str, int]
    """By the words of ``RESULTS``, in their order."""
    serial: str
    """Of one of these packs: the pack, where there is only one."""


def results_between(*, since: int, until: int, seen: int) -> list[BatchResults]:
    """Return the results of the transactions from ``since`` to before ``until``, by batch.

    A pack that got several counts once, with the last; one whose last was taken back does not count, and
    neither does one with a later event before ``seen``: that one is told when its turn comes. A pack that was
    decided on anew and got the result, grade and route that it had before ``since`` is no news.
    """
    params: dict[str, Any] = {
        "since": since,
        "until": until,
        "seen": seen,
        "undo": _UNDO,
        "subject_type": "pack",
        "codes": [*RESULTS, *_TAKEN_BACK, _UNDO],
        "taken_back": list(_TAKEN_BACK),
        "judged_again": list(_JUDGED_AGAIN),
        "words": json.dumps(RESULTS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_BATCH, params)
        rows = cursor.fetchall()
    found: dict[int, BatchResults] = {}
    for batch_id, number, supplier_id, code, count, serial in rows:
        counts = found.setdefault(batch_id, BatchResults(batch_id, number, supplier_id, {}, serial)).counts
        counts[RESULTS[code]] = counts.get(RESULTS[code], 0) + count
    words = list(dict.fromkeys(RESULTS.values()))
    return [
        replace(batch, counts={word: batch.counts[word] for word in words if word in batch.counts})
        for batch in found.values()
    ]


_DECIDED_BEFORE = """
    SELECT (x.after ->> 'grade', x.after ->> 'route') AS decided FROM audit_event x
    WHERE x.pack_id = {pack} AND x.subject_type = 'decision' AND x.transaction_id < {limit}
      AND x.event_type IN ('decision.made', 'decision.overridden')
    ORDER BY x.id DESC LIMIT 1
"""
_RESULT_BEFORE = """
    SELECT y.event_type FROM (
        SELECT x.event_type, x.id, lead(x.event_type) OVER (ORDER BY x.id) AS next FROM audit_event x
        WHERE x.subject_type = %(subject_type)s AND x.subject_id = {pack} AND x.event_type = ANY(%(codes)s)
          AND x.transaction_id < %(since)s) y
    WHERE y.event_type <> %(undo)s AND y.next IS DISTINCT FROM %(undo)s
    ORDER BY y.id DESC LIMIT 1
"""
_UNCHANGED = f"""
    SELECT j.subject_id FROM (
        SELECT subject_id FROM audit_event
        WHERE transaction_id >= %(since)s AND transaction_id < %(seen)s AND subject_type = %(subject_type)s
          AND event_type = ANY(%(judged_again)s::text[] || %(taken_back)s::text[])
        GROUP BY subject_id HAVING bool_and(event_type = ANY(%(judged_again)s))) j
    JOIN latest e ON e.subject_id = j.subject_id
    WHERE %(words)s::jsonb ->> e.event_type
        = %(words)s::jsonb ->> ({_RESULT_BEFORE.format(pack="j.subject_id")})
      AND ({_DECIDED_BEFORE.format(pack="j.subject_id", limit="%(until)s")})
        = ({_DECIDED_BEFORE.format(pack="j.subject_id", limit="%(since)s")})
"""
"""Packs that were decided on anew, and nothing else, with what they had before as the outcome."""
_BY_BATCH = f"""
    WITH latest AS MATERIALIZED ({LATEST_OF_EACH})
    SELECT b.id, b.number, b.supplier_id, e.event_type, count(*), min(p.serial)
    FROM latest e
    JOIN intake_pack p ON p.id = e.subject_id
    JOIN intake_batch b ON b.id = p.batch_id
    WHERE e.event_type <> ALL(%(taken_back)s) AND e.transaction_id < %(until)s
      AND e.subject_id NOT IN ({_UNCHANGED})
    GROUP BY b.id, e.event_type ORDER BY b.id, e.event_type
"""
