"""Tell suppliers that packs of theirs have left our house."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from intake.domain.dispositions import OrderKind
from intake.models import DispositionOrder, Pack
from rebattery.notices.domain.topics import Topic
from rebattery.notices.services import News, notify

MOST_NAMED = 100
"""Serials that a notice names; the pages have them all."""
_WENT = {OrderKind.RETURN: "on the way back to you", OrderKind.RECYCLING: "sent to recycling"}


def tell_handed_over(*, order: DispositionOrder, packs: Sequence[Pack], at: datetime) -> None:
    """Tell each supplier once per order which packs left, by which paper; the recycler is not named."""
    by_supplier: dict[int, list[str]] = defaultdict(list)
    for pack in packs:
        by_supplier[pack.supplier_id].append(pack.serial)
    went = _WENT[OrderKind(order.kind)]
    news = []
    for supplier_id, serials in sorted(by_supplier.items()):
        count = "1 pack" if len(serials) == 1 else f"{len(serials)} packs"
        more = f" and {len(serials) - MOST_NAMED} more" if len(serials) > MOST_NAMED else ""
        news.append(
            News(
                topic=Topic.PACKS_LEFT,
                supplier_id=supplier_id,
                subject_type="disposition",
                subject_id=order.pk,
                subject_label=order.number,
                title=f"{order.number}: {count} {went}",
                text=f"{count} {went}, document {order.document_number}:"
                f" {', '.join(serials[:MOST_NAMED])}{more}.",
                path=f"{reverse('packs')}?status={packs[0].status}",
                dedupe=f"packs_left:{order.pk}:{supplier_id}",
            )
        )
    notify(news=news, at=at)
