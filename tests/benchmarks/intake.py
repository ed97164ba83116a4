"""Announcing and importing 10,000 packs, against raw COPY of the same rows into the same tables."""

import io
import random
from collections.abc import Iterator
from unittest.mock import patch

import psycopg
from django.utils import timezone

from intake.models import Batch, ManifestState
from intake.services import manifests
from intake.services.manifests import announcing, running
from rebattery.actor import SYSTEM
from tests.benchmarks.measuring import RUNS, Result, median, seconds, superuser
from tests.factories import make_supplier

ROWS = 10_000
HEADER = (
    "Pack serial,Make,Model,Chemistry,Nominal energy (kWh),Production date,Mileage (km),SOH (%),SOH method,"
    "Accident,DDR status,Received as\n"
)


def results() -> Iterator[Result]:
    supplier = make_supplier("BENCH")
    _import(supplier, "warm-up")
    commits, imports = [], []
    for run in range(RUNS):
        batch, whole, commit = _import(supplier, f"r{run}")
        raw = _raw_copy(batch)
        commits.append(raw / commit)
        imports.append(raw / whole)
    yield Result("commit of 10,000 packs and their trail / raw COPY", median(commits), 0.35)
    yield Result("whole import of a 10,000-row CSV / raw COPY", median(imports), 0.25)


def _import(supplier, label: str) -> tuple[Batch, float, float]:
    """Import a fresh file; return its batch and the seconds of the whole and of the commit alone."""
    commit: list[float] = []

    def timed(*args):
        commit.append(seconds(lambda: announcing.announce(*args)))

    manifest = manifests.accept(
        supplier=supplier,
        file_name=f"{label}.csv",
        content=io.BytesIO(_csv(label)),
        actor=SYSTEM,
        at=timezone.now(),
    )
    with patch.object(running, "announce", timed):
        whole = seconds(lambda: manifests.run(manifest_id=manifest.pk, actor=SYSTEM, at=timezone.now()))
    manifest.refresh_from_db()
    assert manifest.state == ManifestState.IMPORTED, manifest.refusal
    return Batch.objects.get(manifest=manifest), whole, commit[0]


def _csv(label: str) -> bytes:
    random.seed(label)
    lines = (
        f"BN-{label}-{number:06},Nissan,Leaf,NMC,40,{random.randint(2012, 2020)}-0{random.randint(1, 9)}-14,"
        f"{random.randint(9_000, 200_000)},{random.randint(600, 950) / 10},bms,no,none,product\n"
        for number in range(ROWS)
    )
    return (HEADER + "".join(lines)).encode()


def _raw_copy(batch: Batch) -> float:
    """Return the seconds that PostgreSQL needs for the same rows from rendered bytes, without any guard."""
    with superuser() as connection:
        packs = _bytes(connection, f"SELECT * FROM intake_pack WHERE batch_id = {batch.pk}")
        events = _bytes(
            connection,
            "SELECT * FROM audit_event WHERE subject_type = 'pack' AND subject_id IN"
            f" (SELECT id FROM intake_pack WHERE batch_id = {batch.pk})",
        )
        for table in ("intake_pack", "audit_event"):
            connection.execute(f"DROP TABLE IF EXISTS raw_{table}")
            connection.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
        # Same tables, same indexes, same foreign keys: only the trail's guard is not there.
        for column, table in (("supplier", "supplier"), ("batch", "batch"), ("pack_type", "packtype")):
            connection.execute(
                f"ALTER TABLE raw_intake_pack ADD FOREIGN KEY ({column}_id) REFERENCES intake_{table} (id)"
                " DEFERRABLE INITIALLY DEFERRED"
            )
        # The product's tables hold earlier batches; the copies hold as many rows, for indexes of one height.
        connection.execute(
            f"INSERT INTO raw_intake_pack SELECT * FROM intake_pack WHERE batch_id <> {batch.pk}"
        )
        connection.execute(
            "INSERT INTO raw_audit_event OVERRIDING SYSTEM VALUE SELECT * FROM audit_event"
            " WHERE subject_type <> 'pack' OR subject_id NOT IN"
            f" (SELECT id FROM intake_pack WHERE batch_id = {batch.pk})"
        )

        def copy_both() -> None:
            with connection.transaction():
                for table, content in (("raw_intake_pack", packs), ("raw_audit_event", events)):
                    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(content)

        return seconds(copy_both)


def _bytes(connection: psycopg.Connection, query: str) -> bytes:
    with connection.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
        return b"".join(bytes(block) for block in copy)
