"""What an instrument has, has shown and has measured."""

from dataclasses import dataclass

from django.db.models import Model, QuerySet

from grading.models import (
    Calibration,
    CapacityTest,
    Channel,
    ControlMeasurement,
    Instrument,
    InstrumentDeclaration,
    ResistanceTest,
)
from rebattery.audit.trail import Entry, entry_of, events_about

SHOWN_RESULTS = 20
MOST_STORIES = 200


@dataclass(frozen=True)
class Use:
    """What an instrument has measured."""

    capacity_count: int
    resistance_count: int
    latest: list[Model]
    """Its newest results of both kinds, newest first."""


def use_of(*, instrument_id: int) -> Use:
    """Return how many results an instrument has given, and the newest of them; four queries."""
    capacity = CapacityTest.objects.filter(instrument_id=instrument_id)
    resistance = ResistanceTest.objects.filter(instrument_id=instrument_id)
    rows = [
        row
        for tests in (capacity, resistance)
        for row in tests.select_related("pack", "channel").order_by("-at", "-pk")[:SHOWN_RESULTS]
    ]
    latest = sorted(rows, key=lambda row: row.at, reverse=True)[:SHOWN_RESULTS]
    return Use(capacity.count(), resistance.count(), list(latest))


def all_channels() -> QuerySet[Channel]:
    """Return every channel with its instrument."""
    return Channel.objects.select_related("instrument")


def channels_of_instrument(*, instrument_id: int) -> list[Channel]:
    """Return all channels of an instrument, those in service first."""
    return list(Channel.objects.filter(instrument_id=instrument_id).order_by("-is_active", "code", "pk"))


def calibrations_of(*, instrument_id: int) -> QuerySet[Calibration]:
    """Return all certificates of an instrument, the newest period first, withdrawn ones included."""
    rows = Calibration.objects.filter(instrument_id=instrument_id).select_related("channel", "stored_file")
    return rows.order_by("-valid_from_date", "-pk")


def calibrations() -> QuerySet[Calibration]:
    """Return every certificate with its instrument."""
    return Calibration.objects.select_related("instrument", "channel", "stored_file")


def story_of(*, instrument: Instrument) -> list[Entry]:
    """Return the trail of an instrument, its channels, certificates and checks, newest first."""
    about = {
        "instrument": [instrument.pk],
        "channel": list(Channel.objects.filter(instrument=instrument).values_list("pk", flat=True)),
        "instrument_declaration": list(
            InstrumentDeclaration.objects.filter(instrument=instrument).values_list("pk", flat=True)
        ),
        "calibration": list(instrument.calibrations.values_list("pk", flat=True)),
        "control_measurement": list(
            ControlMeasurement.objects.filter(instrument=instrument).values_list("pk", flat=True)
        ),
    }
    events = events_about(subjects=about).order_by("-id")[:MOST_STORIES]
    return [entry_of(event) for event in events]
