"""Instruments with everything that belongs to them."""

from decimal import Decimal

from grading.services.instruments import (
    Upload,
    add_channel,
    add_reference_item,
    record_calibration,
    record_control_measurement,
)
from tests.factories import AT, make_actor, make_instrument
from tests.grading.declaring import propose

PDF = b"%PDF-1.7\n%certificate\n"


def instrument_objects() -> dict[str, int | str]:
    """Return the keys of an instrument, its channel, certificate and check, by the routes' parameters."""
    instrument, by = make_instrument(), {"actor": make_actor(), "at": AT}
    channel = add_channel(instrument_id=instrument.pk, code="1", limits={}, **by)
    item = add_reference_item(
        code=f"REF-{instrument.pk}",
        name="Reference pack",
        quantity="capacity_ah",
        reference_value=Decimal(100),
        tolerance_percent=Decimal(1),
        interval_days=30,
        source="Report 7",
        **by,
    )
    check = record_control_measurement(
        instrument_id=instrument.pk, item_id=item.pk, measured_value=Decimal("100.2"), measured_at=AT, **by
    )
    calibration = record_calibration(
        instrument_id=instrument.pk,
        certificate_number="CAL-F",
        valid_from_date=AT.date(),
        valid_to_date=AT.date().replace(year=2027),
        upload=Upload("certificate.pdf", PDF),
        **by,
    )
    return {
        "instrument_id": instrument.pk,
        "channel_id": channel.pk,
        "item_id": item.pk,
        "measurement_id": check.pk,
        "calibration_id": calibration.pk,
        "declaration_id": propose(instrument).pk,
        "part": "packs",
    }
