"""A draft as a workbook: down, and up again."""

import io

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intake.models import Manifest
from intake.queries.manifests import manifests_for
from intake.queries.workbooks import write_draft
from intake.services.manifests.workbooks import draft_with_rows, take_workbook
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer
from rebattery.ui.exports import XLSX_TYPE, workbook_response

SENT_BACK_AT_MOST = 1_000


class WorkbookSent(StrictSerializer):
    file = serializers.FileField(help_text="The workbook that was downloaded here, mended.")


class ConflictOutput(serializers.Serializer[dict[str, str]]):
    row = serializers.IntegerField()
    column = serializers.CharField()
    workbook = serializers.CharField()
    draft = serializers.CharField()


class WorkbookTaken(serializers.Serializer[dict[str, object]]):
    cells = serializers.IntegerField(help_text="Cells corrected.")
    rows = serializers.IntegerField(help_text="Rows in which they stand.")
    later = serializers.IntegerField(help_text="Changed cells beyond what is taken at once: send it again.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Exact length of each list.")
    conflicts = ConflictOutput(many=True, help_text="Changed in both since the download: not touched.")
    unknown_columns = serializers.ListField(child=serializers.CharField())
    unknown_lines = serializers.ListField(child=serializers.CharField())
    missing_columns = serializers.ListField(child=serializers.CharField(), help_text="Not touched.")
    missing_rows = serializers.ListField(
        child=serializers.IntegerField(), help_text="Deleted in the workbook; they stay until left out."
    )
    repeated_rows = serializers.ListField(child=serializers.IntegerField(), help_text="Not touched.")
    settled_rows = serializers.ListField(
        child=serializers.IntegerField(), help_text="Announced or left out meanwhile: not touched."
    )


class ManifestWorkbook(APIView):
    """A draft as a workbook with its problems marked; sent back, only changed cells become corrections."""

    capability = Capability.UPLOAD_MANIFEST
    parser_classes = [MultiPartParser]

    @extend_schema(responses={(200, XLSX_TYPE): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        draft, workbook = draft_with_rows(manifest_id=self._manifest(request, pk).pk), io.BytesIO()
        write_draft(manifest=draft, target=workbook, at=timezone.now())
        return workbook_response(name=f"draft-{pk}", workbook=workbook)

    @idempotent
    @extend_schema(request=WorkbookSent, responses={200: WorkbookTaken})
    def post(self, request: Request, pk: int) -> Response:
        manifest, payload = self._manifest(request, pk), WorkbookSent(data=request.data)
        payload.is_valid(raise_exception=True)
        taken = take_workbook(
            manifest_id=manifest.pk,
            content=payload.validated_data["file"].file,
            actor=actor_of(request),
            at=timezone.now(),
        )
        return Response(WorkbookTaken(taken.told(at_most=SENT_BACK_AT_MOST)).data)

    def _manifest(self, request: Request, pk: int) -> Manifest:
        return get_object_or_404(manifests_for(viewer=person_of(request)), pk=pk)
