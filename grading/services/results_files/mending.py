"""Take back the workbook of a results file in which somebody has mended its rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction

from grading.domain.results_file.fields import SHEETS, Kind
from grading.domain.results_file.sandbox import Sheet, read_file
from grading.models import ResultsFile
from grading.services.results_files.judging import judge
from grading.services.results_files.refusals import NotThisWorkbook, WrongState
from grading.services.results_files.rows import all_rows, keep
from grading.services.results_files.running import fill_runs
from grading.services.results_files.staged import Staged, staged_of
from intake.services import files
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

State = ResultsFile.State


@dataclass(frozen=True)
class Mended:
    """What a workbook changed."""

    changed: int
    """Rows that say something else now."""
    added: int
    missing: int
    """Rows of the file that are not in the workbook: they stay as they are."""


def take_workbook(
    *, results_file_id: int, file_name: str, content: BinaryIO, actor: Actor, at: datetime
) -> Mended:
    """Update a file's rows from its workbook; a workbook in which nothing was changed changes nothing.

    It is handed out as XLSX; saved as XLS, ODS or CSV it comes back as well.

    :raises ResultsUnreadable: when it is no workbook of results.
    :raises NotThisWorkbook: when it belongs to another file, or to this one as it stood before.
    :raises WrongState: when the file is recorded, or cannot be read.
    """
    content.seek(0)
    stored = files.store(content=content, at=at)
    contents = read_file(files.path_of(stored), file_name=file_name)
    with transaction.atomic():
        file = ResultsFile.objects.select_for_update().get(pk=results_file_id)
        if file.state not in (State.DRAFT, State.IN_RUN):
            raise WrongState("A file that is recorded or cannot be read is not mended. Nothing was changed.")
        return _take(file, contents.sheets, stored.sha256, actor, at)


def _take(file: ResultsFile, sheets: Sequence[Sheet], sha256: str, actor: Actor, at: datetime) -> Mended:
    known = {told["kind"]: told for told in file.sheets}
    _check(file, sheets, known)
    before = {(row.kind, row.number): row for row in all_rows(file)}
    given = _numbered(staged_of(sheets), before)
    changed = [row for row in given if _differs(row, before.get((row.kind, row.number)))]
    seen = {(row.kind, row.number) for row in given}
    added = sum((row.kind, row.number) not in before for row in changed)
    missing = [row for key, row in before.items() if key not in seen]
    if not changed:
        return Mended(0, 0, len(missing))
    told = {sheet.told["kind"]: sheet.told for sheet in sheets}
    for row in missing:
        row.cells = _moved(row, known[row.kind.value], told.get(row.kind.value))
    file.sheets = [_merged(known[kind], told.get(kind)) for kind in known]
    file.sheets += [one | {"key": None} for kind, one in told.items() if kind not in known]
    file.version += 1
    file.why = ""
    file.save(update_fields=["sheets", "version", "why"])
    by_key = before | {(row.kind, row.number): row for row in given}
    for key, row in by_key.items():
        row.result_id = before[key].result_id if key in before else None
    rows = list(by_key.values())
    members = judge(rows, actor, at)
    keep(file, rows)
    event = Event(
        code="results_file.mended",
        subject_id=file.pk,
        subject_label=str(file),
        after={"version": file.version},
        facts={"rows": len(changed), "sha256": sha256},
    )
    record(events=[event], actor=actor, at=at)
    if file.state == State.IN_RUN:
        fill_runs(file, rows, actor, at, members=members)
    return Mended(len(changed) - added, added, len(missing))


def _check(file: ResultsFile, sheets: Sequence[Sheet], known: Mapping[str, Any]) -> None:
    keys = [sheet.told["key"] for sheet in sheets if sheet.told["key"]]
    if not keys or any(key[0] != file.pk for key in keys):
        raise NotThisWorkbook(
            "No sheet has the column “Row in file” of this file. Download its workbook and mend that."
        )
    if any(key[1] != file.version for key in keys):
        raise NotThisWorkbook(
            "The rows were changed since this workbook was downloaded. Download it again and copy your "
            "changes into it."
        )
    for sheet in sheets:
        told, kind = sheet.told, sheet.told["kind"]
        name = SHEETS[Kind(kind)][0]
        if kind not in known:
            continue
        if told["key"] is None:
            raise NotThisWorkbook(f"The sheet {name} lost its column “Row in file”. Download it again.")
        headings = {column["heading"] for column in told["columns"]}
        if lost := [c["heading"] for c in known[kind]["columns"] if c["heading"] not in headings]:
            raise NotThisWorkbook(f"The sheet {name} lost the column “{lost[0]}”. Download it again.")
        counts = Counter(row[0] for row in sheet.rows if row[0])
        if twice := [number for number, count in counts.items() if count > 1]:
            raise NotThisWorkbook(f"The sheet {name} holds row {min(twice)} twice. Delete one of them.")


def _numbered(rows: Sequence[Staged], before: Mapping[tuple[Kind, int], Staged]) -> list[Staged]:
    """Give lines without a number of the file one behind its last."""
    last = max((number for _, number in before), default=1)
    for row in rows:
        if row.number < 1:
            last += 1
            row.number = last
    return list(rows)


def _differs(row: Staged, old: Staged | None) -> bool:
    if old is None:
        return True
    if list(old.cells) == list(row.cells):
        return False
    return dict(old.values) != dict(row.values) or [p["field"] for p in old.of_file] != [
        p["field"] for p in row.of_file
    ]


def _moved(row: Staged, known: Mapping[str, Any], given: Mapping[str, Any] | None) -> Sequence[str | float]:
    """Return the cells of a row that the workbook lacks, in the order of its columns."""
    if given is None:
        return row.cells
    cells = dict(zip((column["heading"] for column in known["columns"]), row.cells, strict=False))
    return [cells.get(column["heading"], "") for column in given["columns"]]


def _merged(known: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    if given is None:
        return dict(known)
    kept = {name: known[name] for name in ("name", "heading_row", "passed_over") if name in known}
    return {**given, **kept, "key": None}
