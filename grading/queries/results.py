"""What became of packs in a span of the trail, by batch."""

import json
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from rebattery.audit.looking_back import LAST_ABOUT_PACK, LAST_BEFORE_SPAN, ONLY_SUCH_IN_SPAN
from rebattery.audit.standing import UNDO
from rebattery.audit.trail import LATEST_OF_EACH

RESULTS = {
    "pack.graded": "graded",
    "pack.accepted": "graded",
    "pack.sent_to_review": "held for a review",
    "pack.rejected": "rejected",
    "pack.quarantined": "put into quarantine",
}
"""The events that are a result for a supplier, each in a word; in the order in which they are told."""
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
        "undo": UNDO,
        "subject_type": "pack",
        "codes": [*RESULTS, *_TAKEN_BACK, UNDO],
        "taken_back": list(_TAKEN_BACK),
        "such": list(_JUDGED_AGAIN),
        "others": list(_TAKEN_BACK),
        "decided": ["decision.made", "decision.overridden", "decision.restored"],
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


_OUTCOME = "SELECT (o.after ->> 'grade', o.after ->> 'route') FROM ({}) o"
_DECIDED = {"pack": "j.subject_id", "subject_type": "'decision'", "codes": "%(decided)s"}
_UNCHANGED = f"""
    SELECT j.subject_id FROM ({ONLY_SUCH_IN_SPAN}) j
    JOIN latest e ON e.subject_id = j.subject_id
    WHERE %(words)s::jsonb ->> e.event_type
        = %(words)s::jsonb ->> ({LAST_BEFORE_SPAN.format(subject="j.subject_id")})
      AND ({_OUTCOME.format(LAST_ABOUT_PACK.format(**_DECIDED, limit="%(until)s"))})
        = ({_OUTCOME.format(LAST_ABOUT_PACK.format(**_DECIDED, limit="%(since)s"))})
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
