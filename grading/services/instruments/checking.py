"""Record control measurements of reference items, and withdraw those that were entered wrongly."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from grading.domain.control import deviation_percent, is_within
from grading.models import Channel, ControlMeasurement, Instrument, ReferenceItem
from grading.queries.instruments import KINDS_OF
from grading.services.instruments.changing import add_row, withdraw_row
from rebattery.actor import Actor
from rebattery.errors import RuleViolation

LARGEST_DEVIATION = Decimal(1000)
"""Percent; beyond it the value was typed wrongly."""


class ControlRefused(RuleViolation):
    """This control measurement cannot be recorded. Nothing was recorded."""

    code = "control_refused"


@transaction.atomic
def record_control_measurement(
    *,
    instrument_id: int,
    item_id: int,
    measured_value: Decimal,
    measured_at: datetime,
    actor: Actor,
    at: datetime,
    channel_id: int | None = None,
    note: str = "",
) -> ControlMeasurement:
    """Record what an instrument measured of a reference item; whether it passed is computed.

    Works on an instrument in any standing: a passed check brings one back that failed the same item. One
    that two people declared bad comes back when two people have each passed one.

    :raises ControlRefused: when the moment is still to come, the item is out of use or of a quantity that
        this kind of instrument does not measure, the channel is another instrument's, or the value is none.
    """
    instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
    item = ReferenceItem.objects.get(pk=item_id)
    channel = Channel.objects.filter(pk=channel_id or 0, instrument=instrument).first()
    faults = {}
    if measured_at > at:
        faults["measured_at"] = "This moment is still to come."
    if channel_id and channel is None:
        faults["channel_id"] = "Choose a channel of this instrument."
    if not item.is_active or instrument.kind not in KINDS_OF[item.quantity]:
        faults["item_id"] = "Choose an item that this instrument measures."
    deviation = deviation_percent(measured=measured_value, reference=item.reference_value)
    if measured_value <= 0 or deviation > LARGEST_DEVIATION:
        faults["measured_value"] = f"This is no measurement of {item.reference_value.normalize():f}."
    if faults:
        raise ControlRefused(fields=faults)
    measurement = ControlMeasurement(
        instrument=instrument,
        channel=channel,
        item=item,
        measured_value=measured_value,
        reference_value=item.reference_value,
        deviation_percent=deviation,
        tolerance_percent=item.tolerance_percent,
        has_passed=is_within(
            measured=measured_value, reference=item.reference_value, tolerance_percent=item.tolerance_percent
        ),
        measured_at=measured_at,
        note=note.strip(),
        at=at,
        person_id=actor.person_id,
        person_label=actor.label,
    )
    code = "control_measurement.passed" if measurement.has_passed else "control_measurement.failed"
    facts = {
        "instrument": f"{instrument.code}, channel {channel.code}" if channel else instrument.code,
        "item": item.code,
        "deviation": deviation,
        "tolerance": item.tolerance_percent.normalize(),
    }
    add_row(measurement, code=code, field="item", facts=facts, actor=actor, at=at)
    return measurement


@transaction.atomic
def withdraw_control_measurement(
    *, measurement_id: int, reason: str, actor: Actor, at: datetime
) -> ControlMeasurement:
    """Let a control measurement that was entered wrongly count no more.

    :raises AlreadyWithdrawn: when it was withdrawn before.
    :raises ReasonMissing: without a reason.
    """
    measurement = (
        ControlMeasurement.objects.select_for_update(of=("self",))
        .select_related("instrument", "item")
        .get(pk=measurement_id)
    )
    facts = {"instrument": measurement.instrument.code, "item": measurement.item.code}
    withdraw_row(
        measurement, code="control_measurement.withdrawn", facts=facts, reason=reason, actor=actor, at=at
    )
    return measurement
