"""Which reviews outlive a new grading: those of packs with the same facts and the same outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from grading.services.decisions.judging import Judgement
from rebattery.audit.looking_back import LAST_OF_SUBJECT

_OUTCOME = """({0}.kind, {0}.grade, {0}.route,
    jsonb_path_query_array({0}.reasons, '$[*] ? (@.kind == "reason").code'),
    {0}.evidence - ARRAY['soh_age_days', 'soh_age_months', 'soh_measured_on'])"""
"""What a reviewer judged: the outcome, why, and the facts. The age of a test grows by itself, and whether its
day is kept depends on the policy; the evidence names the test in any case."""

_HELD = {"subject_type": "'review'", "codes": "ARRAY['review.held', 'review.carried_on']"}
LAST_HOLD = f"""
    SELECT CASE WHEN e.event_type = 'review.held'
        THEN jsonb_build_object('by', e.actor_label, 'at', e.at, 'reason_code', e.reason_code,
                                'reason', e.reason)
        ELSE e.facts -> 'held' END AS held
    FROM ({LAST_OF_SUBJECT.format(subject="{case}", **_HELD)}) e
"""  # noqa: S608 (constant text)
"""SQL: who put a review aside last, when and why; a review that went on has it from the one before."""


@dataclass(frozen=True)
class Kept:
    """Reviews that a new grading leaves to stand, by the key of the new decision."""

    confirmed: Mapping[int, int] = field(default_factory=dict)
    """A reviewer confirmed this very outcome: it needs no second look."""
    waiting: Mapping[int, int] = field(default_factory=dict)
    """Nobody decided yet: the new review goes on where this one was."""


NONE_KEPT = Kept()


def kept_reviews(*, ids: Sequence[int], judgements: Sequence[Judgement]) -> Kept:
    """Return the packs' last reviews that the stored decisions ``ids`` change nothing about; one query.

    All decisions since the reviewed one have its outcome and its facts, and need a review by the same rule.
    """
    rules = {key: j.review_rule for key, j in zip(ids, judgements, strict=True) if j.review_rule}
    if not rules:
        return NONE_KEPT
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.state, n.id, r.id
                FROM unnest(%s::bigint[], %s::text[]) AS m(id, rule)
                JOIN grading_decision n ON n.id = m.id
                CROSS JOIN LATERAL (
                    SELECT c.id, c.state, c.rule, c.decision_id FROM grading_reviewcase c
                    WHERE c.pack_id = n.pack_id ORDER BY c.id DESC LIMIT 1) r
                WHERE r.state IN ('open', 'confirmed') AND r.rule = m.rule
                  AND NOT EXISTS (
                    SELECT FROM grading_decision o
                    WHERE o.pack_id = n.pack_id AND o.id >= r.decision_id AND o.id < n.id
                      AND {_OUTCOME.format("o")} IS DISTINCT FROM {_OUTCOME.format("n")})""",  # noqa: S608
            [list(rules), list(rules.values())],
        )
        rows = cursor.fetchall()
    return Kept(
        confirmed={key: case for state, key, case in rows if state == "confirmed"},
        waiting={key: case for state, key, case in rows if state == "open"},
    )
