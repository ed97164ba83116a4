"""What proves the demo's instruments: channels, reference items, monthly checks, and what went wrong."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from grading.management.demo.documents import page_of
from grading.management.demo.timeline import Year
from grading.models import ReferenceItem
from grading.services import instruments

_DAY = timedelta(days=1)
CYCLER = {
    "voltage_range_v": Decimal(600),
    "voltage_reading_percent": Decimal("0.02"),
    "voltage_full_scale_percent": Decimal("0.02"),
    "current_range_a": Decimal(300),
    "current_reading_percent": Decimal("0.05"),
    "current_full_scale_percent": Decimal("0.05"),
    "temperature_error_k": Decimal(1),
    "time_error_percent": Decimal("0.01"),
}
METER = {
    "resistance_range_mohm": Decimal(300),
    "resistance_reading_percent": Decimal("0.5"),
    "resistance_full_scale_percent": Decimal("0.05"),
    "temperature_error_k": Decimal(1),
}
CHANNELS = {"CYC-1": ("1", "2"), "CYC-2": ("1",), "CYC-3": ("1",), "IRT-1": ("1",), "IRT-2": ("1",)}
ITEMS = (
    ("REF-PACK", "Reference pack, module of 2021", "capacity_ah", "112.40", "1.0", 30),
    ("REF-SHUNT", "Shunt in a box", "dcir_mohm", "50.120", "2.0", 90),
    ("REF-R", "Four-wire resistor", "acir_1khz_mohm", "10.000", "1.0", 60),
)
ITEM_SOURCE = "Demo data: an assumed value, not a certificate."
DRIFT = {"CYC-1": "0.045", "CYC-2": "-0.030", "CYC-5": "0.085"}
"""Percent per month by which a cycler moves away from the reference pack."""


def equip(year: Year, at: datetime) -> None:
    """State the channels' accuracy, bring the reference items, and add a cycler that will drift."""
    who: dict[str, Any] = {"actor": year.who("administrator"), "at": at}
    drifting = instruments.create_instrument(
        code="CYC-5", name="Pack cycler 600 V", kind="cycler", maker_serial="DEMO-CYC-5",
        certificate_number=f"CAL-{at:%Y}-CYC-5", valid_from_date=at.date() - 30 * _DAY,
        valid_to_date=year.ends_at.date() + 90 * _DAY, laboratory="Demo calibration laboratory", **who,
    )  # fmt: skip
    year.instruments["CYC-5"] = drifting.pk
    for code, channels in CHANNELS.items():
        for channel in channels:
            limits = METER if code.startswith("IRT") else CYCLER
            instruments.add_channel(instrument_id=year.instruments[code], code=channel, limits=limits, **who)
    for code, name, quantity, value, tolerance, days in ITEMS:
        instruments.add_reference_item(
            code=code, name=name, quantity=quantity, reference_value=Decimal(value),
            tolerance_percent=Decimal(tolerance), interval_days=days, source=ITEM_SOURCE, **who,
        )  # fmt: skip


def plan(year: Year) -> None:
    """Let the year's checks happen in their turn."""
    morning = year.ends_at + timedelta(hours=7, minutes=30)
    for month in range(12):
        at = morning - (360 - 30 * month) * _DAY
        year.later(at, check_packs, month)
        if month % 2 == 0:
            year.later(at + timedelta(minutes=40), check_meters, month)
        if month % 3 == 0:
            year.later(at + timedelta(minutes=50), check_shunts, month)
    year.later(morning - 119 * _DAY, look_after)
    year.later(morning - 118 * _DAY, slip)


def check_packs(year: Year, at: datetime, month: int) -> None:
    """Measure the reference pack with the cyclers that are watched; the drifting one fails in the end."""
    for code, slope in DRIFT.items():
        months = month % 8 if code == "CYC-1" else month  # its calibration adjusted it
        noise = _noise(code, month, Decimal("0.04"))
        check(year, code, "REF-PACK", Decimal(slope) * months + noise, at)


