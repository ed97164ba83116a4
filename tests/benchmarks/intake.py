"""Announcing and importing 10,000 packs, against raw COPY of the same rows into the same tables."""

from collections.abc import Iterator
from unittest.mock import patch

import psycopg

from intake.models import Batch, ManifestState
from intake.services.manifests import announcing, running
from tests.benchmarks.manifests import csv_of, import_of
from tests.benchmarks.measuring import RUNS, Result, median, seconds, superuser
from tests.factories import make_supplier

ROWS = 10_000


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

    def timed(*args: object):
        commit.append(seconds(lambda: announcing.announce(*args)))

    content = csv_of(label, ROWS)
    made = []
    with patch.object(running, "announce", timed):
        whole = seconds(lambda: made.append(import_of(supplier, label, content)))
    assert made[0].state == ManifestState.IMPORTED, made[0].refusal
    return Batch.objects.get(manifest=made[0]), whole, commit[0]


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
