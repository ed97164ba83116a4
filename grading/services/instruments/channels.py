"""Add channels to instruments and change what is stated of their accuracy."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grading.models import Channel, Instrument
from grading.services.instruments.changing import add_row, change_row
from rebattery.actor import Actor


@transaction.atomic
def add_channel(
    *,
    instrument_id: int,
    code: str,
    limits: Mapping[str, Decimal | None],
    actor: Actor,
    at: datetime,
) -> Channel:
    """Add a channel with its ranges and limits of error, by column; what is left out is not stated.

    :raises TakenCode: when the instrument has a channel of this code.
    """
    instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
    channel = Channel(instrument=instrument, code=code.strip().upper(), **limits)
    add_row(
        channel,
        code="channel.created",
        field="code",
        facts={"instrument": instrument.code},
        actor=actor,
        at=at,
    )
    return channel


@transaction.atomic
def change_channel(
    *,
    channel_id: int,
    limits: Mapping[str, Decimal | None],
    is_active: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Channel:
    """Correct what is stated of a channel, or take it out of service; budgets of past results stay.

    :raises ReasonMissing: when something changes without a reason.
    """
    channel = Channel.objects.select_for_update(of=("self",)).select_related("instrument").get(pk=channel_id)
    wanted: dict[str, Any] = {**limits, "is_active": is_active}
    facts = {"instrument": channel.instrument.code}
    change_row(channel, wanted, code="channel.changed", facts=facts, reason=reason, actor=actor, at=at)
    return channel