def check_meters(year: Year, at: datetime, month: int) -> None:
    """Measure the resistor with both meters."""
    for code in ("IRT-1", "IRT-2"):
        noise = _noise(code, month, Decimal("0.2"))
        check(year, code, "REF-R", noise, at)


def check_shunts(year: Year, at: datetime, month: int) -> None:
    """Measure the shunt with the first cycler only: the others are overdue."""
    noise = _noise("CYC-1", month, Decimal("0.3"))
    check(year, "CYC-1", "REF-SHUNT", noise, at)


def _noise(code: str, month: int, most: Decimal) -> Decimal:
    # Of its own, so that what the packs are like does not depend on the checks.
    return (most * Decimal(Random(f"{code} {month}").randint(-100, 100)) / 100).quantize(Decimal("0.001"))  # noqa: S311


def check(
    year: Year, code: str, item_code: str, percent: Decimal, at: datetime, who: str = "warehouse2"
) -> int:
    """Measure a reference item that lies ``percent`` from its value, and return the measurement's key."""
    item = ReferenceItem.objects.get(code=item_code)
    value = (item.reference_value * (1 + percent / 100)).quantize(Decimal("0.0001"))
    return instruments.record_control_measurement(
        instrument_id=year.instruments[code], item_id=item.pk, measured_value=value, measured_at=at,
        actor=year.who(who), at=at,
    ).pk  # fmt: skip


def look_after(year: Year, at: datetime) -> None:
    """Record a failed calibration, correct what was stated, and replace a certificate of a wrong year."""
    who: dict[str, Any] = {"actor": year.who("administrator"), "at": at}
    instruments.record_calibration(
        instrument_id=year.instruments["CYC-4"], certificate_number=f"CAL-{at:%Y}-CYC-4-F",
        valid_from_date=at.date() - 4 * _DAY, valid_to_date=None, has_passed=False,
        laboratory="Demo calibration laboratory", note="Current out of limits on all ranges.", **who,
    )  # fmt: skip
    report = ["Demo calibration laboratory", f"CAL-{at:%Y}-IRT-1", "Found within its limits"]
    renewed: dict[str, Any] = {
        "instrument_id": year.instruments["IRT-1"],
        "certificate_number": f"CAL-{at:%Y}-IRT-1",
        "laboratory": "Demo calibration laboratory",
        "valid_from_date": at.date() - 3 * _DAY,
    }
    wrong = instruments.record_calibration(**renewed, valid_to_date=at.date() + 3 * 365 * _DAY, **who)
    instruments.withdraw_calibration(calibration_id=wrong.pk, reason="The year was mistyped.", **who)
    instruments.record_calibration(
        **renewed, valid_to_date=at.date() + 362 * _DAY,
        upload=instruments.Upload(f"CAL-{at:%Y}-IRT-1.pdf", page_of(report)), **who,
    )  # fmt: skip
    channel = instruments.add_channel(
        instrument_id=year.instruments["CYC-5"], code="1", limits=CYCLER | {"time_error_percent": None}, **who
    )
    instruments.change_channel(
        channel_id=channel.pk, limits=CYCLER, is_active=True, reason="The data sheet states the time.", **who
    )
    item = ReferenceItem.objects.get(code="REF-PACK")
    instruments.change_reference_item(
        item_id=item.pk, name=item.name, reference_value=item.reference_value,
        tolerance_percent=Decimal("0.8"), interval_days=item.interval_days, source=item.source,
        is_active=True, reason="Repeated measurements agree better than assumed.", **who,
    )  # fmt: skip


def slip(year: Year, at: datetime) -> None:
    """Withdraw a check that was typed wrongly."""
    made = check(year, "CYC-2", "REF-PACK", Decimal(10), at)
    instruments.withdraw_control_measurement(
        measurement_id=made, reason="Typed 123.6 for 112.6.", actor=year.who("administrator"), at=at
    )
