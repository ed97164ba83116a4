"""End an order: hand its packs over, take some out, or cancel all of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from grading.queries.review_steps import CLOSED_SQL
from grading.services.dispositions.standings import DispositionRefused, disputed_among, refuse
from grading.services.dispositions.telling import tell_handed_over, tell_kept
from intake.domain.dispositions import MOVES, OrderKind, OrderState, PackState
from intake.models import DispositionOrder, DispositionPack, Pack
from intake.services.lifecycle import lock_packs, move_packs
from rebattery.actor import Actor
from rebattery.audit.record import Event, ReasonMissing, record, record_rows

_GIVE_BACK = """
    UPDATE intake_pack p SET legal_status = l.legal_status_before, version = p.version + 1
    FROM intake_dispositionpack l
    WHERE l.order_id = %(order)s AND l.pack_id = p.id AND p.id = ANY(%(ids)s)
"""
_GIVEN_BACK = """
    SELECT p.id AS subject_id, p.serial AS subject_label, NULL::bigint AS pack_id, p.supplier_id,
           jsonb_build_object('legal_status', p.legal_status) AS before,
           jsonb_build_object('legal_status', l.legal_status_before) AS after,
           jsonb_build_object('order', %(number)s::text) AS facts
    FROM intake_dispositionpack l JOIN intake_pack p ON p.id = l.pack_id
    WHERE l.order_id = %(order)s AND p.id = ANY(%(ids)s) ORDER BY p.id
"""
_OVERTAKEN = """
    UPDATE grading_reviewcase SET state = 'superseded', version = version + 1, closed_at = %s, closed_by = %s
    WHERE pack_id = ANY(%s) AND state IN ('open', 'override_requested') RETURNING id
"""
_OVERTAKING = f"""
    SELECT r.id AS subject_id, p.serial AS subject_label, r.pack_id, p.supplier_id, NULL::jsonb AS before,
           {CLOSED_SQL} AS after,
           jsonb_build_object('order', %(number)s::text) AS facts
    FROM grading_reviewcase r JOIN intake_pack p ON p.id = r.pack_id
    WHERE r.id = ANY(%(ids)s) ORDER BY r.id
"""


class OrderChanged(DispositionRefused):
    """Somebody changed this order since you opened it. Look at it again. Nothing was changed."""

    code = "order_changed"


@transaction.atomic
def hand_over(
    *,
    order_id: int,
    version: int,
    ticked: Collection[int],
    document_number: str,
    actor: Actor,
    at: datetime,
) -> DispositionOrder:
    """Hand all packs of an order over with their paper; from here on they are gone.

    :param version: of the order as the person saw it.
    :param ticked: keys of the packs that the person has in front of them: all of the order, and no other.
    :raises OrderChanged: when somebody was faster.
    :raises DispositionRefused: without the paper's number, for another set of packs, or when a supplier
        disputes one of them since; names the packs. Also when permit or code have run out meanwhile.
    :raises MoveRefused: when a pack is not rejected any more.
    """
    if not document_number.strip():
        raise DispositionRefused(fields={"document_number": "Give the number of the paper that goes along."})
    order, packs = _lock(order_id, version)
    ids = [pack.pk for pack in packs]
    ticked = set(ticked)
    refuse([f"{pack.serial} is not ticked" for pack in packs if pack.pk not in ticked])
    if len(ticked) != len(ids):
        raise OrderChanged
    refuse(_lapsed(order, at))
    disputed = disputed_among(pack_ids=ids)
    answer_first = "is disputed: answer its supplier first, or take it out"
    refuse([f"{pack.serial} {answer_first}" for pack in packs if pack.pk in disputed])
    kind, document = OrderKind(order.kind), document_number.strip()
    facts = {"order": order.number, "document": document}
    moved = move_packs(pack_ids=ids, move=MOVES[kind], actor=actor, at=at, facts=facts)
    _close_reviews(order, ids, actor, at)
    _end_lines(order, ids, PackState.HANDED_OVER, "disposition_pack.handed_over", actor, at)
    told = {"packs": len(ids), "consignee": order.consignee["name"], "document": document}
    changes = {"state": OrderState.HANDED_OVER.value, "document_number": document}
    _end(order, "disposition.handed_over", changes | _ended_by(actor, at), told, "", actor, at)
    tell_handed_over(order=order, packs=moved, at=at)
    return order


@transaction.atomic
def release(
    *,
    order_id: int,
    version: int,
    pack_ids: Collection[int],
    reason: str,
    actor: Actor,
    at: datetime,
) -> DispositionOrder:
    """Take packs out of an open order and give each back what it was; without packs it is cancelled.

    :raises OrderChanged: when somebody was faster.
    :raises DispositionRefused: for packs that are not in it.
    :raises ReasonMissing: when nobody says why.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": "Say why."})
    order, packs = _lock(order_id, version)
    chosen = set(pack_ids)
    freed = [pack for pack in packs if pack.pk in chosen]
    ids = [pack.pk for pack in freed]
    if not ids or len(ids) != len(chosen):
        raise DispositionRefused("Choose packs of this order. Nothing was changed.")
    params: dict[str, Any] = {"order": order.pk, "number": order.number, "ids": ids}
    # The events first: they tell what the update is about to overwrite.
    record_rows(
        code="pack.order_withdrawn", actor=actor, at=at, rows=_GIVEN_BACK, params=params, reason=reason
    )
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, params)
    _end_lines(order, ids, PackState.RELEASED, "disposition_pack.released", actor, at)
    rest = len(packs) - len(ids)
    if rest:
        changes: dict[str, Any] = {"pack_count": rest}
        _end(order, "disposition.released", changes, {"packs": len(ids)}, reason, actor, at)
    else:
        changes = {"state": OrderState.CANCELLED.value, "cancel_reason": reason.strip(), "pack_count": 0}
        _end(order, "disposition.cancelled", changes | _ended_by(actor, at), {}, reason, actor, at)
    tell_kept(order=order, packs=freed, at=at)
    return order


