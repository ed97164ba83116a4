"""Write decisions with their states, reviews and trail, as sets, in a constant number of statements."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from grading.domain.policy import Policy
from grading.domain.review_reasons import rule_label
from grading.models import Decision, PolicyVersion
from grading.queries.decisions import DECIDED_BY_SQL, POLICY_SQL
from grading.queries.review_steps import CLOSED_SQL, WAS_OPEN_SQL
from grading.queries.separation import MEASURED_BY_SQL
from grading.services.decisions.judging import Judgement
from grading.services.decisions.keeping import LAST_HOLD, NONE_KEPT, Kept, kept_reviews
from grading.services.decisions.runs import count_decided
from intake.domain.lifecycle import Move, Status
from intake.services.lifecycle import move_locked
from intake.services.superseding import new_keys
from rebattery.actor import Actor
from rebattery.audit.record import record_rows

_COLUMNS = (
    "id, pack_id, policy_id, policy_sha256, kind, grade, route, reasons, missing, path, applications,"
    " warranty, evidence, evidence_sha256, valid_until, remeasure_from, scope, run_id, decided_at, decided_by"
)
_OF_DECISIONS = """
    FROM grading_decision d
    JOIN intake_pack p ON p.id = d.pack_id
    JOIN grading_policyversion v ON v.id = d.policy_id
"""
_OF_REVIEWS = """
    FROM grading_reviewcase r
    JOIN intake_pack p ON p.id = r.pack_id
    JOIN grading_decision d ON d.id = r.decision_id
"""


def write_decisions(
    *,
    judgements: Sequence[Judgement],
    version: PolicyVersion,
    policy: Policy,
    actor: Actor,
    at: datetime,
    run_id: int | None = None,
    is_same_pack: bool = False,
) -> None:
    """Store new decisions in the place of the packs' current ones, and take the packs where they lead.

    The packs are locked, tested or in quarantine; those in quarantine stay there and get a review. A run
    counts them.

    :param is_same_pack: nothing happened to the packs since their last decision. Where facts and outcome are
        the same too, a confirmation stands and an open review goes on.
    """
    ids = new_keys(model=Decision, count=len(judgements))
    supersede(pack_ids=[j.pack.pk for j in judgements], new_ids=ids, actor=actor, at=at)
    insert_decisions(ids=ids, judgements=judgements, version=version, actor=actor, at=at, run_id=run_id)
    if run_id is not None:
        count_decided(run_id=run_id, judgements=judgements)
    kept = kept_reviews(ids=ids, judgements=judgements) if is_same_pack else NONE_KEPT
    record_decisions(ids=ids, code="decision.made", kept=kept, actor=actor, at=at)
    _close_reviews([j.pack.pk for j in judgements], actor, at)
    settled = [key in kept.confirmed or not j.review_rule for key, j in zip(ids, judgements, strict=True)]
    _move(judgements, settled, policy, actor, at)
    _open_reviews(ids, judgements, kept, actor, at)


def supersede(*, pack_ids: Sequence[int], new_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Let the packs' current decisions point to those that take their place."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE grading_decision d SET superseded_by_id = m.new_id
               FROM unnest(%s::bigint[], %s::bigint[]) AS m(pack_id, new_id)
               WHERE d.pack_id = m.pack_id AND d.superseded_by_id IS NULL""",
            [list(pack_ids), list(new_ids)],
        )
        if not cursor.rowcount:
            return
    record_rows(
        code="decision.superseded",
        actor=actor,
        at=at,
        rows=f"""
            SELECT d.id AS subject_id, d.grade || ' by ' || {DECIDED_BY_SQL} AS subject_label,
                   d.pack_id, p.supplier_id, '{{"superseded_by_id": null}}'::jsonb AS before,
                   jsonb_build_object('superseded_by_id', d.superseded_by_id) AS after, '{{}}'::jsonb AS facts
            {_OF_DECISIONS} WHERE d.superseded_by_id = ANY(%(new_ids)s)""",
        params={"new_ids": list(new_ids)},
    )


