"""Channels for tests of what occupies them."""

from typing import Any

from django.db import transaction

from grading.models import Channel, Instrument
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from tests.factories import AT, make_instrument


@transaction.atomic
def make_channel(instrument: Instrument | None = None, code: str = "1", **fields: Any) -> Channel:
    instrument = instrument or make_instrument()
    channel = Channel.objects.create(instrument=instrument, code=code, **fields)
    event = Event(
        code="channel.created",
        subject_id=channel.pk,
        subject_label=code,
        after={},
        facts={"instrument": instrument.code},
    )
    record(events=[event], actor=SYSTEM, at=AT)
    return channel
