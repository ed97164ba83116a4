"""Notices and webhooks for tests, made through the services."""

import itertools
from typing import Any

from intake.models import Supplier
from rebattery.notices.domain.topics import CHOICES, Topic
from rebattery.notices.models import Endpoint, Notice
from rebattery.notices.services import News, notify
from rebattery.notices.services.endpoints import add_endpoint
from tests.factories import AT, make_actor

ALL_TOPICS = [topic for topic, _ in CHOICES]
URL = "https://hooks.example.com/rebattery?key=1"
_numbers = itertools.count(1)


def make_notice(supplier: Supplier, **more: Any) -> Notice:
    number = next(_numbers)
    values: dict[str, Any] = {
        "topic": Topic.BATCH_CLOSED,
        "subject_type": "batch",
        "subject_id": number,
        "subject_label": f"B-2026-{number:05}",
        "title": f"Batch {number} was closed",
        "text": "All packs arrived.",
        "path": f"/batches/{number}/",
        "dedupe": f"test {number}",
    }
    news = News(**values | more, supplier_id=supplier.pk)
    notify(news=[news], at=AT)
    return Notice.objects.get(dedupe=news.dedupe)


def make_endpoint(supplier: Supplier, url: str = URL, topics: list[str] | None = None) -> Endpoint:
    made = add_endpoint(
        supplier_id=supplier.pk, url=url, topics=topics or ALL_TOPICS, actor=make_actor(), at=AT
    )
    return made.endpoint
