"""Control measurements: what is due, and how instruments drift."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, QuerySet

from grading.domain.control import due_on, is_overdue
from grading.models import ControlMeasurement, Instrument, ReferenceItem
from grading.queries.instruments import KINDS_OF

MOST_DRIFT_POINTS = 500
Quantity = ReferenceItem.Quantity
WATCHED: Mapping[str, Sequence[str]] = {
    Quantity.CAPACITY: (Instrument.Kind.CYCLER,),
    Quantity.DCIR: (Instrument.Kind.CYCLER,),
    Quantity.ACIR: (Instrument.Kind.IR_TESTER,),
}
"""Which instruments are to be watched by a quantity; others may measure it too."""


@dataclass(frozen=True)
class Due:
    """A control measurement that an instrument is to make."""

    instrument: Instrument
    item: ReferenceItem
    last_at: datetime | None
    due_date: date | None
    """None when it was never measured: it is due now."""
    is_overdue: bool


def dues(*, today: date, instruments: Iterable[Instrument] | None = None) -> list[Due]:
    """Return what instruments in service are to measure, the most overdue first; three queries at most."""
    rows = list(Instrument.objects.filter(is_active=True) if instruments is None else instruments)
    items = list(ReferenceItem.objects.filter(is_active=True))
    counting = ControlMeasurement.objects.filter(withdrawn_at=None, instrument__in=[row.pk for row in rows])
    latest = counting.values_list("instrument_id", "item_id").annotate(last=Max("measured_at")).order_by()
    last_of = {(instrument, item): last for instrument, item, last in latest}
    found = [
        _due(row, item, last_of.get((row.pk, item.pk)), today)
        for row in rows
        for item in items
        if row.is_active and row.kind in WATCHED[item.quantity]
    ]
    return sorted(found, key=lambda due: (due.due_date or date.min, due.instrument.code, due.item.code))


def _due(instrument: Instrument, item: ReferenceItem, last_at: datetime | None, today: date) -> Due:
    due = due_on(last=last_at.date() if last_at else None, interval_days=item.interval_days)
    return Due(instrument, item, last_at, due, is_overdue(due=due, today=today))


def overdue_instrument_ids(*, today: date, instruments: Iterable[Instrument] | None = None) -> set[int]:
    """Return the instruments that should have measured a reference item before ``today``."""
    return {due.instrument.pk for due in dues(today=today, instruments=instruments) if due.is_overdue}


@dataclass(frozen=True)
class Drift:
    """The control measurements of one item by one instrument."""

    item: ReferenceItem
    measurements: list[ControlMeasurement]
    """Oldest first; withdrawn ones are not here."""


def drifts_of(*, instrument_id: int) -> list[Drift]:
    """Return how an instrument deviated from each reference item, the newest measurements of each."""
    rows = (
        ControlMeasurement.objects.filter(instrument_id=instrument_id, withdrawn_at=None)
        .select_related("item", "channel")
        .order_by("-measured_at", "-pk")
    )
    by_item: dict[int, list[ControlMeasurement]] = defaultdict(list)
    for row in rows[: MOST_DRIFT_POINTS * 4]:
        by_item[row.item_id].append(row)
    found = [Drift(each[0].item, each[:MOST_DRIFT_POINTS][::-1]) for each in by_item.values()]
    return sorted(found, key=lambda drift: drift.item.code)


def measurements_of(*, instrument_id: int) -> QuerySet[ControlMeasurement]:
    """Return the control measurements of an instrument, newest first, withdrawn ones included."""
    rows = ControlMeasurement.objects.filter(instrument_id=instrument_id)
    return rows.select_related("item", "channel").order_by("-measured_at", "-pk")


def measurements() -> QuerySet[ControlMeasurement]:
    """Return every control measurement with what it is about."""
    return ControlMeasurement.objects.select_related("instrument", "item", "channel")


def reference_items() -> QuerySet[ReferenceItem]:
    """Return every reference item with how often it was measured."""
    return ReferenceItem.objects.annotate(measured=Count("control_measurements"))


def items_for(*, kind: str) -> list[ReferenceItem]:
    """Return the items in use that an instrument of ``kind`` can measure, by code."""
    quantities = [quantity for quantity, kinds in KINDS_OF.items() if kind in kinds]
    rows = ReferenceItem.objects.filter(is_active=True, quantity__in=quantities)
    return list(rows.order_by("code", "pk"))