@transaction.atomic
def cancel(*, order_id: int, version: int, reason: str, actor: Actor, at: datetime) -> DispositionOrder:
    """Cancel an open order: every pack is what it was before.

    :raises OrderChanged: when somebody was faster.
    :raises ReasonMissing: when nobody says why.
    """
    ids = _packs_in(order_id)
    if not ids:
        raise OrderChanged
    return release(order_id=order_id, version=version, pack_ids=ids, reason=reason, actor=actor, at=at)


def _lock(order_id: int, version: int) -> tuple[DispositionOrder, list[Pack]]:
    """Lock the packs of an open order, then the order itself."""
    packs = lock_packs(pack_ids=_packs_in(order_id))
    order = DispositionOrder.objects.select_for_update(no_key=True).get(pk=order_id)
    if order.state != OrderState.ORDERED or order.version != version:
        raise OrderChanged
    return order, packs


def _packs_in(order_id: int) -> list[int]:
    lines = DispositionPack.objects.filter(order_id=order_id, state=PackState.ORDERED)
    return list(lines.values_list("pack_id", flat=True))


def _lapsed(order: DispositionOrder, at: datetime) -> list[str]:
    """Say what was right when the packs were ordered and is not any more."""
    faults, operator, code = [], order.operator, order.waste_code
    if operator and not operator.may_take_waste(on=at.date()):
        faults.append(f"{operator.name} may not take waste any more: cancel the order and make a new one")
    if code and not code.applies(on=at.date()):
        faults.append(f"Waste code {code.code} does not apply any more: cancel the order and make a new one")
    return faults


def _close_reviews(order: DispositionOrder, pack_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Close what still waited for a reviewer: a dangerous pack may leave before."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERTAKEN, [at, actor.label, list(pack_ids)])
        ids = [key for (key,) in cursor.fetchall()]
    params = {"ids": ids, "number": order.number}
    record_rows(code="review.overtaken", actor=actor, at=at, rows=_OVERTAKING, params=params)


def _ended_by(actor: Actor, at: datetime) -> dict[str, Any]:
    return {"ended_at": at, "ended_by_person_id": actor.person_id, "ended_by": actor.label}


def _end_lines(
    order: DispositionOrder, pack_ids: Sequence[int], state: PackState, code: str, actor: Actor, at: datetime
) -> None:
    lines = DispositionPack.objects.filter(order=order, pack_id__in=pack_ids)
    events = [
        Event(
            code=code,
            subject_id=line.pk,
            subject_label=line.pack.serial,
            before={"state": line.state},
            after={"state": state.value},
            facts={"order": order.number},
        )
        for line in lines.select_related("pack").order_by("pk")
    ]
    lines.update(state=state.value)
    record(events=events, actor=actor, at=at)


def _end(
    order: DispositionOrder,
    code: str,
    changes: dict[str, Any],
    facts: dict[str, Any],
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    event = Event(
        code=code,
        subject_id=order.pk,
        subject_label=order.number,
        before={name: getattr(order, name) for name in changes},
        after=changes,
        facts=facts,
        reason=reason,
    )
    DispositionOrder.objects.filter(pk=order.pk).update(**changes, version=F("version") + 1)
    record(events=[event], actor=actor, at=at)
    order.version += 1
    for name, value in changes.items():
        setattr(order, name, value)
