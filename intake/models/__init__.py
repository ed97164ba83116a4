"""Tables of what suppliers say and what arrives."""

from intake.models.attachment import (
    Attachment,
    AttachmentRun,
    AttachmentUpload,
    AttachmentUploadState,
)
from intake.models.batch import Batch
from intake.models.disposition import DispositionOrder, DispositionPack, WasteCode, WasteOperator
from intake.models.inspection import Inspection, InspectionDraft, Photo, Scan
from intake.models.manifest import (
    Intent,
    KnownLayout,
    Manifest,
    ManifestCorrection,
    ManifestRow,
    ManifestRun,
    ManifestState,
    StoredFile,
)
from intake.models.pack import CLAIM_COLUMNS, Pack
from intake.models.pack_type import PackType
from intake.models.supplier import Supplier

__all__ = [
    "CLAIM_COLUMNS",
    "Attachment",
    "AttachmentRun",
    "AttachmentUpload",
    "AttachmentUploadState",
    "Batch",
    "DispositionOrder",
    "DispositionPack",
    "Inspection",
    "InspectionDraft",
    "Intent",
    "KnownLayout",
    "Manifest",
    "ManifestCorrection",
    "ManifestRow",
    "ManifestRun",
    "ManifestState",
    "Pack",
    "PackType",
    "Photo",
    "Scan",
    "StoredFile",
    "Supplier",
    "WasteCode",
    "WasteOperator",
]
