"""Files of testers in and out: the same services as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grading.models import TesterFile
from grading.queries.tester_files import tester_files_for, tests_of
from grading.services import tester_files
from intake.services.files import path_of
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.filters import kept
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer
from rebattery.ui.downloads import OPAQUE, download


class TesterFileSent(StrictSerializer):
    file = serializers.FileField(help_text="A file of a tester, 100 MB at most.")


class TesterFileOutput(serializers.ModelSerializer[TesterFile]):
    sha256 = serializers.CharField(source="stored_file.sha256")
    byte_count = serializers.IntegerField(source="stored_file.byte_count")
    pack = serializers.CharField(source="pack.serial", default=None, help_text="Null: of no pack yet.")
    progress = serializers.SerializerMethodField(help_text="Ask here what becomes of it.")

    class Meta:
        model = TesterFile
        fields = [
            "id", "file_name", "sha256", "byte_count", "source", "state", "why", "format", "flag_codes",
            "pack", "pack_id", "candidates", "answers", "channel_id", "procedure_id", "received_at",
            "received_by", "progress",
        ]  # fmt: skip

    def get_progress(self, row: TesterFile) -> str:
        return reverse("api_tester_file", args=[row.pk])


class TesterFileDetailOutput(TesterFileOutput):
    tests = serializers.SerializerMethodField(help_text="Each test as derived: see `read_cycler`.")

    class Meta(TesterFileOutput.Meta):
        fields = [*TesterFileOutput.Meta.fields, "tests"]

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_tests(self, row: TesterFile) -> list[dict[str, Any]]:
        return [
            {
                "derivation_id": test.derivation.pk,
                "algorithm_version": test.derivation.algorithm_version,
                "parameters": test.derivation.parameters,
                "capacity_test_ids": [result.pk for result in test.capacity],
                "resistance_test_ids": [result.pk for result in test.resistance],
                **test.result,
            }
            for test in tests_of(file=row)
        ]


class TesterFileList(ListAPIView[TesterFile]):
    """Tester files, newest first; ``state`` keeps those in one state."""

    capability = Capability.VIEW_INTERNAL
    capabilities = {"POST": Capability.RECORD_TESTS}
    also_read_with = Capability.RECORD_TESTS
    serializer_class = TesterFileOutput
    parser_classes = [MultiPartParser]

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=list(TesterFile.State))])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[TesterFile]:
        rows = tester_files_for(viewer=person_of(self.request))
        return kept(rows, self.request, "state", TesterFile.State.values)

    @idempotent
    @extend_schema(request=TesterFileSent, responses={200: TesterFileOutput, 202: TesterFileOutput})
    def post(self, request: Request) -> Response:
        """Send a tester file; a worker reads it. The same bytes are one file: sent again they answer 200."""
        payload = TesterFileSent(data=request.data)
        payload.is_valid(raise_exception=True)
        sent = payload.validated_data["file"]
        file, is_new = tester_files.accept(
            file_name=sent.name,
            content=sent.file,
            source=TesterFile.Source.API,
            actor=actor_of(request),
            at=timezone.now(),
        )
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        return Response(TesterFileOutput(file).data, code)


class TesterFileDetail(RetrieveAPIView[TesterFile]):
    """One tester file with what was derived from it."""

    capability = Capability.VIEW_INTERNAL
    also_read_with = Capability.RECORD_TESTS
    serializer_class = TesterFileDetailOutput
    lookup_url_kwarg = "tester_file_id"

    def get_queryset(self) -> QuerySet[TesterFile]:
        return tester_files_for(viewer=person_of(self.request))


class TesterFileRaw(APIView):
    """Download the bytes as they came."""

    capability = Capability.VIEW_INTERNAL
    also_read_with = Capability.RECORD_TESTS
    renderer_classes = [JSONRenderer]

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, tester_file_id: int) -> FileResponse:
        found = get_object_or_404(tester_files_for(viewer=person_of(request)), pk=tester_file_id)
        return download(path_of(found.stored_file), file_name=found.file_name, media_type=OPAQUE)