def insert_decisions(
    *,
    ids: Sequence[int],
    judgements: Sequence[Judgement],
    version: PolicyVersion,
    actor: Actor,
    at: datetime,
    run_id: int | None = None,
) -> None:
    """Store the decisions under the keys ``ids``."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY grading_decision ({_COLUMNS}) FROM STDIN") as copy,
    ):
        for key, judgement in zip(ids, judgements, strict=True):
            # Another machine's clock may have put the pack into its state later than "now": the decision
            # follows that state, or the pack would wait for ever.
            decided_at = max(at, judgement.pack.status_at)
            copy.write_row((key, *_row(judgement, version), run_id, decided_at, actor.label))


def _row(judgement: Judgement, version: PolicyVersion) -> tuple[Any, ...]:
    return (
        judgement.pack.pk,
        version.pk,
        version.sha256,
        judgement.kind.value,
        judgement.grade,
        judgement.route,
        _json(judgement.reasons),
        _json(judgement.missing),
        None if judgement.path is None else _json(judgement.path),
        _json(judgement.applications),
        _json(judgement.warranty),
        judgement.evidence_json,
        judgement.evidence_sha256,
        judgement.valid_until,
        judgement.remeasure_from,
        judgement.scope,
    )


def _json(value: Any) -> str:
    # The columns are jsonb, so spaces do not matter; the standard encoder takes a tenth of a grading's time.
    return orjson.dumps(value).decode()


def record_decisions(
    *, ids: Sequence[int], code: str, actor: Actor, at: datetime, kept: Kept = NONE_KEPT, **reason: str
) -> None:
    """Tell the trail of decisions: by the policy, by two people against it, or in force again.

    :param reason: ``reason`` and ``reason_code``, where people decided.
    """
    # Whose sentence says who set it against the policy names the policy alone.
    policy = POLICY_SQL if code == "decision.overridden" else DECIDED_BY_SQL
    record_rows(
        code=code,
        actor=actor,
        at=at,
        **reason,
        # The routes are taken out of the policy once; unpacking its document for every row costs more than
        # the rest of the event.
        rows=f"""
            WITH routes AS MATERIALIZED (
                SELECT id, document -> 'routes' AS labels FROM grading_policyversion
                WHERE id IN (SELECT policy_id FROM grading_decision WHERE id = ANY(%(ids)s)))
            SELECT d.id AS subject_id, d.grade || ' by ' || {DECIDED_BY_SQL} AS subject_label,
                   d.pack_id, p.supplier_id, NULL::jsonb AS before,
                   jsonb_build_object('kind', d.kind, 'grade', d.grade, 'route', d.route,
                       'policy_id', d.policy_id, 'policy_sha256', d.policy_sha256,
                       'evidence_sha256', d.evidence_sha256, 'missing', d.missing,
                       'valid_until', d.valid_until, 'scope', d.scope) AS after,
                   jsonb_build_object('grade', d.grade, 'policy', {policy},
                       'route', lower(routes.labels #>> ARRAY[d.route, 'label']),
                       'why', d.reasons -> 0 ->> 'sentence') || CASE WHEN r.id IS NULL THEN '{{}}'
                       ELSE jsonb_build_object('confirmed_in_review', r.id, 'why',
                           concat(d.reasons -> 0 ->> 'sentence', ' ', r.closed_by, ' confirmed this on ',
                               to_char(r.closed_at, 'FMDD Mon YYYY'), ', and it stands.')) END AS facts
            {_OF_DECISIONS} JOIN routes ON routes.id = d.policy_id
            LEFT JOIN unnest(%(kept)s::bigint[], %(cases)s::bigint[]) AS m(id, case_id) ON m.id = d.id
            LEFT JOIN grading_reviewcase r ON r.id = m.case_id
            WHERE d.id = ANY(%(ids)s) ORDER BY d.id""",
        params={
            "ids": list(ids),
            "kept": list(kept.confirmed),
            "cases": list(kept.confirmed.values()),
        },
    )


def _close_reviews(pack_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Close what reviewers had not decided: a newer decision takes its place."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE grading_reviewcase r
               SET state = 'superseded', version = r.version + 1, closed_at = %s, closed_by = %s
               FROM grading_reviewcase o
               WHERE o.id = r.id AND r.pack_id = ANY(%s) AND r.state IN ('open', 'override_requested')
               RETURNING r.id, o.state""",
            [at, actor.label, list(pack_ids)],
        )
        closed = cursor.fetchall()
    if not closed:
        return
    record_rows(
        code="review.superseded",
        actor=actor,
        at=at,
        rows=f"""
            SELECT r.id AS subject_id, p.serial AS subject_label, r.pack_id, p.supplier_id,
                   {WAS_OPEN_SQL} AS before, {CLOSED_SQL} AS after, '{{}}'::jsonb AS facts
            {_OF_REVIEWS} JOIN unnest(%(ids)s::bigint[], %(states)s::text[]) AS m(id, state) ON m.id = r.id
            ORDER BY r.id""",
        params={"ids": [key for key, _ in closed], "states": [state for _, state in closed]},
    )


