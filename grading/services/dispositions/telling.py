"""Tell suppliers when packs of theirs are ordered away, stay after all, or have left our house."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from intake.domain.dispositions import OrderKind
from intake.models import DispositionOrder, Pack
from rebattery.naming import counted, named
from rebattery.notices.domain.topics import Topic
from rebattery.notices.services import News, notify

MOST_NAMED = 100
"""Serials that a notice names; the pages have them all."""
_WENT = {OrderKind.RETURN: "on the way back to you", OrderKind.RECYCLING: "sent to recycling"}
_ORDERED = {OrderKind.RETURN: "ordered back to you", OrderKind.RECYCLING: "ordered to recycling"}
_KEPT = {OrderKind.RETURN: "not sent back to you after all", OrderKind.RECYCLING: "not recycled after all"}


def tell_ordered(*, order: DispositionOrder, packs: Sequence[Pack], at: datetime) -> None:
    """Tell each supplier which packs are to leave, before they do, and which of them are waste by that."""
    kind = OrderKind(order.kind)
    law = " In law they are waste from now on." if kind is OrderKind.RECYCLING else ""
    words = (_ORDERED[kind], "", f"{law} You are told again when they leave.")
    _tell(Topic.PACKS_ORDERED, order, packs, words=words, key="packs_ordered", at=at)


def tell_kept(*, order: DispositionOrder, packs: Sequence[Pack], at: datetime) -> None:
    """Tell each supplier which packs an order gave back; call it once per change of the order."""
    words = (_KEPT[OrderKind(order.kind)], "", " In law they are again what they were before the order.")
    # An order can give packs back several times: its version tells the times apart.
    _tell(Topic.PACKS_ORDERED, order, packs, words=words, key=f"packs_kept:{order.version}", at=at)


def tell_handed_over(*, order: DispositionOrder, packs: Sequence[Pack], at: datetime) -> None:
    """Tell each supplier once per order which packs left, by which paper; the recycler is not named."""
    words = (_WENT[OrderKind(order.kind)], f", document {order.document_number}", "")
    _tell(Topic.PACKS_LEFT, order, packs, words=words, key="packs_left", at=at)


def _tell(
    topic: Topic,
    order: DispositionOrder,
    packs: Sequence[Pack],
    *,
    words: tuple[str, str, str],
    key: str,
    at: datetime,
) -> None:
    """Tell each supplier of its own packs: ``words`` are what happened, by what paper, and what follows."""
    by_supplier: dict[int, list[str]] = defaultdict(list)
    for pack in packs:
        by_supplier[pack.supplier_id].append(pack.serial)
    happened, paper, follows = words
    news = []
    for supplier_id, serials in sorted(by_supplier.items()):
        count = counted(len(serials), "pack")
        news.append(
            News(
                topic=topic,
                supplier_id=supplier_id,
                subject_type="disposition",
                subject_id=order.pk,
                subject_label=order.number,
                title=f"{order.number}: {count} {happened}",
                text=f"{count} {happened}{paper}: {named(serials, most=MOST_NAMED)}.{follows}",
                path=f"{reverse('packs')}?status={packs[0].status}",
                dedupe=f"{key}:{order.pk}:{supplier_id}",
            )
        )
    notify(news=news, at=at)
