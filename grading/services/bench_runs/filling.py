"""Fill a run from rows that somebody else has read: a file, a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from grading.domain.bench_fields import FIELDS
from grading.models import BenchDraft, BenchRun
from grading.services.bench_runs.cells import Change, fitting, write
from grading.services.bench_runs.opening import open_one
from grading.services.bench_runs.rows import packs_by_serial, put_in, why_not
from intake.domain.identity import normalize_serial
from intake.models import Pack
from rebattery.actor import Actor

SERIAL, SUPPLIER = "serial", "supplier"
"""Keys of a row beside the fields; the supplier's code tells packs apart that share a serial."""


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken, or one field of it."""

    index: int
    """Of the row handed in, from 0."""
    field: str
    value: str
    message: str


@dataclass(frozen=True)
class FillReport:
    """What came of each row; those that were refused changed nothing."""

    rows: dict[int, int] = field(default_factory=dict)
    """Index of a row handed in to the key of its row in the run."""
    added: int = 0
    """Packs that were not in the run before."""
    changed: int = 0
    """Cells whose text is another one now."""
    unchanged: int = 0
    """Rows of which nothing changed."""
    refused: list[Refusal] = field(default_factory=list)


@transaction.atomic
def fill(*, run_id: int, rows: Sequence[Mapping[str, str]], actor: Actor, at: datetime) -> FillReport:
    """Write rows of ``serial`` and fields into a run, adding packs that are not in it yet.

    A blank field leaves what is there; a field that no run of this kind has, a serial that names no pack at
    the bench, a pack named twice and a recorded row are refused, each with its reason, and the rest is
    taken. One step to take back; as many queries for any number of rows.

    :param rows: field to text, with ``SERIAL`` and if need be ``SUPPLIER``; fields as in
        :mod:`grading.domain.bench_fields`.
    :raises RunClosed: when the run is closed.
    :raises TooManyRows: when the run would hold too many.
    """
    run = open_one(run_id)
    refused: list[Refusal] = []
    packs = _matched(run, rows, refused)
    count = put_in(run, list(packs.values()), {}, actor, at)
    drafts = {row.pack_id: row for row in BenchDraft.objects.filter(run=run, pack__in=packs.values())}
    changes: list[Change] = []
    kept: dict[int, int] = {}
    for index, pack in packs.items():
        draft = drafts[pack.pk]
        if found := _changes(run, draft, index, rows[index], refused):
            changes += found
        if not draft.recorded_id:
            kept[index] = draft.pk
    write(changes, actor, at, run=run, what="file")
    changed_rows = {row.pk for row, _, _ in changes}
    return FillReport(
        rows=kept,
        added=len(count.added),
        changed=len(changes),
        unchanged=sum(key not in changed_rows for key in kept.values()),
        refused=sorted(refused, key=lambda each: each.index),
    )


def _matched(run: BenchRun, rows: Sequence[Mapping[str, str]], refused: list[Refusal]) -> dict[int, Pack]:
    serials = [normalize_serial(row.get(SERIAL, "")) for row in rows]
    known = packs_by_serial([serial for serial in serials if serial])
    held = set(BenchDraft.objects.filter(run=run).values_list("pack_id", flat=True))
    packs: dict[int, Pack] = {}
    seen: dict[int, int] = {}
    for index, (row, serial) in enumerate(zip(rows, serials, strict=True)):
        supplier = row.get(SUPPLIER, "").strip().casefold()
        found = [pack for pack in known.get(serial, []) if supplier in ("", pack.supplier.code.casefold())]
        why = "Enter the serial of a pack." if not serial else why_not(serial, found)
        # A pack that moved on since it was added stays in the run, where its row says so.
        if why and len(found) == 1 and found[0].pk in held:
            why = ""
        if not why and found[0].pk in seen:
            why = f"{serial} stands in row {seen[found[0].pk] + 1} already."
        if why:
            refused.append(Refusal(index, SERIAL, row.get(SERIAL, ""), why))
        else:
            packs[index] = found[0]
            seen[found[0].pk] = index
    return packs


def _changes(
    run: BenchRun, draft: BenchDraft, index: int, row: Mapping[str, str], refused: list[Refusal]
) -> list[Change]:
    changes: list[Change] = []
    texts = {name: text for name, text in row.items() if name not in (SERIAL, SUPPLIER) and text.strip()}
    if draft.recorded_id:
        if texts:
            message = "It is recorded in this run: a newer result takes its place, nothing edits it."
            refused.append(Refusal(index, SERIAL, row.get(SERIAL, ""), message))
        return []
    for name, text in texts.items():
        if name not in FIELDS[run.kind]:
            refused.append(Refusal(index, name, text, f"A {run.kind} run has no such field."))
            continue
        new = fitting(run.kind, name, text)
        if new != draft.values.get(name, ""):
            changes.append((draft, name, new))
    return changes
