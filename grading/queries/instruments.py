"""Instruments as lists and pickers show them: usable or not, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Model, Q, QuerySet

from grading.domain.calibration import why_unusable
from grading.models import CapacityTest, Instrument, ResistanceTest

SHOWN_RESULTS = 20
CAPACITY_KINDS = (Instrument.Kind.CYCLER,)
"""Only a cycler can empty a pack."""
RESISTANCE_KINDS = (Instrument.Kind.IR_TESTER, Instrument.Kind.CYCLER)


@dataclass(frozen=True)
class Standing:
    """An instrument on one day."""

    instrument: Instrument
    fault: str
    """Why it may not measure on that day; empty when it may."""

    @property
    def label(self) -> str:
        """Name it for a picker, with what stands against it."""
        return f"{self.instrument} — {self.fault}" if self.fault else str(self.instrument)

    @property
    def words(self) -> str:
        """Say whether it may measure."""
        return self.fault or "May measure"


def standing_of(*, instrument: Instrument, on: date) -> Standing:
    """Return whether ``instrument`` may measure on the day ``on``."""
    fault = why_unusable(
        is_active=instrument.is_active,
        certificate_number=instrument.certificate_number,
        valid_from=instrument.calibrated_from_date,
        valid_to=instrument.calibrated_to_date,
        on=on,
    )
    return Standing(instrument, fault)


def all_instruments() -> QuerySet[Instrument]:
    """Return every instrument."""
    return Instrument.objects.all()


def named(instruments: QuerySet[Instrument], text: str) -> QuerySet[Instrument]:
    """Keep the instruments whose code or name contains ``text``."""
    return instruments.filter(Q(code__icontains=text) | Q(name__icontains=text))


def standings(*, on: date) -> list[Standing]:
    """Return every instrument, those in service first, by code."""
    rows = Instrument.objects.order_by("-is_active", "code", "pk")
    return [standing_of(instrument=row, on=on) for row in rows]


def unusable_on(instruments: QuerySet[Instrument], day: date) -> QuerySet[Instrument]:
    """Keep the instruments in service whose calibration does not hold on ``day``."""
    holds = Q(calibrated_from_date__lte=day, calibrated_to_date__gt=day)
    return instruments.filter(~holds, is_active=True)


def standings_of_kinds(*, kinds: Sequence[str], on: date) -> list[Standing]:
    """Return the instruments that can measure a thing, those that may not today included, with the reason."""
    return [standing for standing in standings(on=on) if standing.instrument.kind in kinds]


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
        for row in tests.select_related("pack").order_by("-at", "-pk")[:SHOWN_RESULTS]
    ]
    latest = sorted(rows, key=lambda row: row.at, reverse=True)[:SHOWN_RESULTS]
    return Use(capacity.count(), resistance.count(), list(latest))
