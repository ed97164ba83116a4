"""The one writer of ``Pack.status``."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from intake.domain.lifecycle import TRANSITIONS, Move, Status
from intake.models import Pack
from rebattery.actor import Actor
from rebattery.audit.record import plain, record_rows
from rebattery.errors import RuleViolation
from rebattery.naming import named


class MoveRefused(RuleViolation):
    """The pack is not in a state that allows this."""

    code = "move_refused"


@transaction.atomic
def move_packs(
    *,
    pack_ids: Sequence[int],
    move: Move,
    actor: Actor,
    at: datetime,
    since: datetime | None = None,
    reason: str = "",
    reason_code: str = "",
    facts: Mapping[str, Any] | None = None,
    facts_by_pack: Mapping[int, Mapping[str, Any]] | None = None,
) -> list[Pack]:
    """Take all of ``pack_ids`` through ``move`` with one trail event each, or none of them.

    Locks the packs in key order and returns them in their new state.

    :param since: since when they stand there, where the move takes another one back; else ``at``.
    :raises MoveRefused: when a pack is in a state from which the table does not allow the move; names
        the packs, changes nothing.
    :raises ReasonMissing: when the move needs a reason and there is none.
    """
    packs = lock_packs(pack_ids=pack_ids)
    move_locked(
        packs=packs,
        move=move,
        actor=actor,
        at=at,
        since=since,
        reason=reason,
        reason_code=reason_code,
        facts=facts,
        facts_by_pack=facts_by_pack,
    )
    return packs


def move_locked(
    *,
    packs: Sequence[Pack],
    move: Move,
    actor: Actor,
    at: datetime,
    since: datetime | None = None,
    reason: str = "",
    reason_code: str = "",
    facts: Mapping[str, Any] | None = None,
    facts_by_pack: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """Do what :func:`move_packs` does with packs that this transaction has read under its lock.

    The packs come from :func:`lock_packs` and are in their new state afterwards.
    """
    transition = TRANSITIONS[move]
    forbidden = [pack for pack in packs if Status(pack.status) not in transition.sources]
    if forbidden:
        because = named([f"{pack.serial} is {pack.get_status_display().lower()}" for pack in forbidden])
        raise MoveRefused(f"{transition.label}: not possible, because {because}. Nothing was changed.")
    if not packs:
        return
    ids = [pack.pk for pack in packs]
    sources = [pack.status for pack in packs]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_pack SET status = %s, status_at = %s, version = version + 1 WHERE id = ANY(%s)",
            [transition.target.value, since or at, ids],
        )
    _record_moves(
        transition.event,
        ids,
        sources,
        transition.target,
        actor,
        at,
        reason,
        reason_code,
        facts,
        facts_by_pack,
    )
    for pack in packs:
        pack.status, pack.status_at, pack.version = transition.target.value, since or at, pack.version + 1


def lock_packs(*, pack_ids: Sequence[int]) -> list[Pack]:
    """Lock packs in key order (always before their children) and return them.

    :raises MoveRefused: when one of them does not exist.
    """
    # The declared history is most of a row's bytes and never decides a move: it is read when asked for.
    # One array takes the place of a parameter for each key, which would be looked for one by one in the text.
    keys = RawSQL("SELECT unnest(%s::bigint[])", [list(pack_ids)])
    rows = Pack.objects.filter(pk__in=keys).defer("declared", "declared_raw")
    packs = list(rows.select_for_update(no_key=True).order_by("pk"))
    if len(packs) != len(set(pack_ids)):
        raise MoveRefused("One of the packs is not there. Nothing was changed.")
    return packs


def _record_moves(
    code: str,
    ids: list[int],
    sources: list[str],
    target: Status,
    actor: Actor,
    at: datetime,
    reason: str,
    reason_code: str,
    facts: Mapping[str, Any] | None,
    facts_by_pack: Mapping[int, Mapping[str, Any]] | None,
) -> None:

    shared = plain(facts or {})
    own = facts_by_pack or {}
    record_rows(
        code=code,
        actor=actor,
        at=at,
        reason=reason,
        reason_code=reason_code,
        rows="""
            SELECT p.id AS subject_id, p.serial AS subject_label, NULL::bigint AS pack_id, p.supplier_id,
                   jsonb_build_object('status', m.source) AS before,
                   jsonb_build_object('status', %(target)s::text) AS after,
                   m.facts AS facts
            FROM ROWS FROM (unnest(%(ids)s::bigint[]), unnest(%(sources)s::text[]),
                            jsonb_array_elements(%(facts)s::jsonb)) AS m(id, source, facts)
            JOIN intake_pack p ON p.id = m.id
            ORDER BY p.id
        """,
        params={
            "ids": ids,
            "sources": sources,
            "target": target.value,
            # One JSON text: an array of texts would have every quote in it escaped once more.
            "facts": json.dumps([shared | plain(own.get(pk, {})) for pk in ids]),
        },
    )
