"""Make results of the rows of a run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from grading.models import BenchDraft
from grading.queries.bench_runs import rows_of
from grading.services.bench_runs.judging import Row, judged
from grading.services.bench_runs.opening import open_one
from grading.services.bench_runs.refusals import RowsNotReady
from grading.services.test_runs import record_capacity, record_resistance
from rebattery.actor import Actor

_RECORD: Mapping[str, Any] = {"capacity": record_capacity, "resistance": record_resistance}


@transaction.atomic
def record_ready(*, run_id: int, actor: Actor, at: datetime) -> list[BenchDraft]:
    """Record the rows that are ready, and return them; the others stay as they are.

    :raises RunClosed: when the run is closed.
    :raises RowsNotReady: when none is ready.
    :raises NoPolicyInForce: when there is no policy to judge by.
    """
    return _record(run_id, actor, at)


@transaction.atomic
def record_all(*, run_id: int, actor: Actor, at: datetime) -> list[BenchDraft]:
    """Record every row that is not recorded yet, or none, and return them.

    :raises RunClosed: when the run is closed.
    :raises RowsNotReady: when one has a problem or is still empty; says how many.
    :raises NoPolicyInForce: when there is no policy to judge by.
    """
    return _record(run_id, actor, at, states={"problem": "with problems", "empty": "still empty"})


def _record(
    run_id: int, actor: Actor, at: datetime, states: Mapping[str, str] | None = None
) -> list[BenchDraft]:
    run = open_one(run_id)
    rows = judged(run=run, drafts=list(rows_of(run=run)), actor=actor, at=at)
    ready = [row for row in rows if row.state == "ready"]
    for state, words in (states or {}).items():
        if count := sum(row.state == state for row in rows):
            raise RowsNotReady(f"{count} of {len(rows)} rows {words}. Nothing was recorded.")
    if not ready:
        raise RowsNotReady("No row is ready. Nothing was recorded.")
    return _store(ready, _RECORD[run.kind], actor, at)


def _store(rows: Sequence[Row], record: Any, actor: Actor, at: datetime) -> list[BenchDraft]:
    made = record(rows=[row.reading.input for row in rows], actor=actor, at=at)
    drafts = [row.draft for row in rows]
    for draft, result in zip(drafts, made, strict=True):
        draft.recorded_id = result.pk
    BenchDraft.objects.bulk_update(drafts, ["recorded_id"], batch_size=1000)
    return drafts
