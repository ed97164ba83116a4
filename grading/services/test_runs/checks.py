"""What makes a result fit to be recorded, all faults of a set found at once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import Model, prefetch_related_objects

from grading.domain.calibration import Proof
from grading.domain.measurement import check_ranges
from grading.models import CapacityTest, Channel, Instrument, ProcedureVersion, ResistanceTest
from grading.models.test_run import STANDS
from grading.queries.bench import Demand, arrivals, demands_on
from grading.queries.instruments import proofs_of
from grading.services.declarations.locking import hold_instruments
from grading.services.test_runs.echoes import Echoes, echoes_of
from grading.services.test_runs.inputs import Input
from grading.services.test_runs.replacing import replacement_faults
from intake.domain.lifecycle import Status
from intake.models import Pack
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor
from rebattery.dates import moment_in_words
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


class AnotherInstrumentNeeded(ResultsRefused):
    """The ordered retest may not use this instrument again. Nothing was recorded."""

    code = "another_instrument_needed"


class AnotherPersonNeeded(ResultsRefused):
    """The ordered retest must be made by another person. Nothing was recorded."""

    code = "another_person_needed"


class NotAtBench(RuleViolation):
    """Only packs that passed their inspection are measured."""

    code = "not_at_bench"


Key = tuple[object, ...]
"""A pack with everything that makes a kind of result."""
_KIND: Mapping[type[Model], tuple[str, ...]] = {
    CapacityTest: ("pack_id", "basis"),
    ResistanceTest: ("pack_id", "method", "pulse_duration_s"),
}


@dataclass(frozen=True)
class Bench(Generic[M]):
    """Everything that the checks of a set look at, read once."""

    packs: Mapping[int, Pack]
    instruments: Mapping[int, Instrument]
    proofs: Mapping[int, Proof]
    """All that speaks for and against each instrument."""
    arrived_at: Mapping[int, datetime]
    channels: Mapping[int, Channel]
    procedures: Mapping[int, ProcedureVersion]
    demands: Mapping[int, Demand]
    """What the reviewer asked for who sent the pack back."""
    current: Mapping[Key, M]
    """The results that stand now, by pack and kind."""
    echoes: Echoes
    """Which packs have had the same measurements out of a tester's file."""
    at: datetime


def key_of(model: type[Model], row: object) -> Key:
    """Return what ``row``, an input or a stored result, may take the place of: the same kind of the pack."""
    return tuple(getattr(row, name) for name in _KIND[model])


def open_bench(rows: Sequence[Input], model: type[M], actor: Actor, at: datetime) -> Bench[M]:
    """Lock the packs of ``rows`` and read what their checks need, in as many queries for any number of rows.

    :raises MoveRefused: when a pack does not exist.
    :raises NotAtBench: when a pack is not between inspection and grading, or a kind of result comes twice
        for it; names the packs.
    :raises AnotherPersonNeeded: when a retest was ordered to be made by somebody else; names the packs.
    """
    pack_ids = list({row.pack_id for row in rows})
    packs = lock_packs(pack_ids=pack_ids)
    if elsewhere := [pack for pack in packs if pack.status != Status.INSPECTED]:
        named = ", ".join(f"{pack.serial} is {pack.get_status_display().lower()}" for pack in elsewhere[:5])
        raise NotAtBench(
            f"{named}. Only inspected packs are measured; a graded one needs a retest order first. "
            "Nothing was recorded."
        )
    keys = Counter(key_of(model, row) for row in rows)
    if twice := {key[0] for key, count in keys.items() if count > 1}:
        named = ", ".join([pack.serial for pack in packs if pack.pk in twice][:5])
        raise NotAtBench(f"Twice in one set: {named}. Nothing was recorded.")
    demands = demands_on(pack_ids=pack_ids)
    barred = [pack.serial for pack in packs if actor.person_id in demands.get(pack.pk, Demand()).person_ids]
    if barred:
        raise AnotherPersonNeeded(
            f"{', '.join(barred[:5])}: the reviewer wants somebody else to measure it this time. "
            "Nothing was recorded."
        )
    hold_instruments(instrument_ids={row.instrument_id for row in rows if row.instrument_id})
    return bench_of(packs, rows, model, demands, at)


