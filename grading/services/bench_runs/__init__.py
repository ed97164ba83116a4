"""Work at the bench before it is a result: runs of many packs, drafts of one."""

from grading.services.bench_runs.cells import Pasted, change_cell, paste, undo_fill
from grading.services.bench_runs.drafts import (
    DraftChanged,
    differences,
    save_draft,
    submit_capacity,
    submit_resistance,
)
from grading.services.bench_runs.filling import FillReport, Refusal, fill
from grading.services.bench_runs.judging import PACK, Counts, Row, counts_of, judged, previewed, problems_of
from grading.services.bench_runs.opening import change_head, close_run, discard_run, open_run, reopen_run
from grading.services.bench_runs.recording import record_all, record_ready
from grading.services.bench_runs.refusals import (
    CellChanged,
    FieldUnknown,
    HeadUnreadable,
    NothingToUndo,
    RowGone,
    RowRecorded,
    RowsNotReady,
    RunChanged,
    RunClosed,
    TooManyRows,
)
from grading.services.bench_runs.rows import MOST_ROWS, Added, add_packs, add_serials, remove_row

__all__ = [
    "MOST_ROWS",
    "PACK",
    "Added",
    "CellChanged",
    "Counts",
    "DraftChanged",
    "FieldUnknown",
    "FillReport",
    "HeadUnreadable",
    "NothingToUndo",
    "Pasted",
    "Refusal",
    "Row",
    "RowGone",
    "RowRecorded",
    "RowsNotReady",
    "RunChanged",
    "RunClosed",
    "TooManyRows",
    "add_packs",
    "add_serials",
    "change_cell",
    "change_head",
    "close_run",
    "counts_of",
    "differences",
    "discard_run",
    "fill",
    "judged",
    "open_run",
    "paste",
    "previewed",
    "problems_of",
    "record_all",
    "record_ready",
    "remove_row",
    "reopen_run",
    "save_draft",
    "submit_capacity",
    "submit_resistance",
    "undo_fill",
]
