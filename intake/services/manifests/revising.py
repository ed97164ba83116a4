"""Let a corrected manifest change its batch: what has not arrived follows the newest file, nothing else."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from intake.domain.lifecycle import NOT_HERE, Move, Status
from intake.models import CLAIM_COLUMNS, Batch, Manifest, ManifestRow, ManifestState, Pack
from intake.queries.differences import difference_of
from intake.services.arrivals import put_expected
from intake.services.lifecycle import move_packs
from intake.services.manifests import lease as leases
from intake.services.manifests.announcing import (
    ANNOUNCED,
    Overtaken,
    await_turn_to_announce,
    count_announced,
    refuse_overtaken,
)
from intake.services.manifests.drafts import PROMISED, BatchIsClosed, DifferenceChanged
from intake.services.manifests.finishing import finish
from intake.services.manifests.lease import Lease
from intake.services.manifests.pack_rows import COLUMNS, copied
from intake.services.manifests.reading import Reading
from rebattery.actor import Actor
from rebattery.audit.record import record_rows

_OWN = tuple(column for column in CLAIM_COLUMNS.values() if column != "serial")
_TAKEN = (*_OWN, "legal_status", "row", "history_completeness_percent", "declared", "declared_raw")
"""Columns that follow the file as long as the pack has not arrived."""
_DECIMALS = {"nominal_energy_kwh", "rated_capacity_ah", "nominal_voltage_v", "declared_soh_percent"}


def _claims(alias: str) -> str:
    """Return SQL for all claims about a pack as one object; decimals are text, as everywhere in the trail."""
    parts = (f"'{name}', {alias}.{name}{'::text' if name in _DECIMALS else ''}" for name in _OWN)
    return f"(jsonb_build_object({', '.join(parts)}) || {alias}.declared)"


def _columns(alias: str) -> str:
    return f"({', '.join(f'{alias}.{name}' for name in _TAKEN)})"


_PAIRS = f"""
    SELECT p.id, p.serial, p.supplier_id, p.row AS old_row, r.row AS new_row,
           {_claims("p")} AS old, {_claims("r")} AS new
    FROM intake_pack p JOIN revised_pack r ON r.serial = p.serial
    WHERE p.batch_id = %(batch)s AND p.status = 'announced'
      AND {_columns("p")} IS DISTINCT FROM {_columns("r")}
"""
_FACTS = "jsonb_build_object('file', %(file)s::text, 'row', new_row)"
_CHANGED = f"""
    SELECT id AS subject_id, serial AS subject_label, NULL::bigint AS pack_id, supplier_id,
           (SELECT jsonb_object_agg(k, old -> k) FROM jsonb_object_keys(old || new) k
            WHERE old -> k IS DISTINCT FROM new -> k) AS before,
           (SELECT jsonb_object_agg(k, new -> k) FROM jsonb_object_keys(old || new) k
            WHERE old -> k IS DISTINCT FROM new -> k) AS after,
           {_FACTS} AS facts
    FROM ({_PAIRS}) AS pairs WHERE old <> new ORDER BY id
"""
_LISTED_AGAIN = f"""
    SELECT id AS subject_id, serial AS subject_label, NULL::bigint AS pack_id, supplier_id,
           jsonb_build_object('row', old_row) AS before, jsonb_build_object('row', new_row) AS after,
           {_FACTS} AS facts
    FROM ({_PAIRS}) AS pairs WHERE old = new ORDER BY id
"""
_UPDATE = f"""
    UPDATE intake_pack p SET {", ".join(f"{name} = r.{name}" for name in _TAKEN)}, version = p.version + 1
    FROM revised_pack r
    WHERE r.serial = p.serial AND p.batch_id = %(batch)s AND p.status = 'announced'
      AND {_columns("p")} IS DISTINCT FROM {_columns("r")}
"""
_GONE = """
    SELECT p.id FROM intake_pack p
    WHERE p.batch_id = %(batch)s AND p.status = 'announced'
      AND NOT EXISTS (SELECT 1 FROM revised_pack r WHERE r.serial = p.serial)
    ORDER BY p.id
"""
_ADD = f"""
    INSERT INTO intake_pack ({COLUMNS})
    SELECT {COLUMNS} FROM revised_pack r
    WHERE NOT EXISTS (SELECT 1 FROM intake_pack p WHERE p.batch_id = %(batch)s AND p.serial = r.serial)
    ORDER BY r.row
