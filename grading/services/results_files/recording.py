"""Record the rows of a results file: all of them, or none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from grading.domain.results_file.fields import Kind
from grading.models import ResultsFile
from grading.services.decisions import complete_where_settled
from grading.services.results_files.inputs import capacity_input, report_input, resistance_input
from grading.services.results_files.judging import Members, judge
from grading.services.results_files.refusals import NotClean, WrongState
from grading.services.results_files.rows import keep, open_rows
from grading.services.results_files.staged import Staged
from grading.services.soh_reports import record_soh_reports
from grading.services.test_runs import record_capacity, record_resistance
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

State = ResultsFile.State
WORDS = {
    Kind.CAPACITY: ("capacity test", "capacity tests"),
    Kind.RESISTANCE: ("resistance test", "resistance tests"),
    Kind.REPORTED: ("reported SOH", "reported SOH"),
}


@transaction.atomic
def record_file(*, results_file_id: int, actor: Actor, at: datetime) -> ResultsFile:
    """Record every row of a file that is not in a bench run, through the services of the bench.

    A file that is recorded already stays as it is. The results are ``actor``'s; packs go on to grading
    where their verdict waits for nothing more.

    :raises WrongState: when it is not read yet, or cannot be.
    :raises NotClean: when a row has an error now; the rows say which. Nothing is recorded then.
    """
    file = ResultsFile.objects.select_for_update().get(pk=results_file_id)
    if file.state == State.RECORDED:
        return file
    if file.state not in (State.DRAFT, State.IN_RUN):
        raise WrongState("Only a file that was read can be recorded.")
    rows = open_rows(file)
    members = judge(rows, actor, at)
    if any(row.has_error for row in rows):
        count = sum(row.has_error for row in rows)
        raise NotClean(
            f"{count} {'row has' if count == 1 else 'rows have'} errors. Nothing was recorded.",
            fields=errors_by_row(rows),
        )
    return store(file, rows, members, actor, at)


def errors_by_row(rows: Sequence[Staged]) -> dict[str, str]:
    """Return every error by ``kind.row.field``."""
    return {
        f"{row.kind.value}.{row.number}.{problem['field']}": problem["message"]
        for row in rows
        for problem in row.problems
        if problem["severity"] == "error"
    }


def store(
    file: ResultsFile, rows: Sequence[Staged], members: Members, actor: Actor, at: datetime
) -> ResultsFile:
    """Record rows that were judged clean in this transaction, and say so of the file."""
    by_kind = {kind: [row for row in rows if row.kind is kind and row.result_id is None] for kind in Kind}
    capacity, resistance = by_kind[Kind.CAPACITY], by_kind[Kind.RESISTANCE]
    made: dict[Kind, Sequence[Any]] = {}
    if capacity:
        given = [capacity_input(row, members[id(row)]) for row in capacity]
        made[Kind.CAPACITY] = record_capacity(rows=given, actor=actor, at=at, then_grade=False)
    if resistance:
        others = [resistance_input(row) for row in resistance]
        made[Kind.RESISTANCE] = record_resistance(rows=others, actor=actor, at=at, then_grade=False)
    if reports := by_kind[Kind.REPORTED]:
        told = [report_input(row) for row in reports]
        made[Kind.REPORTED] = record_soh_reports(rows=told, actor=actor, at=at)
    for kind, results in made.items():
        for row, result in zip(by_kind[kind], results, strict=True):
            row.result_id = result.pk
    for row in capacity:
        for member in members[id(row)]:
            member.result_id = row.result_id
    if packs := sorted({row.pack.pk for row in (*capacity, *resistance) if row.pack}):
        complete_where_settled(pack_ids=packs, actor=actor, at=at)
    if made:
        _tell(file, made, actor, at)
    keep(file, rows)
    return file


def _tell(file: ResultsFile, made: dict[Kind, Sequence[Any]], actor: Actor, at: datetime) -> None:
    words = ", ".join(f"{len(found)} {WORDS[kind][len(found) != 1]}" for kind, found in made.items())
    has_run = file.capacity_run_id or file.resistance_run_id
    file.state = State.IN_RUN if has_run else State.RECORDED
    file.why = ""
    file.save(update_fields=["state", "why"])
    event = Event(
        code="results_file.recorded",
        subject_id=file.pk,
        subject_label=str(file),
        after={"state": file.state},
        facts={"results": words},
    )
    record(events=[event], actor=actor, at=at)
