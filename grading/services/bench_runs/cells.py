"""Change cells of a run: one by one, by a block out of a spreadsheet, and back again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from grading.domain.bench_fields import FIELDS, LONGEST, as_kept
from grading.domain.member_lines import LONGEST as LONGEST_MEMBERS
from grading.models import BenchDraft, BenchRun
from grading.services.bench_runs.opening import open_one
from grading.services.bench_runs.refusals import CellChanged, FieldUnknown, NothingToUndo
from grading.services.bench_runs.rows import row_of
from rebattery.actor import Actor

Change = tuple[BenchDraft, str, str]
"""A row, a field of it, and its new text."""


@dataclass(frozen=True)
class Pasted:
    """What went where."""

    cells: int = 0
    rows: int = 0
    fields: list[str] = field(default_factory=list)
    """Labels of the columns that were filled."""
    left: list[str] = field(default_factory=list)
    """What had no place, in words."""


@transaction.atomic
def change_cell(
    *, run_id: int, row_id: int, field_name: str, text: str, was: str, actor: Actor, at: datetime
) -> BenchDraft:
    """Write one text; an empty one lets the head speak again.

    :param was: the text that the person had before them.
    :raises RunClosed: when the run is closed.
    :raises FieldUnknown: when a run of this kind has no such field.
    :raises RowGone: when the row is no longer in the run.
    :raises RowRecorded: when it is recorded.
    :raises CellChanged: when the cell holds something else than ``was`` and than ``text``.
    """
    run = open_one(run_id)
    row, new = row_of(run_id, row_id), fitting(run.kind, field_name, text)
    held = as_kept(row.values.get(field_name, ""))
    if held == new:
        return row
    if held != as_kept(was).strip():
        raise CellChanged(
            f"{row.saved_by} wrote “{held}” meanwhile; you typed “{new}”. Nothing was changed.",
            fields={field_name: held},
        )
    write([(row, field_name, new)], actor, at)
    return row


@transaction.atomic
def paste(
    *,
    run_id: int,
    row_id: int,
    field_name: str,
    block: str,
    order: Sequence[str],
    actor: Actor,
    at: datetime,
) -> Pasted:
    """Fill a block of cells, downwards from a row and to the right from a field; one step to take back.

    :param block: lines of cells parted by tabs, as a spreadsheet copies them.
    :param order: the fields as the person has them before them, left to right.
    :raises RunClosed: when the run is closed.
    :raises FieldUnknown: when ``order`` has no such field.
    :raises RowGone: when the first row is no longer in the run.
    """
    run = open_one(run_id)
    names = [name for name in order if name in FIELDS[run.kind]]
    if field_name not in names:
        raise FieldUnknown
    columns = names[names.index(field_name) :]
    # A spreadsheet ends its block by an empty line; one in the middle leaves its row as it is.
    lines = [line.split("\t") for line in block.rstrip("\r\n").splitlines()]
    rows = list(BenchDraft.objects.filter(run=run, pk__gte=row_id).select_related("pack").order_by("pk"))
    if not rows or rows[0].pk != row_id:
        rows = [row_of(run_id, row_id)]  # tells why not
    changes, left = _placed(run, rows, columns, lines)
    write(changes, actor, at, run=run, what="paste")
    filled = {name: None for _, name, _ in changes}
    return Pasted(
        cells=len(changes),
        rows=len({row.pk for row, _, _ in changes}),
        fields=[FIELDS[run.kind][name].label for name in filled],
        left=left,
    )


@transaction.atomic
def undo_fill(*, run_id: int, actor: Actor, at: datetime) -> Pasted:
    """Take the last paste or file back; cells that somebody changed since stay as they are.

    :raises RunClosed: when the run is closed.
    :raises NothingToUndo: when there is nothing to take back.
    """
    run = open_one(run_id)
    cells = run.last_fill.get("cells", [])
    if not cells:
        raise NothingToUndo
    keys = {key for key, _, _, _ in cells}
    rows = BenchDraft.objects.filter(run=run, pk__in=keys).select_related("pack").in_bulk()
    changes: list[Change] = []
    left = []
    for key, name, before, after in cells:
        row = rows.get(key)
        if row is None or row.recorded_id or row.values.get(name, "") != after:
            serial = row.pack.serial if row else "a row that is gone"
            left.append(f"{FIELDS[run.kind][name].label} of {serial} was changed or recorded since")
        else:
            changes.append((row, name, before))
    write(changes, actor, at)
    run.last_fill = {}
    run.save(update_fields=["last_fill"])
    return Pasted(len(changes), len({row.pk for row, _, _ in changes}), [], left)


def fitting(kind: str, field_name: str, text: str) -> str:
    """Return a text as a field keeps it.

    :raises FieldUnknown: when a run of ``kind`` has no such field.
    """
    if field_name not in FIELDS[kind]:
        raise FieldUnknown
    longest = LONGEST_MEMBERS if field_name == "members" else LONGEST + 1
    return as_kept(text).strip()[:longest]


def write(
    changes: Sequence[Change], actor: Actor, at: datetime, *, run: BenchRun | None = None, what: str = ""
) -> None:
    """Store changed texts of unlocked rows; with ``run``, as one step that can be taken back."""
    cells = [[row.pk, name, row.values.get(name, ""), text] for row, name, text in changes]
    touched: dict[int, BenchDraft] = {}
    for row, name, text in changes:
        row.values = {key: kept for key, kept in (row.values | {name: text}).items() if kept}
        row.saved_at, row.saved_by, row.saved_by_person_id = at, actor.label, actor.person_id
        touched[row.pk] = row
    for row in touched.values():
        row.version += 1
    columns = ["values", "saved_at", "saved_by", "saved_by_person_id", "version"]
    BenchDraft.objects.bulk_update(touched.values(), columns, batch_size=1000)
    if run is not None:
        run.last_fill = {"what": what, "by": actor.label, "at": at.isoformat(), "cells": cells}
        run.save(update_fields=["last_fill"])


def _placed(
    run: BenchRun, rows: Sequence[BenchDraft], columns: Sequence[str], lines: Sequence[Sequence[str]]
) -> tuple[list[Change], list[str]]:
    changes: list[Change] = []
    left: list[str] = []
    if len(lines) > len(rows):
        left.append(f"{len(lines) - len(rows)} of {len(lines)} lines lie below the last row")
    if (wide := max((len(line) for line in lines), default=0)) > len(columns):
        left.append(f"{wide - len(columns)} of {wide} columns lie right of the last field")
    for row, line in zip(rows, lines, strict=False):
        if row.recorded_id:
            left.append(f"{row.pack.serial} is recorded")
            continue
        for name, text in zip(columns, line, strict=False):
            new = fitting(run.kind, name, text)
            # An empty cell of the block is no order to erase.
            if new and new != row.values.get(name, ""):
                changes.append((row, name, new))
    return changes, left
