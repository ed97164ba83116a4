"""Write a batch with its packs and their trail, all of it or nothing."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from intake.models import Batch, ManifestState
from intake.services.manifests import lease as leases
from intake.services.manifests.finishing import finish
from intake.services.manifests.lease import Lease
from intake.services.manifests.pack_rows import COLUMNS
from intake.services.manifests.reading import Reading
from rebattery.actor import Actor
from rebattery.audit.record import Event, record, record_rows

_COPY_BYTES = 256 * 1024
_ANNOUNCED = """
    SELECT id AS subject_id, serial AS subject_label, NULL::bigint AS pack_id, supplier_id,
           NULL::jsonb AS before,
           jsonb_build_object(
               'serial', serial, 'batch_id', batch_id, 'status', status, 'make', make, 'model', model,
               'chemistry', chemistry, 'nominal_energy_kwh', nominal_energy_kwh::text,
               'declared_soh_percent', declared_soh_percent::text, 'ddr_status', ddr_status,
               'received_as', received_as) AS after,
           jsonb_build_object('batch', %(number)s::text, 'row', row) AS facts
    FROM intake_pack WHERE batch_id = %(batch)s ORDER BY id
"""


class Overtaken(Exception):
    """Another batch announced one of our serials while we read; the next attempt reports it by row."""


@transaction.atomic
def announce(lease: Lease, reading: Reading, actor: Actor, at: datetime) -> None:
    """Write batch, packs and trail in one transaction behind the fence."""
    manifest = leases.lock(lease)
    with connection.cursor() as cursor:
        # One announcement at a time: the check for serials that came in while we read must see them all.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('intake: announce packs'))")
        cursor.execute("SELECT nextval(pg_get_serial_sequence('intake_batch', 'id'))")
        (batch_id,) = cursor.fetchone()
        number = f"B-{at.year}-{batch_id:05}"
        batch = Batch.objects.create(
            id=batch_id, number=number, supplier_id=manifest.supplier_id, manifest=manifest, announced_at=at
        )
        _copy_packs(cursor, batch, reading)
        _refuse_overtaken(cursor, batch, reading)
    ours = {"batch": batch_id, "number": number}
    record_rows(code="pack.announced", actor=actor, at=at, rows=_ANNOUNCED, params=ours)
    facts = {"batch": number, "packs": reading.pack_count}
    announced = Event(
        code="batch.announced",
        subject_id=batch_id,
        subject_label=number,
        supplier_id=manifest.supplier_id,
        after={"number": number, "manifest_id": manifest.pk, "announced_at": at},
        facts=facts,
    )
    record(events=[announced], actor=actor, at=at)
    finish(manifest, ManifestState.IMPORTED, reading, actor, at, facts=facts)


def _copy_packs(cursor: Any, batch: Batch, reading: Reading) -> None:
    prefix = f"{batch.pk}\t".encode()
    try:
        with cursor.copy(f"COPY intake_pack ({COLUMNS}) FROM STDIN") as copy:
            while lines := reading.spool.readlines(_COPY_BYTES):
                copy.write(prefix + prefix.join(lines))
    except UniqueViolation as exc:
        raise Overtaken from exc


def _refuse_overtaken(cursor: Any, batch: Batch, reading: Reading) -> None:
    cursor.execute(
        "SELECT 1 FROM intake_pack came"
        " JOIN intake_pack ours ON ours.serial = came.serial AND ours.batch_id = %(batch)s"
        " WHERE came.id > %(newest)s AND came.batch_id <> %(batch)s LIMIT 1",
        {"batch": batch.pk, "newest": reading.newest_pack_id},
    )
    if cursor.fetchone():
        raise Overtaken