def _move(
    judgements: Sequence[Judgement], settled: Sequence[bool], policy: Policy, actor: Actor, at: datetime
) -> None:
    rows = zip(judgements, settled, strict=True)
    tested = [(j, is_settled) for j, is_settled in rows if j.pack.status == Status.TESTED]
    for move, moved in (
        (Move.GRADE, [j for j, is_settled in tested if is_settled]),
        (Move.SEND_TO_REVIEW, [j for j, is_settled in tested if not is_settled]),
    ):
        if moved:
            name = f"{policy.id} v{policy.version}"
            facts = {
                j.pack.pk: {
                    "grade": j.grade,
                    "policy": name,
                    "route": policy.route_label(j.route).lower(),
                    "why": j.why,
                }
                for j in moved
            }
            packs = [j.pack for j in moved]
            move_locked(packs=packs, move=move, actor=actor, at=at, facts_by_pack=facts)


def _open_reviews(
    ids: Sequence[int], judgements: Sequence[Judgement], kept: Kept, actor: Actor, at: datetime
) -> None:
    rules = {
        key: j.review_rule or str(j.reasons[0]["code"])
        for key, j in zip(ids, judgements, strict=True)
        if key not in kept.confirmed and (j.review_rule or j.pack.status == Status.QUARANTINED)
    }
    if not rules:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO grading_reviewcase (pack_id, decision_id, rule, state, opened_at, held_until,
                   version, measured_by_person_ids, requested_by, override_grade, override_route,
                   override_scope, override_scope_note, closed_by, reason_code, reason, barred_instrument_ids,
                   barred_person_ids)
               SELECT d.pack_id, d.id, m.rule, 'open', coalesce(o.opened_at, %s), o.held_until, 1,
                   {MEASURED_BY_SQL},
                   '', '', '', '', '', '', '', '', '{{}}', '{{}}'
               FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS m(id, rule, case_id)
               JOIN grading_decision d ON d.id = m.id
               LEFT JOIN grading_reviewcase o ON o.id = m.case_id
               ORDER BY d.id""",  # noqa: S608 (constant text)
            [at, list(rules), list(rules.values()), [kept.waiting.get(key) for key in rules]],
        )
    for code, keys in (
        ("review.opened", [key for key in rules if key not in kept.waiting]),
        ("review.carried_on", list(kept.waiting)),
    ):
        if keys:
            _record_reviews(code, {key: rules[key] for key in keys}, kept, actor, at)


def _record_reviews(code: str, rules: dict[int, str], kept: Kept, actor: Actor, at: datetime) -> None:
    record_rows(
        code=code,
        actor=actor,
        at=at,
        rows=f"""
            SELECT r.id AS subject_id, p.serial AS subject_label, r.pack_id, p.supplier_id,
                   NULL::jsonb AS before,
                   jsonb_build_object('rule', %(labels)s::jsonb ->> r.rule) || CASE
                       WHEN m.case_id IS NULL THEN '{{}}'
                       ELSE jsonb_build_object(
                           'since', r.opened_at::date, 'former', m.case_id, 'held', h.held) END AS facts,
                   jsonb_build_object('state', r.state, 'rule', r.rule, 'decision_id', r.decision_id)
                       || CASE WHEN r.held_until IS NULL THEN '{{}}'
                               ELSE jsonb_build_object('held_until', r.held_until) END AS after
            {_OF_REVIEWS}
            JOIN unnest(%(ids)s::bigint[], %(cases)s::bigint[]) AS m(id, case_id) ON m.id = r.decision_id
            LEFT JOIN LATERAL ({LAST_HOLD.format(case="m.case_id")}) h ON r.held_until IS NOT NULL
            ORDER BY r.id""",
        params={
            "ids": list(rules),
            "cases": [kept.waiting.get(key) for key in rules],
            "labels": json.dumps({r: rule_label(r) for r in set(rules.values())}),
        },
    )
