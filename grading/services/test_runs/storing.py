"""Write results as a set: the old ones superseded, the new ones in, the trail beside them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from grading.models import CapacityTest, ResistanceTest
from grading.queries.instruments import certificate_on
from grading.services.decisions import complete_where_settled
from grading.services.test_runs.checks import Bench, key_of
from grading.services.test_runs.inputs import Input
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
    reasons: Sequence[str],
    facts_of: Callable[[T], dict[str, Any]],
    bench: Bench[T],
    actor: Actor,
    at: datetime,
    then_grade: bool = True,
) -> list[T]:
    """Write ``results`` with their events and let grading begin where nothing more is needed.

    :param code: first part of the event codes, ``capacity_test`` or ``resistance_test``.
    :param then_grade: False when results of the same packs follow in this transaction.
    """
    if not results:
        return []
    _allocate_keys(results)
    found = [(bench.current.get(key_of(type(new), new)), new) for new in results]
    replaced = [(old, new, why) for (old, new), why in zip(found, reasons, strict=True) if old]
    _supersede(replaced)
    type(results[0]).objects.bulk_create(results)
    events = [_superseded(f"{code}.superseded", old, new, why) for old, new, why in replaced]
    events += [_recorded(f"{code}.recorded", result, facts_of(result)) for result in results]
    record(events=events, actor=actor, at=at)
    if then_grade:
        complete_where_settled(pack_ids=[result.pack_id for result in results], actor=actor, at=at)
    return list(results)


def _allocate_keys(results: Sequence[T]) -> None:
    # Known beforehand, because the old row must point to its successor before that may be inserted:
    # only one result of a pack is current at any moment.
    table = type(results[0])._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, len(results)],
        )
        for result, (key,) in zip(results, cursor.fetchall(), strict=True):
            result.pk = key


def _supersede(replaced: Sequence[tuple[T, T, str]]) -> None:
    if not replaced:
        return
    table = type(replaced[0][0])._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET superseded_by_id = r.new"  # noqa: S608 (a table of ours)
            " FROM unnest(%s::bigint[], %s::bigint[]) AS r(old, new) WHERE id = r.old",
            [[old.pk for old, _, _ in replaced], [new.pk for _, new, _ in replaced]],
        )


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


def _recorded(code: str, result: T, facts: dict[str, Any]) -> Event:
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
    )


_KNOWN_ELSEWHERE = {
    "id", "pack_id", "at", "person_id", "person_label", "superseded_by_id", "uncertainty",
}  # fmt: skip
"""Columns whose values the event carries itself; the budget follows from the others, its sum is told."""
