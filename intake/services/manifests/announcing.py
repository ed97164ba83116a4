"""Write packs with their batch, the rows that wait, and their trail: all of it or nothing."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from psycopg.errors import UniqueViolation

from intake.models import Batch, Manifest, ManifestCorrection, ManifestRow, ManifestState, Pack
from intake.services.manifests import lease as leases
from intake.services.manifests.drafts import BatchIsClosed
from intake.services.manifests.finishing import finish
from intake.services.manifests.lease import Lease
from intake.services.manifests.pack_rows import COLUMNS, copied
from intake.services.manifests.reading import Reading
from intake.services.manifests.staging import replace_rows
from intake.services.superseding import new_keys
from rebattery.actor import Actor
from rebattery.audit.record import Event, record, record_rows
from rebattery.turns import await_turn

ANNOUNCED = """
    SELECT id AS subject_id, serial AS subject_label, NULL::bigint AS pack_id, supplier_id,
           NULL::jsonb AS before,
           jsonb_build_object(
               'serial', serial, 'batch_id', batch_id, 'status', status, 'make', make, 'model', model,
               'chemistry', chemistry, 'nominal_energy_kwh', nominal_energy_kwh::text,
               'declared_soh_percent', declared_soh_percent::text, 'ddr_status', ddr_status,
               'received_as', received_as) AS after,
           jsonb_build_object('batch', %(number)s::text, 'row', row) AS facts
    FROM intake_pack WHERE batch_id = %(batch)s AND id > %(newest)s ORDER BY id
"""
"""One event for each pack of the batch %(batch)s, called %(number)s, beyond %(newest)s."""


class Overtaken(Exception):
    """Another batch announced one of our serials while we read; the next attempt reports it by row."""


@transaction.atomic
def announce(lease: Lease, reading: Reading, actor: Actor, at: datetime) -> None:
    """Write the packs of a reading, their trail and what stays behind, in one transaction behind the fence.

    The packs go into the batch of the manifest: a new one, or the one that it has while that is open. The
    rest stays a draft; without a rest the manifest is imported. A manifest that replaces a batch never
    comes here: what it changes is another matter than announcing.

    :raises Overtaken: when a serial was announced by somebody else meanwhile.
    :raises BatchIsClosed: when the batch of the manifest is closed.
    """
    manifest = leases.lock(lease)
    await_turn_to_announce()
    batch, newest = _batch_for(manifest, actor, at, reading.pack_count)
    with connection.cursor() as cursor:
        _copy_packs(cursor, batch, reading)
        refuse_overtaken(cursor, batch, reading)
    ours = {"batch": batch.pk, "number": batch.number, "newest": newest}
    record_rows(code="pack.announced", actor=actor, at=at, rows=ANNOUNCED, params=ours)
    facts: dict[str, Any] = {"batch": batch.number}
    if remembered := reading.summary.get("remembered"):
        facts["remembered"] = remembered
    reading.summary["announced_up_to"] = _last_step(manifest)
    if reading.rest:
        replace_rows(manifest=manifest, spool=reading.rows, is_announcing=True)
        count_announced(reading)
        facts |= {"packs": reading.pack_count, "rest": reading.rest}
        code = "manifest.announced_in_part"
        finish(manifest, ManifestState.DRAFT, reading, actor, at, facts=facts, code=code)
    else:
        ManifestRow.objects.filter(manifest=manifest).delete()
        count_announced(reading)
        facts["packs"] = reading.summary["announced"]
        finish(manifest, ManifestState.IMPORTED, reading, actor, at, facts=facts)


def await_turn_to_announce() -> None:
    """Let one transaction at a time announce packs: its check for serials that came in must see them all."""
    await_turn("announce packs")


def _batch_for(manifest: Manifest, actor: Actor, at: datetime, pack_count: int) -> tuple[Batch, int]:
    """Return the batch that takes the packs, and the newest pack that it has already."""
    batch = Batch.objects.select_for_update(no_key=True).filter(manifest=manifest).first()
    if batch:
        if pack_count and batch.is_over:
            raise BatchIsClosed
        return batch, Pack.objects.filter(batch=batch).aggregate(newest=Max("pk"))["newest"] or 0
    [batch_id] = new_keys(model=Batch, count=1)
    number = f"B-{at.year}-{batch_id:05}"
    batch = Batch.objects.create(
        id=batch_id,
        number=number,
        supplier_id=manifest.supplier_id,
        manifest=manifest,
        announced_at=at,
        expected_on=manifest.expected_on,
    )
    announced = Event(
        code="batch.announced",
        subject_id=batch_id,
        subject_label=number,
        supplier_id=manifest.supplier_id,
        after={
            "number": number,
            "manifest_id": manifest.pk,
            "announced_at": at,
            "expected_on": manifest.expected_on,
        },
        facts={"batch": number, "packs": pack_count},
    )
    record(events=[announced], actor=actor, at=at)
    return batch, 0


def _copy_packs(cursor: Any, batch: Batch, reading: Reading) -> None:
    try:
        with cursor.copy(f"COPY intake_pack ({COLUMNS}) FROM STDIN") as copy:
            for packs in copied(reading.packs, batch.pk):
                copy.write(packs)
    except UniqueViolation as exc:
        raise Overtaken from exc


def refuse_overtaken(cursor: Any, batch: Batch, reading: Reading) -> None:
    """Refuse packs of ``batch`` whose serials somebody else announced while the file was read.

    :raises Overtaken: when there is one.
    """
    cursor.execute(
        "SELECT 1 FROM intake_pack came"
        " JOIN intake_pack ours ON ours.serial = came.serial AND ours.batch_id = %(batch)s"
        " WHERE came.id > %(newest)s AND came.batch_id <> %(batch)s LIMIT 1",
        {"batch": batch.pk, "newest": reading.newest_pack_id},
    )
    if cursor.fetchone():
        raise Overtaken


def count_announced(reading: Reading) -> None:
    """Count what has become packs just now as announced."""
    summary = reading.summary
    summary["announced"] += summary["accepted"]
    summary["accepted"] = 0


def _last_step(manifest: Manifest) -> int:
    """Return the latest correction that went into the batch: from here on it cannot be undone."""
    steps = ManifestCorrection.objects.filter(manifest=manifest)
    return int(steps.aggregate(last=Max("position"))["last"] or 0)
