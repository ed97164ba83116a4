"""Put the rows of a results file into bench runs, whose grid is where they are mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from grading.domain.bench_fields import FIELDS
from grading.domain.member_lines import members_text
from grading.domain.results_file.fields import FIELDS as COLUMNS
from grading.domain.results_file.fields import Kind
from grading.domain.results_file.rows import shown
from grading.models import BenchRun, ResultsFile
from grading.services.bench_runs import FillReport, fill, open_run
from grading.services.results_files.inputs import member_of
from grading.services.results_files.judging import Members, judge
from grading.services.results_files.refusals import WrongState
from grading.services.results_files.rows import all_rows, keep
from grading.services.results_files.staged import Staged
from intake.domain.lifecycle import Status
from rebattery.actor import Actor

State = ResultsFile.State
_RUNS = {Kind.CAPACITY: "capacity_run", Kind.RESISTANCE: "resistance_run"}


@dataclass(frozen=True)
class Filled:
    """What came of a file's rows."""

    runs: dict[Kind, BenchRun] = field(default_factory=dict)
    taken: int = 0
    left: int = 0
    """Rows that no run takes: their pack is not known or not at the bench, or the file holds two."""


@transaction.atomic
def put_into_runs(*, results_file_id: int, actor: Actor, at: datetime) -> Filled:
    """Open a bench run for the capacity rows of a file and one for its resistance rows, and fill them.

    What a cell says stands in the grid as far as it could be read, else as it stands in the file. Reported
    states of health have no grid: they stay with the file.

    :raises WrongState: when the file is not one to be mended, or no row has a pack at the bench.
    """
    file = ResultsFile.objects.select_for_update().get(pk=results_file_id)
    if file.state != State.DRAFT:
        raise WrongState("Only a file that waits to be mended is put into runs.")
    rows = all_rows(file)
    members = judge(rows, actor, at)
    keep(file, rows)
    for kind, name in _RUNS.items():
        if any(row.kind is kind and _is_at_bench(row) for row in rows):
            setattr(file, name, open_run(kind=kind.value, head={}, actor=actor, at=at))
    if not (file.capacity_run_id or file.resistance_run_id):
        raise WrongState("No row of this file has a pack at the bench. Nothing was changed.")
    file.state = State.IN_RUN
    file.save(update_fields=["state", *_RUNS.values()])
    return fill_runs(file, rows, actor, at, members=members)


def fill_runs(
    file: ResultsFile,
    rows: Sequence[Staged],
    actor: Actor,
    at: datetime,
    *,
    members: Members,
) -> Filled:
    """Write a file's rows into its runs; those that were recorded there stay as they are."""
    filled = Filled()
    taken = left = 0
    for kind, name in _RUNS.items():
        of_kind = [row for row in rows if row.kind is kind]
        if not getattr(file, f"{name}_id"):
            left += len(of_kind)
            continue
        texts = [_texts(row, file, members[id(row)]) for row in of_kind]
        run_id = getattr(file, f"{name}_id")
        report: FillReport = fill(run_id=run_id, rows=texts, actor=actor, at=at)
        filled.runs[kind] = getattr(file, name)
        taken += len(report.rows)
        left += len(of_kind) - len(report.rows)
    return Filled(filled.runs, taken, left)


def _is_at_bench(row: Staged) -> bool:
    return row.pack is not None and row.pack.status == Status.INSPECTED


def _texts(row: Staged, file: ResultsFile, members: Sequence[Staged]) -> dict[str, str]:
    """Return a row as the grid takes it."""
    texts = {name: row.values[name] for name in row.values if name in FIELDS[row.kind.value]}
    texts |= _unread(row, file)
    texts["serial"] = row.values.get("serial", "")
    texts["supplier"] = row.pack.supplier.code if row.pack else row.values.get("supplier", "")
    if version := row.values.get("procedure_version"):
        texts["procedure"] = f"{row.values.get('procedure', '')} v{version.casefold().lstrip('v')}"
    if row.kind is Kind.CAPACITY:
        source, basis = row.values.get("reference_source", ""), row.values.get("basis", "")
        if source and basis:
            texts["reference"] = f"{source}:{basis}"
        if members:
            texts["members"] = members_text([member_of(member) for member in members])
    return texts


def _unread(row: Staged, file: ResultsFile) -> dict[str, str]:
    """Return the cells that could not be read, as they stand: the grid says what is wrong with them."""
    told: Mapping[str, object] = next((one for one in file.sheets if one["kind"] == row.kind.value), {})
    columns: Sequence[Mapping[str, str]] = told.get("columns", [])  # type: ignore[assignment]
    found = {}
    for column, cell in zip(columns, row.cells, strict=False):
        name = column["field"]
        is_open = name in COLUMNS[row.kind] and name in FIELDS[row.kind.value] and name not in row.values
        if is_open and (text := shown(cell)):
            found[name] = text
    return found
