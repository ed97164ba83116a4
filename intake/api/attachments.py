"""Documents of a batch in and out: the same services as the page."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intake.models import Attachment, AttachmentUpload, Batch
from intake.queries.attachment_uploads import uploads_for
from intake.queries.attachments import attachments_for
from intake.queries.batches import batches_for
from intake.services import attachments
from intake.services.files import path_of
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer
from rebattery.ui.downloads import download


class AttachmentSent(StrictSerializer):
    file = serializers.FileField(help_text="A document, or a zip of documents.")


class AttachmentOutput(serializers.ModelSerializer[Attachment]):
    pack = serializers.CharField(source="pack.serial", default=None, help_text="Null: of no pack yet.")
    byte_count = serializers.IntegerField(source="stored_file.byte_count")
    captured_at = serializers.CharField(help_text="By the camera's own clock, which knows no time zone.")
    file = serializers.SerializerMethodField(help_text="Download it here.")

    class Meta:
        model = Attachment
        fields = [
            "id", "file_name", "pack", "pack_id", "candidates", "kind", "media_type", "byte_count", "sha256",
            "captured_at", "added_at", "withdrawn_at", "upload_id", "file",
        ]  # fmt: skip

    def get_file(self, row: Attachment) -> str:
        return reverse("api_attachment_file", args=[row.batch_id, row.pk])


class UploadOutput(serializers.ModelSerializer[AttachmentUpload]):
    left_out = serializers.JSONField(help_text="Name and why; at most 200 are kept, the count is exact.")
    progress = serializers.SerializerMethodField(help_text="Ask here what becomes of it.")

    class Meta:
        model = AttachmentUpload
        fields = [
            "id", "file_name", "state", "received_at", "finished_at", "added_count", "unmatched_count",
            "repeated_count", "left_out_count", "left_out", "refusal", "progress",
        ]  # fmt: skip

    def get_progress(self, row: AttachmentUpload) -> str:
        return reverse("api_attachment_upload", args=[row.batch_id, row.pk])


class AttachmentList(ListAPIView[Attachment]):
    """Documents of a batch, newest first, the withdrawn ones too."""

    capability = Capability.VIEW_BATCHES
    capabilities = {"POST": Capability.UPLOAD_MANIFEST}
    serializer_class = AttachmentOutput
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[Attachment]:
        return attachments_for(viewer=person_of(self.request)).filter(batch=self._batch())

    @idempotent
    @extend_schema(request=AttachmentSent, responses={202: UploadOutput})
    def post(self, request: Request, batch_id: int) -> Response:
        """Send a document, or a zip of them; the same bytes under the same name are added once."""
        batch = self._batch()
        payload = AttachmentSent(data=request.data)
        payload.is_valid(raise_exception=True)
        sent = payload.validated_data["file"]
        upload = attachments.accept(
            batch=batch, file_name=sent.name, content=sent.file, actor=actor_of(request), at=timezone.now()
        )
        return Response(UploadOutput(upload).data, status.HTTP_202_ACCEPTED)

    def _batch(self) -> Batch:
        return get_object_or_404(batches_for(viewer=person_of(self.request)), pk=self.kwargs["batch_id"])


class AttachmentUploadDetail(RetrieveAPIView[AttachmentUpload]):
    """Follow what was sent."""

    capability = Capability.VIEW_BATCHES
    serializer_class = UploadOutput
    lookup_url_kwarg = "upload_id"

    def get_queryset(self) -> QuerySet[AttachmentUpload]:
        return uploads_for(viewer=person_of(self.request)).filter(batch_id=self.kwargs["batch_id"])


class AttachmentFile(APIView):
    """Download one document."""

    capability = Capability.VIEW_BATCHES
    renderer_classes = [JSONRenderer]

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, batch_id: int, attachment_id: int) -> FileResponse:
        rows: Any = attachments_for(viewer=person_of(request))
        found = get_object_or_404(rows, pk=attachment_id, batch_id=batch_id)
        path = path_of(found.stored_file)
        return download(path, file_name=found.download_name, media_type=found.media_type)
