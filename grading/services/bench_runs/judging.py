"""Judge the rows of a run by the rules that recording applies."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grading.models import BenchDraft, BenchRun
from grading.queries.bench import Demand, demands_on
from grading.queries.bench_runs import Means, has_outcome, means_of, rows_of
from grading.services.bench_runs.reading import Reading, as_fields, effective, read_row
from grading.services.test_runs import (
    NOT_AT_BENCH,
    Preview,
    capacity_problems,
    preview_capacity,
    preview_resistance,
    resistance_problems,
)
from rebattery.actor import Actor

PACK = NOT_AT_BENCH
"""The field of problems of the whole row: its pack moved on, or somebody else is to measure it."""
_PROBLEMS: Mapping[str, Any] = {"capacity": capacity_problems, "resistance": resistance_problems}
_PREVIEWS: Mapping[str, Any] = {"capacity": preview_capacity, "resistance": preview_resistance}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row as it stands."""

    draft: BenchDraft
    texts: Mapping[str, str]
    """What holds for it: its own texts, else those of the head."""
    reading: Reading
    problems: Mapping[str, str] = field(default_factory=dict)
    """By field; ``PACK`` for the whole row. Empty when it is ready, recorded, or nothing is typed yet."""
    preview: Preview | None = None

    @property
    def state(self) -> str:
        """recorded, problem, empty or ready."""
        if self.draft.recorded_id:
            return "recorded"
        if PACK in self.problems:
            return "problem"
        if not has_outcome(self.draft):
            return "empty"
        return "problem" if self.problems else "ready"


@dataclass(frozen=True)
class Counts:
    """How many rows of a run stand how."""

    ready: int
    problem: int
    empty: int
    recorded: int

    @property
    def all(self) -> int:
        return self.ready + self.problem + self.empty + self.recorded


def judged(*, run: BenchRun, drafts: Sequence[BenchDraft], actor: Actor, at: datetime) -> list[Row]:
    """Return ``drafts`` of ``run`` with their problems; as many queries for any number of rows."""
    rows = _read(run, drafts)
    unrecorded = [row for row in rows if not row.draft.recorded_id]
    found = _PROBLEMS[run.kind](rows=[row.reading.input for row in unrecorded], actor=actor, at=at)
    faults = {row.draft.pk: wrong for row, wrong in zip(unrecorded, found, strict=True)}
    return _joined(rows, faults, {})


def previewed(*, run: BenchRun, drafts: Sequence[BenchDraft], actor: Actor, at: datetime) -> list[Row]:
    """Return ``drafts`` of ``run`` with their problems and what recording them would say.

    :raises NoPolicyInForce: when there is no policy to judge by.
    """
    rows = _read(run, drafts)
    unrecorded = [row for row in rows if not row.draft.recorded_id]
    found = _PREVIEWS[run.kind](rows=[row.reading.input for row in unrecorded], actor=actor, at=at)
    previews = {row.draft.pk: preview for row, preview in zip(unrecorded, found, strict=True)}
    return _joined(rows, {key: preview.faults for key, preview in previews.items()}, previews)


def problems_of(*, run: BenchRun, actor: Actor, at: datetime) -> dict[int, dict[str, str]]:
    """Return the problems of every row that has some, by the row's key and field.

    Rows that are recorded, and those in which nothing measured is typed yet, have none.
    """
    rows = judged(run=run, drafts=list(rows_of(run=run)), actor=actor, at=at)
    return {row.draft.pk: dict(row.problems) for row in rows if row.state == "problem"}


def counts_of(*, rows: Sequence[Row]) -> Counts:
    """Count ``rows`` by how they stand."""
    found = Counter(row.state for row in rows)
    return Counts(**{name: found[name] for name in ("ready", "problem", "empty", "recorded")})


def _read(run: BenchRun, drafts: Sequence[BenchDraft]) -> list[Row]:
    means: Means = means_of(kind=run.kind)
    rows = []
    for draft in drafts:
        texts = effective(run.kind, run.head, draft.values)
        rows.append(Row(draft=draft, texts=texts, reading=read_row(run.kind, texts, draft.pack_id, means)))
    return rows


def _joined(
    rows: Sequence[Row], faults: Mapping[int, Mapping[str, str]], previews: Mapping[int, Preview]
) -> list[Row]:
    demands = demands_on(pack_ids=[row.draft.pack_id for row in rows])
    return [_with(row, faults, previews, demands) for row in rows]


def _with(
    row: Row,
    faults: Mapping[int, Mapping[str, str]],
    previews: Mapping[int, Preview],
    demands: Mapping[int, Demand],
) -> Row:
    draft = row.draft
    problems: dict[str, str] = {}
    if not draft.recorded_id:
        problems = as_fields(faults.get(draft.pk, {})) | row.reading.faults
        # Whoever typed the values measured them, whoever presses the button.
        if draft.saved_by_person_id in demands.get(draft.pack_id, Demand()).person_ids and draft.values:
            problems[PACK] = (
                f"The reviewer wants somebody else than {draft.saved_by} to measure it this time."
            )
        if not has_outcome(draft):
            problems = {name: text for name, text in problems.items() if name == PACK}
    return Row(
        draft=draft,
        texts=row.texts,
        reading=row.reading,
        problems=problems,
        preview=previews.get(draft.pk),
    )
