"""What makes a result fit to be recorded, all faults of a set found at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import Model, prefetch_related_objects

from grading.domain.measurement import check_ranges
from grading.models import Instrument
from grading.queries.bench import arrivals
from grading.queries.instruments import standing_of
from grading.services.test_runs.inputs import Input
from intake.domain.lifecycle import Status
from intake.models import Pack
from intake.services.lifecycle import lock_packs
from rebattery.errors import RuleViolation

BLANK = "Enter a value."
Faults = dict[str, str]
R = TypeVar("R", bound=Input)
M = TypeVar("M", bound=Model)


class ResultsRefused(RuleViolation):
    """Some values cannot be recorded. Nothing was recorded."""

    code = "results_refused"


class InstrumentLapsed(ResultsRefused):
    """The instrument may not measure. Nothing was recorded."""

    code = "instrument_lapsed"


class NotAtBench(RuleViolation):
    """Only packs that passed their inspection are measured."""

    code = "not_at_bench"


@dataclass(frozen=True)
class Bench(Generic[M]):
    """Everything that the checks of a set look at, read once."""

    packs: Mapping[int, Pack]
    instruments: Mapping[int, Instrument]
    arrived_at: Mapping[int, datetime]
    current: Mapping[int, M]
    """The result of this kind that stands for each pack now."""
    at: datetime


def open_bench(rows: Sequence[Input], model: type[M], at: datetime) -> Bench[M]:
    """Lock the packs of ``rows`` and read what their checks need; six queries for any number of rows.

    :raises MoveRefused: when a pack does not exist.
    :raises NotAtBench: when a pack is not between inspection and grading, or comes twice; names the packs.
    """
    pack_ids = [row.pack_id for row in rows]
    packs = lock_packs(pack_ids=pack_ids)
    if elsewhere := [pack for pack in packs if pack.status != Status.INSPECTED]:
        named = ", ".join(f"{pack.serial} is {pack.get_status_display().lower()}" for pack in elsewhere[:5])
        raise NotAtBench(
            f"{named}. Only inspected packs are measured; a graded one needs a retest order first. "
            "Nothing was recorded."
        )
    if len(pack_ids) != len(packs):
        twice = [pack.serial for pack in packs if pack_ids.count(pack.pk) > 1]
        raise NotAtBench(f"Twice in one set: {', '.join(twice[:5])}. Nothing was recorded.")
    prefetch_related_objects(packs, "pack_type")
    current = model._default_manager.filter(pack_id__in=pack_ids, superseded_by__isnull=True)
    return Bench(
        packs={pack.pk: pack for pack in packs},
        instruments=Instrument.objects.in_bulk({row.instrument_id for row in rows if row.instrument_id}),
        arrived_at=arrivals(pack_ids=pack_ids),
        current={result.pack_id: result for result in current},  # type: ignore[attr-defined]
        at=at,
    )


def refuse_faults(rows: Sequence[R], faults_of: Callable[[R], Faults]) -> None:
    """Check every row before refusing, so that all faults of a set are told at once.

    :raises InstrumentLapsed: when an instrument may not measure.
    :raises ResultsRefused: for all else; ``fields`` maps the field, or ``rows.N.field`` in a set, to
        what is wrong with it.
    """
    found = {index: faults for index, row in enumerate(rows) if (faults := faults_of(row))}
    if not found:
        return
    key = "rows.{}.{}" if len(rows) > 1 else "{1}"
    fields = {key.format(n, name): text for n, faults in found.items() for name, text in faults.items()}
    lapsed = next((faults["instrument_id"] for faults in found.values() if "instrument_id" in faults), "")
    if lapsed and lapsed != CHOOSE_INSTRUMENT:
        raise InstrumentLapsed(f"{lapsed}. Nothing was recorded.", fields=fields)
    raise ResultsRefused(fields=fields)


CHOOSE_INSTRUMENT = "Choose an instrument."


def common_faults(
    row: Input, model: type[Model], needed: Sequence[str], kinds: Sequence[str], bench: Bench[Any]
) -> Faults:
    """Return the faults that results of both kinds can have, by field.

    :param needed: numbers that may not be blank.
    :param kinds: kinds of instrument that can measure this.
    """
    faults = number_faults(row, model, needed)
    faults |= choice_faults(row, model, ["method"])
    faults |= _time_faults(row, bench) or _instrument_faults(row, kinds, bench)
    if row.pack_id in bench.current and not row.reason.strip():
        faults["reason"] = "This pack has a result already. Say why a new one takes its place."
    return faults


def number_faults(row: Input, model: type[Model], needed: Sequence[str]) -> Faults:
    """Return which numbers are blank, out of range, or finer than the table can keep."""
    values = {name: value for name, value in vars(row).items() if isinstance(value, Decimal)}
    faults = {name: BLANK for name in needed if getattr(row, name) is None}
    for name, value in values.items():
        places = model._meta.get_field(name).decimal_places  # type: ignore[union-attr]
        # The database would round silently, and the SOH computed here would not follow from the stored value.
        if value.is_finite() and value != round(value, places):
            faults[name] = f"At most {places} decimal places."
    return faults | {fault.field: fault.message for fault in check_ranges(values)}


def choice_faults(row: Input, model: type[Model], names: Sequence[str]) -> Faults:
    """Return which fields hold none of the choices of their column."""
    faults = {}
    for name in names:
        if getattr(row, name) not in [key for key, _ in model._meta.get_field(name).choices or ()]:  # type: ignore[union-attr]
            faults[name] = "Choose one."
    return faults


def _time_faults(row: Input, bench: Bench[Any]) -> Faults:
    if row.measured_at is None:
        return {"measured_at": BLANK}
    if row.measured_at > bench.at:
        return {"measured_at": "This moment is still to come."}
    arrived_at = bench.arrived_at.get(row.pack_id)
    # People enter minutes, so the minute of the arrival itself is not before it.
    if arrived_at and row.measured_at < arrived_at.replace(second=0, microsecond=0):
        return {"measured_at": f"Before the pack arrived ({arrived_at:%Y-%m-%d %H:%M} UTC)."}
    return {}


def _instrument_faults(row: Input, kinds: Sequence[str], bench: Bench[Any]) -> Faults:
    instrument = bench.instruments.get(row.instrument_id or 0)
    if instrument is None or instrument.kind not in kinds or row.measured_at is None:
        return {"instrument_id": CHOOSE_INSTRUMENT}
    # On the day of the test, and today: a lapsed instrument's old readings cannot be slipped in later.
    for on in (row.measured_at.date(), bench.at.date()):
        if fault := standing_of(instrument=instrument, on=on).fault:
            return {"instrument_id": f"{instrument.code}: {fault}"}
    return {}
