"""Orders that take packs out of the house, their packs, and packs that could still be ordered away."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from intake.domain.dispositions import MOST_PACKS, ORDERABLE, TRANSPORT, OrderKind, PackState, TransportClass
from intake.domain.identity import normalize_serial
from intake.domain.lifecycle import Status
from intake.models import DispositionOrder, DispositionPack, Pack
from rebattery.accounts.models import User
from rebattery.audit.trail import events_of_pack


def orders() -> QuerySet[DispositionOrder]:
    """Return all orders with whom they name; for staff only."""
    return DispositionOrder.objects.select_related("supplier", "operator", "waste_code")


def matching(rows: QuerySet[DispositionOrder], text: str) -> QuerySet[DispositionOrder]:
    """Keep the orders with this number or paper, or with a pack of this serial."""
    lines = DispositionPack.objects.filter(order=OuterRef("pk"), pack__serial=normalize_serial(text))
    return rows.filter(Q(number__icontains=text) | Q(document_number__icontains=text) | Q(Exists(lines)))


@dataclass(frozen=True)
class Line:
    """One pack of an order as its page shows it."""

    row: DispositionPack
    transport: TransportClass

    @property
    def is_open(self) -> bool:
        """Whether the pack is still to be handed over."""
        return self.row.state == PackState.ORDERED


def lines_of(*, order: DispositionOrder) -> list[Line]:
    """Return the packs of an order, by serial; one query."""
    rows = DispositionPack.objects.filter(order=order).select_related("pack__batch", "pack__supplier")
    return [Line(row, TRANSPORT[row.transport_class]) for row in rows.order_by("pack__serial", "pk")]


def pack_ids_with(*, lines: Sequence[Line], serials: Collection[str]) -> tuple[set[int], list[str]]:
    """Return the packs of an order that ``serials`` name, and the serials that name none of them."""
    by_serial = {line.row.pack.serial: line.row.pack_id for line in lines if line.is_open}
    read = [normalize_serial(serial) for serial in serials]
    return {by_serial[code] for code in read if code in by_serial}, [c for c in read if c not in by_serial]


def disposition_of(*, pack_id: int) -> DispositionPack | None:
    """Return the order that a pack is in or left by, None where there is none."""
    return dispositions_of(pack_ids=[pack_id]).get(pack_id)


@dataclass(frozen=True)
class Withdrawn:
    """The last order that gave a pack back before it could leave."""

    order: DispositionOrder
    at: datetime


def withdrawn_from(*, pack: Pack) -> Withdrawn | None:
    """Return the order that a pack was in and is not any more, None where none gave it back."""
    lines = DispositionPack.objects.filter(pack=pack, state=PackState.RELEASED)
    line = lines.select_related("order").order_by("-order_id").first()
    if line is None:
        return None
    last = events_of_pack(pack_id=pack.pk).filter(event_type="pack.order_withdrawn").latest("pk")
    return Withdrawn(line.order, last.at)


def dispositions_of(*, pack_ids: Sequence[int]) -> dict[int, DispositionPack]:
    """Return the order of each of the packs that are in one or left by one."""
    lines = _kept().filter(pack_id__in=pack_ids).select_related("order__waste_code")
    return {line.pack_id: line for line in lines}


def earlier_stays(*, pack: Pack) -> list[Pack]:
    """Return the earlier stays of a pack that went back and came again, the newest first."""
    stays = Pack.objects.filter(supplier_id=pack.supplier_id, serial=pack.serial, status=Status.RETURNED)
    return list(stays.exclude(pk=pack.pk).select_related("batch").order_by("-pk"))


def unordered(packs: QuerySet[Pack]) -> QuerySet[Pack]:
    """Keep the rejected packs that no order has yet."""
    return packs.filter(~Exists(_kept().filter(pack=OuterRef("pk"))), status=Status.REJECTED)


def _kept() -> QuerySet[DispositionPack]:
    return DispositionPack.objects.exclude(state=PackState.RELEASED)


def packs_to_order(
    *, viewer: User, pack_ids: Collection[int] = (), batch_id: int | None = None
) -> list[Pack]:
    """Return the packs that somebody chose, or all of a batch that are rejected and in no order."""
    packs = Pack.objects.visible_to(viewer).select_related("supplier", "batch").defer("declared_raw")
    chosen = packs.filter(pk__in=pack_ids) if pack_ids else unordered(packs.filter(batch_id=batch_id or 0))
    return list(chosen.order_by("serial", "pk")[: MOST_PACKS + 1])


def is_orderable(pack: Pack) -> bool:
    """Return whether some order could take a pack in its state."""
    return Status(pack.status) in ORDERABLE


def address_of_last_return(*, supplier_id: int) -> str:
    """Return where packs of a supplier went the last time; empty before the first."""
    returns = DispositionOrder.objects.filter(supplier_id=supplier_id, kind=OrderKind.RETURN.value)
    last = returns.order_by("-id").first()
    return str(last.consignee.get("address", "")) if last else ""
