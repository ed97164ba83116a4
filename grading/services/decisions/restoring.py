"""Let decisions count again that overrides took the place of, when those are taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from grading.models import Decision, Dispute
from grading.queries.decisions import DECIDED_BY_SQL
from grading.services.decisions.writing import record_decisions, supersede
from intake.services.superseding import new_keys
from rebattery.actor import Actor
from rebattery.audit.record import record_rows

_OWN = ("id", "superseded_by_id", "suspended_by_id", "run_id", "decided_at")
"""Columns that a decision has for itself, whatever was decided."""
_SAME = ", ".join(
    field.column
    for field in Decision._meta.concrete_fields
    if field.column and field.column not in _OWN and not field.generated
)


def restore_decisions(*, former_ids: Sequence[int], actor: Actor, at: datetime) -> dict[int, int]:
    """Put what was decided before the packs' current decisions in force again, and return the new keys.

    No row is edited and none goes away: the outcome with its evidence, path and terms is written once more,
    as the newest decision. Open disputes about it go on with it. A constant number of statements.

    :param former_ids: decisions that the packs' current ones took the place of; the packs are locked.
    :returns: by former decision the one that counts again.
    """
    keys = dict(zip(former_ids, new_keys(model=Decision, count=len(former_ids)), strict=True))
    packs = dict(Decision.objects.filter(pk__in=former_ids).values_list("pk", "pack_id"))
    new_ids = list(keys.values())
    supersede(pack_ids=[packs[key] for key in former_ids], new_ids=new_ids, actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO grading_decision (id, decided_at, {_SAME})
                SELECT m.new_id, greatest(%s, d.decided_at), {_SAME}
                FROM unnest(%s::bigint[], %s::bigint[]) AS m(old_id, new_id)
                JOIN grading_decision d ON d.id = m.old_id""",  # noqa: S608 (names of columns)
            [at, list(former_ids), new_ids],
        )
    record_decisions(ids=new_ids, code="decision.restored", actor=actor, at=at)
    _carry_disputes_on(former_ids, new_ids, actor, at)
    return keys


def _carry_disputes_on(former_ids: Sequence[int], new_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE grading_dispute t SET decision_id = m.new_id
               FROM unnest(%s::bigint[], %s::bigint[]) AS m(old_id, new_id)
               WHERE t.decision_id = m.old_id AND t.state = %s
               RETURNING t.id, m.old_id""",
            [list(former_ids), list(new_ids), Dispute.State.OPEN],
        )
        moved = cursor.fetchall()
    if not moved:
        return
    record_rows(
        code="dispute.carried_on",
        actor=actor,
        at=at,
        rows=f"""
            SELECT t.id AS subject_id, p.serial AS subject_label, t.pack_id, p.supplier_id,
                   jsonb_build_object('decision_id', m.old_id) AS before,
                   jsonb_build_object('decision_id', t.decision_id) AS after,
                   jsonb_build_object('grade', d.grade, 'policy', {DECIDED_BY_SQL}) AS facts
            FROM unnest(%(ids)s::bigint[], %(old_ids)s::bigint[]) AS m(id, old_id)
            JOIN grading_dispute t ON t.id = m.id
            JOIN intake_pack p ON p.id = t.pack_id
            JOIN grading_decision d ON d.id = t.decision_id
            JOIN grading_policyversion v ON v.id = d.policy_id
            ORDER BY t.id""",
        params={"ids": [key for key, _ in moved], "old_ids": [old for _, old in moved]},
    )
