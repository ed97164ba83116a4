"""Mend a draft: answers about the file, edited cells, rows left out, and taking the last step back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.values.normalizing import as_text
from intake.models import Intent, Manifest, ManifestCorrection, ManifestRow, ManifestState
from intake.queries.corrections import SET_ASIDE, corrections_of, folded, rows_touched, steps_of
from intake.services.manifests.answering import checked_answers, moved_by
from intake.services.manifests.drafts import MAY_BE_ANSWERED, lock_manifest
from intake.services.manifests.judging import ROWS_AT_ONCE, TooMany, judge_again
from intake.services.manifests.queueing import queue_again
from intake.services.manifests.wordings import answers_label, aside_label, cells_label, rows_label
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation

CELLS_AT_ONCE = 5_000
LONGEST_CELL = 2_000
Kind = ManifestCorrection.Kind
Cells = Mapping[int, Mapping[int, str]]
"""Row, as the spreadsheet shows it, to zero-based column to the text of the cell."""


class RowsUnknown(RuleViolation):
    """A row is not among the rows of this draft."""

    code = "rows_unknown"


class RowsAnnounced(RuleViolation):
    """A row was announced already and cannot be changed here."""

    code = "rows_announced"


class CellsUnfit(RuleViolation):
    """Some cells cannot be taken."""

    code = "cells_unfit"


class CellChanged(RuleViolation):
    """Somebody else has changed the cell meanwhile."""

    code = "cell_changed"


class NothingToUndo(RuleViolation):
    """There is no step to take back."""

    code = "nothing_to_undo"


@transaction.atomic
def answer(*, manifest_id: int, answers: Mapping[str, str], actor: Actor, at: datetime) -> ManifestCorrection:
    """Take answers about the whole file and have a worker read it again with them.

    A file that was refused takes answers too: another sheet or heading may be what it needs.

    :raises NotADraft: when it cannot be changed now.
    With another sheet or delimiter, cells are no longer where they were: what was mended so far is set
    aside with this step, says its label, and counts again once it is undone.

    :raises AnswersUnfit: when an answer is unknown or impossible; names each.
    :raises AnnouncedAsRead: when packs were announced of the sheet, or the columns, that are read now.
    """
    manifest = lock_manifest(manifest_id=manifest_id, states=MAY_BE_ANSWERED)
    checked = checked_answers(manifest, answers)
    moved = moved_by(manifest, checked)
    before, told = corrections_of(manifest=manifest), Corrections(checked)
    label = aside_label(answers_label(manifest, checked), before, moved, told.number("header_row"))
    payload = checked | ({SET_ASIDE: moved} if moved and before.outlasting(moved) != before else {})
    step = _add(manifest, Kind.ANSWER, payload, label, actor, at)
    _read_again(manifest, actor, at)
    return step


@transaction.atomic
def edit_cells(
    *,
    manifest_id: int,
    cells: Cells,
    actor: Actor,
    at: datetime,
    expected: Mapping[tuple[int, int], str] | None = None,
) -> list[ManifestRow]:
    """Put texts into cells and judge their rows, and those that share a serial with them, afresh.

    Up to ``ROWS_AT_ONCE`` rows are judged at once and returned. For more, a worker reads the file again and
    nothing is returned. ``expected`` is what the person saw, by row and column.

    :raises NotADraft: when it is not a draft.
    :raises RowsUnknown: when a row is not in it.
    :raises RowsAnnounced: when a row was announced already.
    :raises CellsUnfit: when a column is not in the file, or a text is too long.
    :raises CellChanged: when a cell does not hold what the person saw; says what it holds.
    """
    manifest = lock_manifest(manifest_id=manifest_id)
    _refuse_unfit(manifest, cells)
    rows = _open_rows(manifest, cells.keys())
    steps = steps_of(manifest=manifest)
    held = _texts_of(folded(steps), rows, cells)
    _refuse_changed(expected or {}, held)
    edits = [(row, i, held[row, i], text) for row, texts in cells.items() for i, text in texts.items()]
    edits = [edit for edit in edits if edit[2] != edit[3]]
    if not edits:
        return rows
    payload: dict[str, dict[str, str]] = {}
    for row, index, _, text in edits:
        payload.setdefault(str(row), {})[str(index)] = text.replace("\0", "")
    step = _add(manifest, Kind.CELLS, payload, cells_label(manifest, edits), actor, at)
    return _judge(manifest, {row for row, *_ in edits}, [*steps, step], actor, at)


@transaction.atomic
def drop_rows(*, manifest_id: int, rows: Collection[int], actor: Actor, at: datetime) -> list[ManifestRow]:
    """Leave rows out of what is announced; works and refuses like ``edit_cells``."""
    return _choose(Kind.DROP, "Left out", manifest_id, rows, actor, at)


@transaction.atomic
def restore_rows(*, manifest_id: int, rows: Collection[int], actor: Actor, at: datetime) -> list[ManifestRow]:
    """Take rows in again that were left out; works and refuses like ``edit_cells``."""
    return _choose(Kind.RESTORE, "Took in again", manifest_id, rows, actor, at)


@transaction.atomic
def undo(*, manifest_id: int, actor: Actor, at: datetime) -> ManifestCorrection:
    """Take back the last step that stands, and return it; an answer has the file read again.

    :raises NotADraft: when it cannot be changed now.
    :raises NothingToUndo: when no step stands, or the last one went into the batch.
    """
    manifest = lock_manifest(manifest_id=manifest_id, states=MAY_BE_ANSWERED)
    standing = steps_of(manifest=manifest)
    if not standing:
        raise NothingToUndo
    step = standing[-1]
    if step.position <= manifest.summary.get("announced_up_to", 0):
        raise NothingToUndo(f"“{step.label}” went into the batch and cannot be taken back here.")
    step.undone_at = at
    step.save(update_fields=["undone_at"])
    _tell("correction.undone", step, manifest, actor, at, before={"undone_at": None})
    touched = rows_touched(step)
    if touched is None or manifest.state != ManifestState.DRAFT:
        _read_again(manifest, actor, at)
    else:
        _judge(manifest, touched, standing[:-1], actor, at)
    return step


def _choose(
    kind: Kind, verb: str, manifest_id: int, rows: Collection[int], actor: Actor, at: datetime
) -> list[ManifestRow]:
    manifest = lock_manifest(manifest_id=manifest_id)
    found = _open_rows(manifest, rows)
    stale = ManifestRow.Fate.OPEN if kind == Kind.DROP else ManifestRow.Fate.DROPPED
    chosen = sorted(row.row for row in found if row.fate == stale)
    if not chosen:
        return found
    _add(manifest, kind, chosen, rows_label(verb, chosen), actor, at)
    return _judge(manifest, set(chosen), steps_of(manifest=manifest), actor, at)


def _judge(
    manifest: Manifest, numbers: set[int], steps: Sequence[ManifestCorrection], actor: Actor, at: datetime
) -> list[ManifestRow]:
    """Judge few rows now with ``steps``, all that stand; have a worker read the file again for many."""
    if len(numbers) <= ROWS_AT_ONCE:
        try:
            return judge_again(manifest=manifest, numbers=numbers, corrections=folded(steps), at=at)
        except TooMany:
            pass
    _read_again(manifest, actor, at)
    return []


def _read_again(manifest: Manifest, actor: Actor, at: datetime) -> None:
    queue_again(manifest=manifest, code="manifest.queued_again", intent=Intent.CHECK, actor=actor, at=at)


def _add(
    manifest: Manifest, kind: Kind, payload: Any, label: str, actor: Actor, at: datetime
) -> ManifestCorrection:
    # Numbered behind the lock of the manifest, so two people never take the same position.
    last = ManifestCorrection.objects.filter(manifest=manifest).aggregate(last=Max("position"))["last"]
    step = ManifestCorrection.objects.create(
        manifest=manifest,
        position=(last or 0) + 1,
        kind=kind,
        payload=payload,
        label=label,
        made_at=at,
        made_by=actor.label[:120],
    )
    _tell("correction.made", step, manifest, actor, at)
    return step


def _tell(
    code: str,
    step: ManifestCorrection,
    manifest: Manifest,
    actor: Actor,
    at: datetime,
    before: Mapping[str, Any] | None = None,
) -> None:
    made = {"manifest_id": manifest.pk, "position": step.position, "kind": step.kind, "payload": step.payload}
    event = Event(
        code=code,
        subject_id=step.pk,
        subject_label=step.label,
        supplier_id=manifest.supplier_id,
        before=before,
        after=made if before is None else {"undone_at": step.undone_at},
        facts={"file": manifest.file_name, "label": step.label},
    )
    record(events=[event], actor=actor, at=at)


def _open_rows(manifest: Manifest, numbers: Collection[int]) -> list[ManifestRow]:
    found = list(manifest.rows.filter(row__in=set(numbers)).order_by("row"))
    if missing := sorted(set(numbers) - {row.row for row in found}):
        raise RowsUnknown(f"Row {missing[0]} is not among the rows of this draft.")
    if gone := [row.row for row in found if row.fate == ManifestRow.Fate.ANNOUNCED]:
        raise RowsAnnounced(f"Row {gone[0]} was announced already and cannot be changed here.")
    return found


def _texts_of(
    corrections: Corrections, rows: Collection[ManifestRow], cells: Cells
) -> dict[tuple[int, int], str]:
    """Return what the cells hold now, earlier edits put in."""
    held = {}
    for row in rows:
        now = corrections.edited(row.row, row.cells)
        for index in cells[row.row]:
            held[row.row, index] = as_text(now[index]) if index < len(now) else ""
    return held


def _refuse_unfit(manifest: Manifest, cells: Cells) -> None:
    if sum(map(len, cells.values())) > CELLS_AT_ONCE:
        raise CellsUnfit(f"At most {CELLS_AT_ONCE:,} cells can be changed at once.")
    known = {column["index"] for column in manifest.plan["columns"]}
    fields = {}
    for row, texts in cells.items():
        for index, text in texts.items():
            if index not in known:
                fields[f"cells.{row}.{index}"] = "The file has no such column."
            elif len(text) > LONGEST_CELL:
                fields[f"cells.{row}.{index}"] = f"At most {LONGEST_CELL:,} characters are taken."
    if fields:
        raise CellsUnfit(fields=fields)


def _refuse_changed(expected: Mapping[tuple[int, int], str], held: Mapping[tuple[int, int], str]) -> None:
    for place, seen in expected.items():
        if place in held and held[place] != seen:
            row, index = place
            message = f"Row {row}: you saw “{seen}”, but by now the cell holds “{held[place]}”. Look again."
            raise CellChanged(message, fields={f"cells.{row}.{index}": held[place]})
