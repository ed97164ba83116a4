"""Order packs back to their supplier or to recycling: order, legal status, code and operator at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from grading.services.dispositions.standings import DispositionRefused, Looked, refuse, standings
from grading.services.dispositions.telling import tell_ordered
from intake.domain.chemistry import Chemistry
from intake.domain.dispositions import (
    MOST_PACKS,
    PREFIXES,
    LegalStatus,
    OrderKind,
    OrderState,
    PackState,
    legal_status_after,
    obstacle,
    transport_class_of,
)
from intake.models import DispositionOrder, DispositionPack, Pack, Supplier, WasteCode, WasteOperator
from intake.services.lifecycle import lock_packs
from intake.services.superseding import new_keys
from rebattery.actor import Actor
from rebattery.audit.record import Event, ReasonMissing, record, record_rows
from rebattery.naming import named

_MARK = """
    UPDATE intake_pack SET legal_status = coalesce(%(status)s, legal_status), version = version + 1
    WHERE id = ANY(%(ids)s)
"""
_MARKED = """
    SELECT p.id AS subject_id, p.serial AS subject_label, NULL::bigint AS pack_id, p.supplier_id,
           jsonb_build_object('legal_status', l.legal_status_before) AS before,
           jsonb_build_object('legal_status', p.legal_status) AS after,
           jsonb_build_object('order', %(number)s::text, 'waste_code', %(waste_code)s::text) AS facts
    FROM intake_dispositionpack l JOIN intake_pack p ON p.id = l.pack_id
    WHERE l.order_id = %(order)s ORDER BY p.id
"""
_EVENT = {OrderKind.RETURN: "pack.return_ordered", OrderKind.RECYCLING: "pack.recycling_ordered"}


@dataclass(frozen=True, kw_only=True)
class Consignment:
    """Where packs are to go, and how."""

    kind: OrderKind
    address: str = ""
    """Where a return goes; an operator has its own."""
    operator_id: int | None = None
    waste_code_id: int | None = None
    transport_remark: str = ""


@dataclass(frozen=True)
class _Consignee:
    told: dict[str, Any]
    operator: WasteOperator | None = None
    supplier: Supplier | None = None


@transaction.atomic
def order(
    *, pack_ids: Sequence[int], consignment: Consignment, reason: str, actor: Actor, at: datetime
) -> DispositionOrder:
    """Order all the packs away, or none; they stay where they are until somebody hands them over.

    In the same transaction a pack that goes to recycling becomes waste, with its code and its operator.

    :raises DispositionRefused: for packs that are not rejected, are disputed, under review, decided on a
        moment ago or in another order; without a code that applies or an operator with a valid permit;
        for a return to several suppliers or to no address; for damaged packs without a word on who judged
        them so. Names the packs.
    :raises ReasonMissing: when nobody says why.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": "Say why."})
    if not pack_ids:
        raise DispositionRefused("Choose at least one pack. Nothing was changed.")
    if len(set(pack_ids)) > MOST_PACKS:
        raise DispositionRefused(f"At most {MOST_PACKS} packs in one order. Nothing was changed.")
    kind = consignment.kind
    packs = lock_packs(pack_ids=pack_ids)
    looked = standings(packs=packs, person_id=actor.person_id, at=at)
    faults = ((pack.serial, obstacle(kind, looked[pack.pk].standing)) for pack in packs)
    refuse([f"{serial} {why}" for serial, why in faults if why])
    consignee = _consignee_of(consignment, packs, at)
    waste_code = _code_of(consignment, packs, at)
    lines = [_line(kind, pack, looked[pack.pk]) for pack in packs]
    _refuse_unexplained_damage(consignment, packs, looked)
    made = _store(consignment, consignee, waste_code, packs, reason, actor, at)
    _add_lines(made, lines, packs, actor, at)
    _mark_packs(made, packs, actor, at)
    tell_ordered(order=made, packs=packs, at=at)
    return made


def _consignee_of(consignment: Consignment, packs: Sequence[Pack], at: datetime) -> _Consignee:
    if consignment.kind is OrderKind.RECYCLING:
        operators = WasteOperator.objects.select_for_update(no_key=True)
        operator = operators.filter(pk=consignment.operator_id or 0, is_active=True).first()
        if operator is None:
            raise DispositionRefused(fields={"operator": "Choose who takes the packs."})
        if operator.permit_valid_until < at.date():
            ended = f"{operator.permit_valid_until:%Y-%m-%d}"
            raise DispositionRefused(fields={"operator": f"The permit of {operator.name} ended on {ended}."})
        names = ("name", "country", "address", "permit_number", "permit_valid_until")
        told = {name: str(getattr(operator, name)) for name in names}
        return _Consignee(told, operator=operator, supplier=_only_supplier(packs))
    supplier = _only_supplier(packs)
    if supplier is None:
        raise DispositionRefused("A return goes to one supplier: choose packs of one. Nothing was changed.")
    if not consignment.address.strip():
        raise DispositionRefused(fields={"address": "Say where the packs go."})
    told = {"name": supplier.name, "country": supplier.country, "address": consignment.address.strip()}
    return _Consignee(told, supplier=supplier)


