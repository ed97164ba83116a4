"""Write results as a set: the old ones superseded, the new ones in, the trail beside them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from grading.models import CapacityTest, ResistanceTest
from grading.queries.instruments import certificate_on
from grading.services.decisions import complete_where_settled
from grading.services.test_runs.checks import Bench, key_of
from grading.services.test_runs.inputs import Input
from intake.services.superseding import new_keys, point_to_successors
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

T = TypeVar("T", CapacityTest, ResistanceTest)


def common_values(row: Input, bench: Bench[Any], actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the columns that results of both kinds share."""
    instrument = bench.instruments[row.instrument_id or 0]
    channel = bench.channels.get(row.channel_id or 0)
    held = certificate_on(
        proof=bench.proofs[instrument.pk], measured_at=row.measured_at or at, channel=channel
    )
    return {
        "pack": bench.packs[row.pack_id],
        "instrument": instrument,
        "certificate_number": held,
        "method": row.method,
        "temperature_degc": row.temperature_degc,
        "channel": channel,
        "procedure": bench.procedures.get(row.procedure_id or 0),
        "ambient_degc": row.ambient_degc,
        "derivation_id": row.derivation_id,
        "note": row.note.strip(),
        "measured_at": row.measured_at,
        "at": at,
        "person_id": actor.person_id,
        "person_label": actor.label,
    }


def store(
    *,
    code: str,
    results: Sequence[T],
    rows: Sequence[Input],
    facts_of: Callable[[T], dict[str, Any]],
    bench: Bench[T],
    actor: Actor,
    at: datetime,
    then_grade: bool = True,
) -> list[T]:
    """Write ``results`` with their events and let grading begin where nothing more is needed.

    :param code: first part of the event codes, ``capacity_test`` or ``resistance_test``.
    :param rows: what the results were made of, in their order.
    :param then_grade: False when results of the same packs follow in this transaction.
    """
    if not results:
        return []
    # Known beforehand, because only one result of a pack is current at any moment.
    for result, key in zip(results, new_keys(model=type(results[0]), count=len(results)), strict=True):
        result.pk = key
    found = [(bench.current.get(key_of(type(new), new)), new) for new in results]
    replaced = [(old, new, row.reason) for (old, new), row in zip(found, rows, strict=True) if old]
    point_to_successors(model=type(results[0]), successors={old.pk: new.pk for old, new, _ in replaced})
    type(results[0]).objects.bulk_create(results)
    events = [_superseded(f"{code}.superseded", old, new, why) for old, new, why in replaced]
    events += [
        _recorded(f"{code}.recorded", result, facts_of(result), row.confirmation)
        for result, row in zip(results, rows, strict=True)
    ]
    record(events=events, actor=actor, at=at)
    if then_grade:
        complete_where_settled(pack_ids=[result.pack_id for result in results], actor=actor, at=at)
    return list(results)


def _superseded(code: str, old: T, new: T, reason: str) -> Event:
    return Event(
        code=code,
        subject_id=old.pk,
        subject_label=str(old),
        pack_id=old.pack_id,
        supplier_id=new.pack.supplier_id,
        before={"superseded_by_id": None},
        after={"superseded_by_id": new.pk},
        reason=reason.strip(),
    )


def _recorded(code: str, result: T, facts: dict[str, Any], confirmation: str) -> Event:
    columns = [field.attname for field in result._meta.concrete_fields]
    values = {name: getattr(result, name) for name in columns if name not in _KNOWN_ELSEWHERE}
    return Event(
        code=code,
        subject_id=result.pk,
        subject_label=str(result),
        pack_id=result.pack_id,
        supplier_id=result.pack.supplier_id,
        # A row that is new had nothing before, so what it leaves empty has not changed.
        after={name: value for name, value in values.items() if value not in (None, "", [], {})},
        facts=facts,
        reason=confirmation.strip(),
    )


_KNOWN_ELSEWHERE = {
    "id", "pack_id", "at", "person_id", "person_label", "superseded_by_id", "uncertainty",
}  # fmt: skip
"""Columns whose values the event carries itself; the budget follows from the others, its sum is told."""
