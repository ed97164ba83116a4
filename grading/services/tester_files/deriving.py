"""Derive the tests of a file in the limited process, and keep what came out with its trail."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from grading.domain.cyclers import sandbox
from grading.domain.cyclers.parameters import Parameters
from grading.models import Derivation, TesterFile
from grading.services.tester_files.tables import drop_table, keep_table
from intake.services import files
from intake.services.superseding import new_keys, point_to_successors
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

Progress = Callable[[Mapping[str, Any]], None]
Test = dict[str, Any]


@contextmanager
def derived(
    *, file: TesterFile, parameters: Parameters, on_progress: Progress | None = None
) -> Iterator[list[Test]]:
    """Derive every test of ``file``; each names its canonical table, which lives as long as the context.

    :raises Unreadable: when no reader can make a test of it.
    """
    settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
    # On the disk of the files, so that a table is put in its place without being copied.
    with tempfile.TemporaryDirectory(prefix="reading-", dir=settings.FILES_ROOT) as folder:
        yield sandbox.read_and_derive(
            files.path_of(file.stored_file),
            parameters=parameters,
            table_path=Path(folder) / "table.parquet",
            on_progress=on_progress,
        )


def keep(
    *,
    file: TesterFile,
    tests: Sequence[Test],
    parameters: Parameters,
    pack_id: int | None,
    actor: Actor,
    at: datetime,
) -> list[Derivation]:
    """Make derivations of ``tests`` that supersede those before them; the same again stays the one it was.

    Belongs into the transaction that moves the file on.
    """
    current = {row.test_index: row for row in _current(file)}
    made, events, tables = [], [], {}
    for index, test in enumerate(tests):
        row = _row(file, index, test, parameters, at)
        before = current.get(index)
        if before and _is_same(before, row):
            current.pop(index)
            row = before
        else:
            made.append(row)
        tables[index] = (row, test.get("table_path"))
    for row, key in zip(made, new_keys(model=Derivation, count=len(made)), strict=True):
        row.pk = key
    by_index = {row.test_index: row for row in made}
    for index, old in current.items():
        new = by_index.get(index) or (made[0] if made else None)
        if new is None:
            continue  # the file held more tests once; without a successor the old one stays as it is
        old.superseded_by = new
        events.append(_superseded(old, new, pack_id))
    replaced = {old.pk: old.superseded_by_id for old in current.values() if old.superseded_by_id}
    point_to_successors(model=Derivation, successors=replaced)
    Derivation.objects.bulk_create(made)
    events += [_made(row, file, pack_id) for row in made]
    record(events=events, actor=actor, at=at)
    for row, table in tables.values():
        if table:
            keep_table(row, Path(table))
    for old in current.values():
        if old.superseded_by_id:
            drop_table(old)
    return [row for row, _ in tables.values()]


def result_of(test: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored of a test: all but where its table is, and the parameters, which stand beside."""
    kept = {name: value for name, value in test.items() if name not in ("table_path", "parameters")}
    # Through JSON as the database gives it back, so that what is stored and what is derived anew compare.
    parsed: dict[str, Any] = json.loads(json.dumps(kept))
    return parsed


def sha256_of(result: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a result, whatever the order of its keys."""
    text = json.dumps(result, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _current(file: TesterFile) -> Iterator[Derivation]:
    return Derivation.objects.filter(tester_file=file, superseded_by__isnull=True).iterator()


def _row(file: TesterFile, index: int, test: Test, parameters: Parameters, at: datetime) -> Derivation:
    reader, _, version = test["reader"].rpartition(" ")
    return Derivation(
        tester_file=file,
        test_index=index,
        file_sha256=file.stored_file.sha256,
        reader=(reader or version)[:60],
        reader_version=version[:30] if reader else "",
        algorithm_version=test["algorithm_version"],
        parameters=parameters.to_json(),
        result=result_of(test),
        derived_at=at,
    )


def _is_same(old: Derivation, new: Derivation) -> bool:
    names = ("file_sha256", "reader", "reader_version", "algorithm_version", "parameters", "result")
    return all(getattr(old, name) == getattr(new, name) for name in names)


def _made(row: Derivation, file: TesterFile, pack_id: int | None) -> Event:
    sha256 = sha256_of(row.result)
    return Event(
        code="derivation.made",
        subject_id=row.pk,
        subject_label=str(row),
        pack_id=pack_id,
        after={
            "tester_file_id": file.pk,
            "test_index": row.test_index,
            "file_sha256": row.file_sha256,
            "reader": row.reader,
            "reader_version": row.reader_version,
            "algorithm_version": row.algorithm_version,
        },
        facts={
            "test": row.test_index + 1,
            "file": file.file_name,
            "reader": row.reader,
            "reader_version": row.reader_version,
            "algorithm": row.algorithm_version,
            "sha256": sha256,
            "parameters": row.parameters,
        },
    )


def _superseded(old: Derivation, new: Derivation, pack_id: int | None) -> Event:
    return Event(
        code="derivation.superseded",
        subject_id=old.pk,
        subject_label=str(old),
        pack_id=pack_id,
        before={"superseded_by_id": None},
        after={"superseded_by_id": new.pk},
    )