"""


@dataclass(frozen=True, kw_only=True)
class _Revision:
    added: int
    changed: int
    listed_again: int
    withdrawn: int
    unchanged: int
    """Still to come as they were declared before, those listed again in another row among them."""
    untouched: int


@transaction.atomic
def revise(lease: Lease, reading: Reading, actor: Actor, at: datetime) -> None:
    """Bring the batch in line with its corrected manifest, in one transaction behind the fence.

    Packs that have not arrived take the new claims, those no longer listed are withdrawn, new ones are
    announced. A pack that has arrived is never touched, whatever the file says of it.

    :raises Overtaken: when a new serial was announced by somebody else meanwhile.
    :raises BatchIsClosed: when the batch is closed or cancelled.
    :raises DifferenceChanged: when somebody looked at the difference, and it is another by now.
    """
    manifest = leases.lock(lease)
    batch_id = manifest.replaces_id or 0
    with connection.cursor() as cursor:
        await_turn_to_announce()
        # Packs before their batch, like everybody: one that arrives now is awaited here or left alone.
        packs = Pack.objects.filter(batch_id=batch_id).order_by("pk")
        newest = max(packs.select_for_update(no_key=True).values_list("pk", flat=True), default=0)
        batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
        if batch.is_over:
            raise BatchIsClosed
        promised = manifest.summary.get(PROMISED)
        if promised and promised != difference_of(manifest=manifest).digest:
            raise DifferenceChanged
        _load(cursor, batch, reading)
        revision = _apply(cursor, manifest, batch, newest, actor, at)
        refuse_overtaken(cursor, batch, reading)
    _expect(manifest, batch, actor, at)
    ManifestRow.objects.filter(manifest=manifest).delete()
    count_announced(reading)
    facts = {"batch": batch.number, **asdict(revision)}
    finish(manifest, ManifestState.IMPORTED, reading, actor, at, facts=facts, code="manifest.applied")


def _load(cursor: Any, batch: Batch, reading: Reading) -> None:
    """Put the packs of the file beside those of the batch, where both can be compared as sets."""
    cursor.execute("DROP TABLE IF EXISTS revised_pack")
    cursor.execute(
        f"CREATE TEMP TABLE revised_pack ON COMMIT DROP AS SELECT {COLUMNS} FROM intake_pack WITH NO DATA"
    )
    with cursor.copy(f"COPY revised_pack ({COLUMNS}) FROM STDIN") as copy:
        for packs in copied(reading.packs, batch.pk):
            copy.write(packs)
    cursor.execute("CREATE INDEX ON revised_pack (serial); ANALYZE revised_pack")


def _apply(
    cursor: Any, manifest: Manifest, batch: Batch, newest: int, actor: Actor, at: datetime
) -> _Revision:
    ours = {"batch": batch.pk, "number": batch.number, "newest": newest, "file": manifest.file_name}
    # The events first: they tell what the update is about to overwrite.
    changed = record_rows(code="pack.declaration_changed", actor=actor, at=at, rows=_CHANGED, params=ours)
    again = record_rows(code="pack.listed_again", actor=actor, at=at, rows=_LISTED_AGAIN, params=ours)
    cursor.execute(_UPDATE, ours)
    cursor.execute(_GONE, ours)
    gone = [pack_id for (pack_id,) in cursor.fetchall()]
    move_packs(
        pack_ids=gone,
        move=Move.WITHDRAW,
        actor=actor,
        at=at,
        reason=f"Not in the corrected file {manifest.file_name}.",
        reason_code="not_in_the_corrected_file",
    )
    try:
        cursor.execute(_ADD, ours)
    except UniqueViolation as exc:
        raise Overtaken from exc
    added = cursor.rowcount
    record_rows(code="pack.announced", actor=actor, at=at, rows=ANNOUNCED, params=ours)
    packs = Pack.objects.filter(batch=batch)
    return _Revision(
        added=added,
        changed=changed,
        listed_again=again,
        withdrawn=len(gone),
        unchanged=packs.filter(status=Status.ANNOUNCED).count() - added - changed,
        untouched=packs.exclude(status__in=NOT_HERE).count(),
    )


def _expect(manifest: Manifest, batch: Batch, actor: Actor, at: datetime) -> None:
    """Take a new day of arrival over, as long as something is still to come."""
    day = manifest.expected_on
    if day in (None, batch.expected_on):
        return
    if not Pack.objects.filter(batch=batch, status=Status.ANNOUNCED).exists():
        return
    put_expected(batch, day, actor, at)
