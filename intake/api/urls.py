"""Endpoints of intake."""

from django.urls import URLPattern, path

from intake.api.attachments import AttachmentFile, AttachmentList, AttachmentUploadDetail
from intake.api.batches import BatchDetail, BatchList
from intake.api.corrected import BatchCorrected, ManifestDifference
from intake.api.manifest_corrections import (
    ManifestCorrections,
    ManifestDiscard,
    ManifestSubmission,
    ManifestUndo,
)
from intake.api.manifest_rows import ManifestRows
from intake.api.manifest_workbooks import ManifestWorkbook
from intake.api.manifests import ManifestDetail, ManifestList

urlpatterns: list[URLPattern] = [
    path("manifests/", ManifestList.as_view(), name="api_manifests"),
    path("manifests/<int:pk>/", ManifestDetail.as_view(), name="api_manifest"),
    path("manifests/<int:pk>/rows/", ManifestRows.as_view(), name="api_manifest_rows"),
    path("manifests/<int:pk>/corrections/", ManifestCorrections.as_view(), name="api_manifest_corrections"),
    path("manifests/<int:pk>/corrections/undo/", ManifestUndo.as_view(), name="api_manifest_undo"),
    path("manifests/<int:pk>/difference/", ManifestDifference.as_view(), name="api_manifest_difference"),
    path("manifests/<int:pk>/workbook/", ManifestWorkbook.as_view(), name="api_manifest_workbook"),
    path("manifests/<int:pk>/submission/", ManifestSubmission.as_view(), name="api_manifest_submission"),
    path("manifests/<int:pk>/discard/", ManifestDiscard.as_view(), name="api_manifest_discard"),
    path("batches/", BatchList.as_view(), name="api_batches"),
    path("batches/<int:pk>/", BatchDetail.as_view(), name="api_batch"),
    path("batches/<int:pk>/corrected/", BatchCorrected.as_view(), name="api_batch_corrected"),
    path("batches/<int:batch_id>/attachments/", AttachmentList.as_view(), name="api_attachments"),
    path(
        "batches/<int:batch_id>/attachments/<int:attachment_id>/file",
        AttachmentFile.as_view(),
        name="api_attachment_file",
    ),
    path(
        "batches/<int:batch_id>/attachments/uploads/<int:upload_id>/",
        AttachmentUploadDetail.as_view(),
        name="api_attachment_upload",
    ),
]