def _only_supplier(packs: Sequence[Pack]) -> Supplier | None:
    ids = {pack.supplier_id for pack in packs}
    return Supplier.objects.get(pk=ids.pop()) if len(ids) == 1 else None


def _code_of(consignment: Consignment, packs: Sequence[Pack], at: datetime) -> WasteCode | None:
    """Return the code, which waste needs wherever it goes, and nothing else has."""
    statuses = (legal_status_after(consignment.kind, LegalStatus(pack.legal_status)) for pack in packs)
    if LegalStatus.WASTE not in statuses:
        return None
    code = WasteCode.objects.filter(pk=consignment.waste_code_id or 0).first()
    if code is None:
        raise DispositionRefused(fields={"waste_code": "Waste needs its code: choose one that applies."})
    if not code.applies(on=at.date()):
        raise DispositionRefused(fields={"waste_code": f"{code.code} does not apply on {at:%Y-%m-%d}."})
    return code


def _line(kind: OrderKind, pack: Pack, looked: Looked) -> DispositionPack:
    travels = transport_class_of(kind=kind, chemistry=Chemistry(pack.chemistry), safety=looked.safety)
    return DispositionPack(
        pack=pack,
        state=PackState.ORDERED,
        legal_status_before=pack.legal_status,
        hazards=list(looked.standing.hazards),
        transport_class=travels.code,
    )


def _refuse_unexplained_damage(
    consignment: Consignment, packs: Sequence[Pack], looked: Mapping[int, Looked]
) -> None:
    damaged = [pack.serial for pack in packs if looked[pack.pk].safety != "ok"]
    if damaged and not consignment.transport_remark.strip():
        text = f"Damaged: {named(damaged)}. Say who judged it, and by whose criteria."
        raise DispositionRefused(fields={"transport_remark": text})


def _store(
    consignment: Consignment,
    consignee: _Consignee,
    waste_code: WasteCode | None,
    packs: Sequence[Pack],
    reason: str,
    actor: Actor,
    at: datetime,
) -> DispositionOrder:
    [key] = new_keys(model=DispositionOrder, count=1)
    made = DispositionOrder.objects.create(
        id=key,
        number=f"{PREFIXES[consignment.kind]}-{at.year}-{key:05}",
        kind=consignment.kind.value,
        state=OrderState.ORDERED.value,
        supplier=consignee.supplier,
        operator=consignee.operator,
        waste_code=waste_code,
        consignee=consignee.told,
        pack_count=len(packs),
        reason=reason.strip(),
        transport_remark=consignment.transport_remark.strip(),
        ordered_at=at,
        ordered_by_person_id=actor.person_id,
        ordered_by=actor.label,
    )
    event = Event(
        code="disposition.ordered",
        subject_id=key,
        subject_label=made.number,
        after={
            "number": made.number,
            "kind": made.kind,
            "state": made.state,
            "supplier_id": made.supplier_id,
            "operator_id": made.operator_id,
            "waste_code": str(waste_code or ""),
            "consignee": consignee.told,
        },
        facts={"packs": len(packs), "consignee": consignee.told["name"]},
        reason=reason,
    )
    record(events=[event], actor=actor, at=at)
    return made


def _add_lines(
    made: DispositionOrder,
    lines: Sequence[DispositionPack],
    packs: Sequence[Pack],
    actor: Actor,
    at: datetime,
) -> None:
    for line in lines:
        line.order = made
    added = DispositionPack.objects.bulk_create(lines)
    events = [
        Event(
            code="disposition_pack.added",
            subject_id=line.pk,
            subject_label=pack.serial,
            after={
                "order_id": made.pk,
                "pack_id": pack.pk,
                "state": line.state,
                "hazards": line.hazards,
                "transport_class": line.transport_class,
            },
            facts={"order": made.number},
        )
        for line, pack in zip(added, packs, strict=True)
    ]
    record(events=events, actor=actor, at=at)


def _mark_packs(made: DispositionOrder, packs: Sequence[Pack], actor: Actor, at: datetime) -> None:
    """Let the packs know: recycling makes them waste, and none of their reviews can be taken back now."""
    kind = OrderKind(made.kind)
    status = LegalStatus.WASTE.value if kind is OrderKind.RECYCLING else None
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"status": status, "ids": [pack.pk for pack in packs]})
    params = {"order": made.pk, "number": made.number, "waste_code": str(made.waste_code or "")}
    record_rows(code=_EVENT[kind], actor=actor, at=at, rows=_MARKED, params=params)
