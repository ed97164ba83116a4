"""The grid of a bench run: rows as cells, each with what holds for it and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils import timezone

from grading.domain.bench_fields import FIELDS, Field
from grading.models import BenchDraft, BenchRun, CapacityTest, ResistanceTest
from grading.queries.bench_runs import PAGE_ROWS, results_of_rows, rows_of
from grading.queries.test_runs import conflict_in
from grading.services.bench_runs import PACK, Counts, Row, counts_of, judged, previewed
from rebattery.accounts.guards import actor_of

STATES = {"ready": "Ready", "problem": "With problems", "empty": "To measure", "recorded": "Recorded"}
Conflicts = Mapping[tuple[int, str], str]
"""Row and field to what this person typed while somebody else changed the cell."""


@dataclass(frozen=True)
class Cell:
    """One cell of a row."""

    field: Field
    text: str
    """What the row says for itself."""
    shown: str
    """What holds: its own text, else the head's."""
    problem: str = ""
    conflict: str = ""

    @property
    def is_from_head(self) -> bool:
        return bool(self.shown) and not self.text

    @property
    def overrules(self) -> bool:
        return bool(self.text) and self.field.is_of_head


@dataclass(frozen=True)
class Line:
    """One row of the grid."""

    row: Row
    cells: Sequence[Cell]
    result: CapacityTest | ResistanceTest | None
    """What it became; None while it is not recorded."""

    @property
    def draft(self) -> BenchDraft:
        return self.row.draft

    @property
    def state(self) -> str:
        return self.row.state

    @property
    def word(self) -> str:
        return STATES[self.state]

    @property
    def about_pack(self) -> str:
        return self.row.problems.get(PACK, "")

    @property
    def value(self) -> Any:
        """SOH in percent or the ratio, of the result or as far as it can be computed."""
        if isinstance(self.result, CapacityTest):
            return self.result.soh_percent
        if self.result:
            return self.result.ir_ratio
        return self.row.preview.value if self.row.preview else None

    @property
    def uncertainty(self) -> Any:
        made = self.result or (self.row.preview.result if self.row.preview else None)
        return made.u_soh_points if isinstance(made, CapacityTest) else made and made.u_ratio

    @property
    def remarks(self) -> Sequence[str]:
        """What is worth a look and stops nothing."""
        preview = self.row.preview
        made = self.result or (preview.result if preview else None)
        departs = [f"Departs: {each['words']}" for each in made.departures] if made else []
        conflict = conflict_in(made) if isinstance(made, CapacityTest) else ""
        contradicts = [f"Contradicts itself: {conflict}"] if conflict else []
        unusual = preview.unusual.values() if preview and not self.result else ()
        return [*contradicts, *unusual, *departs]

    @property
    def wrong(self) -> Sequence[Cell]:
        """Cells with a problem; most of them are out of sight at any time."""
        return [cell for cell in self.cells if cell.problem]

    @property
    def spoken(self) -> str:
        of_row = [text for name, text in self.row.problems.items() if name in (PACK, "members")]
        found = "; ".join([*of_row, *(f"{cell.field.label}: {cell.problem}" for cell in self.wrong)])
        return f"{self.draft.pack.serial}: {self.word}.{f' {found}' if found else ''}"


@dataclass(frozen=True)
class Chip:
    """A filter of the grid with the number of its rows."""

    label: str
    count: int
    query: str
    is_current: bool


def columns_of(run: BenchRun) -> list[Field]:
    """Return the fields that the grid shows; members have a page of their own."""
    return [field for field in FIELDS[run.kind].values() if field.kind != "members"]


def lines_of(
    request: HttpRequest, run: BenchRun, drafts: Sequence[BenchDraft], conflicts: Conflicts | None = None
) -> list[Line]:
    """Return rows as the grid shows them; as many queries for any number of rows."""
    rows = previewed(run=run, drafts=drafts, actor=actor_of(request), at=timezone.now())
    results = results_of_rows(run=run, rows=drafts)
    columns = columns_of(run)
    return [
        Line(row, [_cell(row, field, conflicts or {}) for field in columns], results.get(row.draft.pk))
        for row in rows
    ]


def around(request: HttpRequest, run: BenchRun) -> dict[str, Any]:
    """Return what stands around the rows and changes with every one of them, and all rows judged."""
    rows = judged(run=run, drafts=list(rows_of(run=run)), actor=actor_of(request), at=timezone.now())
    return {
        "run": run,
        "counts": counts_of(rows=rows),
        "rows": rows,
        "undo": run.last_fill if run.is_open and run.last_fill.get("cells") else None,
    }


def page_of(rows: Sequence[Row], show: str, number: str) -> Page:
    """Return one page of the rows that stand as ``show`` says, all without it."""
    kept = [row.draft for row in rows if show not in STATES or row.state == show]
    return Paginator(kept, PAGE_ROWS).get_page(number)


def chips_of(counts: Counts, show: str) -> list[Chip]:
    """Return the filters of the grid."""
    chips = [Chip("All", counts.all, "?", show not in STATES)]
    return chips + [
        Chip(label, getattr(counts, state), f"?show={state}", show == state)
        for state, label in STATES.items()
    ]


def _cell(row: Row, field: Field, conflicts: Conflicts) -> Cell:
    return Cell(
        field,
        text=row.draft.values.get(field.name, ""),
        shown=row.texts.get(field.name, ""),
        problem=row.problems.get(field.name, ""),
        conflict=conflicts.get((row.draft.pk, field.name), ""),
    )
