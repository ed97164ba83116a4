"""Take a draft's workbook back in: only cells that somebody changed become corrections."""

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from intake.domain.limited_process import Died, lines_of
from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.values.normalizing import as_text
from intake.domain.manifest.workbooks.annotated import ROW_LIMIT, Changes, Key, Sheet, changes_of
from intake.models import Manifest, ManifestRow, ManifestState
from intake.queries.corrections import corrections_of
from intake.queries.workbooks import (
    Texts,
    corrections_at,
    headings_of,
    is_read_differently,
    open_rows,
    texts_of,
)
from intake.services.manifests.drafts import BeingRead, NotADraft
from intake.services.manifests.mending import CELLS_AT_ONCE, edit_cells
from rebattery.actor import Actor
from rebattery.errors import RuleViolation

WORKBOOK_LIMIT_BYTES = 20 * 1024 * 1024
_READING_S = 30.0


class WorkbookUnreadable(RuleViolation):
    """The workbook cannot be read."""

    code = "workbook_unreadable"


class WorkbookTooLarge(RuleViolation):
    """The workbook is larger than one of ours can get."""

    code = "workbook_too_large"


class WorkbookOfAnother(RuleViolation):
    """The workbook belongs to another draft."""

    code = "workbook_of_another"


class WorkbookOutdated(RuleViolation):
    """The file is read in another way since the workbook was downloaded. Download it again."""

    code = "workbook_outdated"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What was taken from a workbook."""

    changes: Changes
    cell_count: int
    """Cells corrected now."""
    row_count: int
    later_count: int
    """Cells beyond what is taken at once: sending the workbook again takes them."""
    settled_rows: list[int]
    """Changed rows that were announced or left out meanwhile: not touched."""

    def told(self, *, at_most: int) -> dict[str, Any]:
        """Return it as plain values, ``at_most`` of each list; missing rows are all there, to be left out."""
        found = asdict(self.changes)
        del found["cells"]
        names = ("row", "column", "workbook", "draft")
        found["conflicts"] = [dict(zip(names, conflict, strict=True)) for conflict in found["conflicts"]]
        found["settled_rows"] = self.settled_rows
        return {
            "cells": self.cell_count,
            "rows": self.row_count,
            "later": self.later_count,
            "counts": {name: len(items) for name, items in found.items()},
            **{name: items[:at_most] for name, items in found.items()},
            "missing_rows": found["missing_rows"],
        }


def take_workbook(*, manifest_id: int, content: BinaryIO | bytes, actor: Actor, at: datetime) -> Taken:
    """Correct the cells of a draft that differ from the workbook as it was downloaded.

    What was changed here since the download is never undone by an old cell; where both have changed, both
    values are named and nothing is touched. The same workbook sent twice corrects nothing the second time.

    :raises NotADraft: when the manifest cannot be mended now.
    :raises WorkbookUnreadable: when it is no workbook of a draft; says why.
    :raises WorkbookTooLarge: when it has more than ``WORKBOOK_LIMIT_BYTES``.
    :raises WorkbookOfAnother: when it belongs to another draft.
    :raises WorkbookOutdated: when other rows or columns of the file are read since.
    :raises CellsUnfit: when a text is too long.
    :raises CellChanged: when somebody changes one of the cells at this very moment.
    """
    manifest = draft_with_rows(manifest_id=manifest_id)
    sheet = _read(content)
    if sheet.key.manifest_id != manifest.pk:
        raise WorkbookOfAnother(f"This workbook is not the one of {manifest.file_name}. Nothing was changed.")
    then, now = corrections_at(manifest=manifest, at=sheet.key.at), corrections_of(manifest=manifest)
    if is_read_differently(then, now):
        raise WorkbookOutdated
    changes, held, settled = _compare(manifest, sheet, then, now)
    taken, later_count = _first(changes.cells)
    if taken:
        expected = {(row, index): held[row].get(index, "") for row, edits in taken.items() for index in edits}
        edit_cells(manifest_id=manifest.pk, cells=taken, expected=expected, actor=actor, at=at)
    count = sum(len(edits) for edits in taken.values())
    return Taken(
        changes=changes,
        cell_count=count,
        row_count=len(taken),
        later_count=later_count,
        settled_rows=settled,
    )


def draft_with_rows(*, manifest_id: int) -> Manifest:
    """Return a manifest whose rows are there to be mended.

    :raises NotADraft: when it has none; says why.
    """
    manifest = Manifest.objects.get(pk=manifest_id)
    if manifest.state == ManifestState.QUEUED:
        raise BeingRead
    if manifest.state != ManifestState.DRAFT:
        raise NotADraft(f"{manifest.file_name} is not a draft: there are no rows to be mended.")
    return manifest


def _compare(
    manifest: Manifest, sheet: Sheet, then: Corrections, now: Corrections
) -> tuple[Changes, Texts, list[int]]:
    headings = headings_of(manifest=manifest)
    numbers = [int(number) for _, number, _ in sheet.lines if number.isdecimal() and len(number) < 10]
    rows = list(manifest.rows.filter(row__in=numbers))
    exported = texts_of(rows=rows, headings=headings, corrections=then)
    current = texts_of(rows=rows, headings=headings, corrections=now)
    changes = changes_of(sheet, headings=headings, exported=exported, current=current, text_of=as_text)
    closed = {row.row for row in rows if row.fate != ManifestRow.Fate.OPEN}
    settled = sorted(closed & changes.cells.keys())
    for row in settled:
        del changes.cells[row]
    changes.missing_rows = _missing(manifest, {row.row for row in rows})
    return changes, current, settled


def _missing(manifest: Manifest, seen: set[int]) -> list[int]:
    """Return the open rows that the workbook does not have, if all of them fitted into it."""
    numbers = list(
        open_rows(manifest=manifest).order_by("row").values_list("row", flat=True)[: ROW_LIMIT + 1]
    )
    return [number for number in numbers if number not in seen] if len(numbers) <= ROW_LIMIT else []


def _first(cells: Mapping[int, Mapping[int, str]]) -> tuple[dict[int, dict[int, str]], int]:
    """Return the changes that can be made at once, whole rows in their order, and how many are left."""
    first: dict[int, dict[int, str]] = {}
    room, left = CELLS_AT_ONCE, 0
    for row in sorted(cells):
        if len(cells[row]) <= room and not left:
            first[row] = dict(cells[row])
            room -= len(cells[row])
        else:
            left += len(cells[row])
    return first, left


def _read(content: BinaryIO | bytes) -> Sheet:
    """Read an upload in a limited process: whatever it is, this one survives it."""
    raw = content if isinstance(content, bytes) else content.read(WORKBOOK_LIMIT_BYTES + 1)
    if len(raw) > WORKBOOK_LIMIT_BYTES:
        raise WorkbookTooLarge(f"The workbook has more than {WORKBOOK_LIMIT_BYTES >> 20} MB.")
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(raw)
        file.flush()
        order = {"path": str(Path(file.name).resolve())}
        try:
            lines = list(
                lines_of("intake.domain.manifest.workbooks.annotated_child", order, timeout_s=_READING_S)
            )
        except Died:
            lines = []
    return _sheet(lines)


def _sheet(lines: list[Any]) -> Sheet:
    match lines:
        case [{"refused": why}]:
            raise WorkbookUnreadable(why)
        case [{"manifest_id": manifest_id, "at": at, "headings": headings}, *rows, {"complete": True}]:
            return Sheet(Key(manifest_id, datetime.fromisoformat(at)), headings, rows)
    raise WorkbookUnreadable("The workbook is damaged or far too large. Download it again.")