def bench_of(
    packs: Sequence[Pack], rows: Sequence[Input], model: type[M], demands: Mapping[int, Demand], at: datetime
) -> Bench[M]:
    """Read what the checks of ``rows`` need, of the packs that they name; locks and refuses nothing."""
    pack_ids = [pack.pk for pack in packs]
    prefetch_related_objects(packs, "pack_type")
    current = model._default_manager.filter(STANDS, pack_id__in=pack_ids)
    instruments = Instrument.objects.in_bulk({row.instrument_id for row in rows if row.instrument_id})
    return Bench(
        packs={pack.pk: pack for pack in packs},
        instruments=instruments,
        proofs=proofs_of(instruments=instruments.values()),
        arrived_at=arrivals(pack_ids=pack_ids),
        channels=Channel.objects.in_bulk({row.channel_id for row in rows if row.channel_id}),
        procedures=ProcedureVersion.objects.in_bulk({row.procedure_id for row in rows if row.procedure_id}),
        demands=demands,
        current={key_of(model, result): result for result in current},
        echoes=echoes_of(rows),
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
    faulty = (faults.get("instrument_id", "") for faults in found.values())
    against = next((fault for fault in faulty if fault and fault != CHOOSE_INSTRUMENT), "")
    if against.endswith(ANOTHER_INSTRUMENT):
        raise AnotherInstrumentNeeded(f"{against}. Nothing was recorded.", fields=fields)
    if against:
        raise InstrumentLapsed(f"{against}. Nothing was recorded.", fields=fields)
    raise ResultsRefused(fields=fields)


CHOOSE_INSTRUMENT = "Choose an instrument."
ANOTHER_INSTRUMENT = "the reviewer wants another instrument for this retest"


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
    faults |= _channel_faults(row, bench) | _procedure_faults(row, model, bench)
    if old := bench.current.get(key_of(model, row)):
        faults = replacement_faults(row, old, bench.packs[row.pack_id]) | faults
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


def finite(value: Decimal | None) -> Decimal | None:
    """Return ``value``; None for what only looks like a number, which its field refuses."""
    return value if value is not None and value.is_finite() else None


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
        return {"measured_at": f"Before the pack arrived ({moment_in_words(arrived_at)})."}
    return {}


def _instrument_faults(row: Input, kinds: Sequence[str], bench: Bench[Any]) -> Faults:
    instrument = bench.instruments.get(row.instrument_id or 0)
    if instrument is None or instrument.kind not in kinds or row.measured_at is None:
        return {"instrument_id": CHOOSE_INSTRUMENT}
    channel = bench.channels.get(row.channel_id or 0)
    proof, code = bench.proofs[instrument.pk], channel.code if channel else ""
    if fault := proof.declared_bad(row.measured_at, code):
        return {"instrument_id": f"{instrument.code}: {fault}"}
    # On the day of the test, and today: a lapsed instrument's old readings cannot be slipped in later.
    for on in (row.measured_at.date(), bench.at.date()):
        if fault := proof.on(on, code).why:
            return {"instrument_id": f"{instrument.code}: {fault}"}
    if instrument.pk in bench.demands.get(row.pack_id, Demand()).instrument_ids:
        return {"instrument_id": f"{instrument.code}: {ANOTHER_INSTRUMENT}"}
    return {}


def _channel_faults(row: Input, bench: Bench[Any]) -> Faults:
    if row.channel_id is None:
        return {}
    channel = bench.channels.get(row.channel_id)
    if channel is None or channel.instrument_id != row.instrument_id:
        return {"channel_id": "Choose a channel of this instrument."}
    if channel.pk in bench.demands.get(row.pack_id, Demand()).channel_ids:
        return {"channel_id": f"Channel {channel} measured this pack wrongly before: take another one."}
    return {} if channel.is_active else {"channel_id": f"Channel {channel} is out of service."}


def _procedure_faults(row: Input, model: type[Model], bench: Bench[Any]) -> Faults:
    if row.procedure_id is None:
        return {}
    procedure = bench.procedures.get(row.procedure_id)
    kind = ProcedureVersion.Kind.CAPACITY if model is CapacityTest else ProcedureVersion.Kind.RESISTANCE
    if procedure is None or procedure.kind != kind:
        return {"procedure_id": f"Choose a procedure for a {kind.label.lower()}."}
    # A test made before it was withdrawn did follow it.
    if procedure.retired_at and row.measured_at and row.measured_at >= procedure.retired_at:
        return {"procedure_id": f"{procedure} was withdrawn before this test was made."}
    return {}
