"""Manifests: taken in at once, read by a worker, announced as a batch or mended as a draft."""

from intake.services.manifests.accepting import (
    ManifestSettled,
    ReplacesAnothers,
    SupplierInactive,
    accept,
    read_again,
)
from intake.services.manifests.answering import AnnouncedAsRead, AnswersUnfit
from intake.services.manifests.drafts import (
    BatchIsClosed,
    BatchMade,
    BeingRead,
    DifferenceChanged,
    NotADraft,
    discard,
)
from intake.services.manifests.lease import sweep
from intake.services.manifests.mending import (
    CellChanged,
    CellsUnfit,
    NothingToUndo,
    RowsAnnounced,
    RowsUnknown,
    answer,
    drop_rows,
    edit_cells,
    restore_rows,
    undo,
)
from intake.services.manifests.running import run
from intake.services.manifests.submitting import (
    ExpectedInThePast,
    NothingToAnnounce,
    QuestionsOpen,
    StillWrong,
    submit,
)

__all__ = [
    "AnnouncedAsRead",
    "AnswersUnfit",
    "BatchIsClosed",
    "BatchMade",
    "BeingRead",
    "CellChanged",
    "CellsUnfit",
    "DifferenceChanged",
    "ExpectedInThePast",
    "ManifestSettled",
    "NotADraft",
    "NothingToAnnounce",
    "NothingToUndo",
    "QuestionsOpen",
    "ReplacesAnothers",
    "RowsAnnounced",
    "RowsUnknown",
    "StillWrong",
    "SupplierInactive",
    "accept",
    "answer",
    "discard",
    "drop_rows",
    "edit_cells",
    "read_again",
    "restore_rows",
    "run",
    "submit",
    "sweep",
    "undo",
]
