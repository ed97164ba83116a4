"""What becomes of the demo's rejects: some go back, some to recycling, some wait for the truck."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from grading.management.demo.timeline import Year
from grading.models import Dispute
from grading.queries.dispositions import unordered
from grading.services import dispositions
from grading.services.dispositions import Consignment
from intake.domain.dispositions import SETTLES_AFTER, OrderKind
from intake.models import DispositionOrder, Inspection, Pack, WasteCode, WasteOperator
from intake.services.waste import add_operator, change_operator, change_waste_code, load_waste_codes
from rebattery.actor import SYSTEM

_DAY = timedelta(days=1)
CODE = "16 06 05"
EXTENDED = (
    "Demonstration only: nobody has entered yet what applies since 9 November 2026, and an order needs a"
    " code."
)
ADDRESS = "Demo dismantler, ramp 2"
EXPERT = "Judged damaged by our own expert, by the signs of the inspection. Demonstration."


def plan(year: Year) -> None:
    """Send packs off in the course of the year."""
    morning = year.ends_at + timedelta(hours=10)
    year.later(morning - 200 * _DAY, _prepare)
    year.later(morning - 110 * _DAY, _renew)
    year.later(morning - 90 * _DAY, _give_back, 2, True)
    year.later(morning - 50 * _DAY, _recycle)
    year.later(morning - 20 * _DAY, _think_again)
    year.later(year.ends_at - timedelta(hours=5), _give_back, 2, False)


def _prepare(year: Year, at: datetime) -> None:
    load_waste_codes(actor=SYSTEM, at=at)
    permit = {"permit_number": "DEMO-PERMIT-1", "permit_valid_until": (year.ends_at + 400 * _DAY).date()}
    place = {"country": "DE", "address": "Demo street 1"}
    add_operator(
        values={"name": "Demo recycler (fictitious)", **permit, **place},
        actor=year.who("administrator"),
        at=at,
    )


def _renew(year: Year, at: datetime) -> None:
    boss = year.who("administrator")
    change_operator(
        operator_id=WasteOperator.objects.get().pk,
        values={"address": "Demo street 1, gate B"},
        reason="They moved their gate.",
        actor=boss,
        at=at,
    )
    code = WasteCode.objects.get(code=CODE)
    change_waste_code(
        waste_code_id=code.pk, values={"applies_until": None}, reason=EXTENDED, actor=boss, at=at
    )


def _think_again(year: Year, at: datetime) -> None:
    """Order packs back, leave one out after all, and cancel the rest."""
    order = _ordered_back(year, at, 2)
    if order is None or order.pack_count < 2:
        return
    year.later(at + timedelta(hours=1), _leave_out, order.pk)
    year.later(at + timedelta(hours=2), _call_off, order.pk)


def _leave_out(year: Year, at: datetime, order_id: int) -> None:
    order = DispositionOrder.objects.get(pk=order_id)
    dispositions.release(
        order_id=order.pk,
        version=order.version,
        pack_ids=[order.lines.order_by("pk")[0].pack_id],
        reason="Its supplier asks for another look.",
        actor=year.who("reviewer"),
        at=at,
    )


def _call_off(year: Year, at: datetime, order_id: int) -> None:
    order = DispositionOrder.objects.get(pk=order_id)
    dispositions.cancel(
        order_id=order.pk,
        version=order.version,
        reason="The truck does not come.",
        actor=year.who("reviewer"),
        at=at,
    )


def _give_back(year: Year, at: datetime, count: int, is_fetched: bool) -> None:
    order = _ordered_back(year, at, count)
    if order and is_fetched:
        year.later(at + 2 * _DAY, _hand_over, order.pk, "DEMO-CMR-1")


def _ordered_back(year: Year, at: datetime, count: int) -> DispositionOrder | None:
    packs = [pack for pack in _rejects(at) if pack.supplier.code == "DEMO" and not _hazards_of([pack])]
    if not packs:
        return None
    return dispositions.order(
        pack_ids=[pack.pk for pack in packs[:count]],
        consignment=Consignment(kind=OrderKind.RETURN, address=ADDRESS),
        reason="The dismantler takes them back for spare modules.",
        actor=year.who("reviewer"),
        at=at,
    )


def _recycle(year: Year, at: datetime) -> None:
    code = WasteCode.objects.get(code=CODE)
    packs = [pack for pack in _rejects(at) if pack.supplier.code != "DEMO"][:4]
    if not packs:
        return
    order = dispositions.order(
        pack_ids=[pack.pk for pack in packs],
        consignment=Consignment(
            kind=OrderKind.RECYCLING,
            operator_id=WasteOperator.objects.get().pk,
            waste_code_id=code.pk,
            transport_remark=EXPERT if _hazards_of(packs) else "",
        ),
        reason="No use for them in any application.",
        actor=year.who("reviewer2"),
        at=at,
    )
    year.later(at + 3 * _DAY, _hand_over, order.pk, "DEMO-WASTE-1")


def _hand_over(year: Year, at: datetime, order_id: int, document: str) -> None:
    order = DispositionOrder.objects.get(pk=order_id)
    dispositions.hand_over(
        order_id=order.pk,
        version=order.version,
        ticked=list(order.lines.values_list("pack_id", flat=True)),
        document_number=document,
        actor=year.who("warehouse2"),
        at=at,
    )


def _rejects(at: datetime) -> list[Pack]:
    """Return the rejected packs that an order can take, those rejected first before the others."""
    packs = unordered(Pack.objects.filter(status_at__lte=at - SETTLES_AFTER))
    mine = packs.exclude(pk__in=_disputed()).select_related("supplier").defer("declared", "declared_raw")
    return list(mine.order_by("status_at", "pk"))


def _disputed() -> list[int]:
    return list(Dispute.objects.filter(state=Dispute.State.OPEN).values_list("pack_id", flat=True))


def _hazards_of(packs: Sequence[Pack]) -> bool:
    """Return whether the inspection found one of the packs damaged."""
    found = Inspection.objects.filter(pack__in=packs, superseded_by=None)
    return found.exclude(safety="ok").exists()
