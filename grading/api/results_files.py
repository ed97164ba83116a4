"""Files of results in, mended and recorded: the same services as the pages."""

import io
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
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

from grading.models import ResultsFile
from grading.queries.results_files import errors_of, results_files_for, write_workbook
from grading.services import results_files
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.filters import kept
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer
from rebattery.ui.exports import workbook_response


class ResultsFileSent(StrictSerializer):
    file = serializers.FileField(help_text="XLSX, XLS, ODS or CSV with at most 5,000 rows.")
    record = serializers.BooleanField(
        default=False, help_text="Record all rows as soon as it is read, if none has an error."
    )


class ResultsWorkbookSent(StrictSerializer):
    file = serializers.FileField(help_text="The file's workbook, mended, as XLSX, XLS or ODS.")


class ResultsFileOutput(serializers.ModelSerializer[ResultsFile]):
    sha256 = serializers.CharField(source="stored_file.sha256")
    byte_count = serializers.IntegerField(source="stored_file.byte_count")
    rows_read = serializers.IntegerField(source="work.rows_read", help_text="While it is being read.")
    progress = serializers.SerializerMethodField(help_text="Ask here what becomes of it.")

    class Meta:
        model = ResultsFile
        fields = [
            "id", "file_name", "sha256", "byte_count", "state", "why", "record_if_clean", "rows_read",
            "capacity_run_id", "resistance_run_id", "version", "received_at", "received_by", "progress",
        ]  # fmt: skip

    def get_progress(self, row: ResultsFile) -> str:
        return reverse("api_results_file", args=[row.pk])


class ResultsFileProblemOutput(serializers.Serializer[dict[str, Any]]):
    kind = serializers.CharField(help_text="capacity, resistance, members or reported.")
    row = serializers.IntegerField(help_text="As the spreadsheet program shows it.")
    column = serializers.CharField(allow_null=True, help_text="Its heading in the file.")
    field = serializers.CharField(allow_null=True)
    rule = serializers.CharField(help_text="Stable code of what is wrong.")
    severity = serializers.ChoiceField(["error", "warning"])
    value = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
    fix = serializers.CharField(allow_blank=True)


class ResultsFileDetailOutput(ResultsFileOutput):
    problems = serializers.SerializerMethodField(help_text="Every problem of every row at once.")
    rows = serializers.SerializerMethodField(help_text="Each row with its result, once there is one.")

    class Meta(ResultsFileOutput.Meta):
        fields = [*ResultsFileOutput.Meta.fields, "sheets", "unread_sheets", "problems", "rows"]

    @extend_schema_field(ResultsFileProblemOutput(many=True))
    def get_problems(self, row: ResultsFile) -> list[dict[str, Any]]:
        return errors_of(file=row)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_rows(self, row: ResultsFile) -> list[dict[str, Any]]:
        names = ("kind", "number", "values", "has_error", "pack_id", "result_id")
        return list(row.rows.order_by("kind", "number").values(*names))


class MendedOutput(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="Rows that say something else now.")
    added = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="Rows that the workbook lacks: they stay as they are.")


class FilledOutput(serializers.Serializer[Any]):
    taken = serializers.IntegerField(help_text="Rows that are in bench runs now.")
    left = serializers.IntegerField(help_text="Rows that no run takes: they stay with the file.")


class ResultsFileList(ListAPIView[ResultsFile]):
    """Files of results, newest first; ``state`` keeps those in one state."""

    capability = Capability.RECORD_TESTS
    serializer_class = ResultsFileOutput
    parser_classes = [MultiPartParser]

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=list(ResultsFile.State))])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ResultsFile]:
        rows = results_files_for(viewer=person_of(self.request))
        return kept(rows, self.request, "state", ResultsFile.State.values)

    @idempotent
    @extend_schema(
        request=ResultsFileSent,
        responses={200: ResultsFileDetailOutput, 201: ResultsFileDetailOutput, 202: ResultsFileDetailOutput},
    )
    def post(self, request: Request) -> Response:
        """Send a file of results.

        At most 200 rows are read at once (201, with every problem); more are left to a worker (202). The same
        bytes are one file: sent again they answer 200 with what became of them.
        """
        payload = ResultsFileSent(data=request.data)
        payload.is_valid(raise_exception=True)
        sent = payload.validated_data["file"]
        file, is_new = results_files.accept(
            file_name=sent.name,
            content=sent.file,
            record_if_clean=payload.validated_data["record"],
            actor=actor_of(request),
            at=timezone.now(),
        )
        code: int = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        if file.state == ResultsFile.State.QUEUED:
            code = status.HTTP_202_ACCEPTED
        return Response(ResultsFileDetailOutput(file).data, code)


class ResultsFileDetail(RetrieveAPIView[ResultsFile]):
    """One file of results with every problem of every row."""

    capability = Capability.RECORD_TESTS
    serializer_class = ResultsFileDetailOutput
    lookup_url_kwarg = "results_file_id"

    def get_queryset(self) -> QuerySet[ResultsFile]:
        return results_files_for(viewer=person_of(self.request))


class ResultsFileWorkbook(APIView):
    """The rows of a file as a workbook with its problems marked: down, and mended up again."""

    capability = Capability.RECORD_TESTS
    renderer_classes = [JSONRenderer]
    parser_classes = [MultiPartParser]

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, results_file_id: int) -> HttpResponseBase:
        file = _file(request, results_file_id)
        book = io.BytesIO()
        write_workbook(file=file, target=book, at=timezone.now())
        return workbook_response(name=f"results-{file.pk}-to-mend", workbook=book)

    @idempotent
    @extend_schema(
        request=ResultsWorkbookSent,
        responses=MendedOutput,
    )
    def post(self, request: Request, results_file_id: int) -> Response:
        """Update the file's rows; a workbook in which nothing was changed changes nothing."""
        file = _file(request, results_file_id)
        payload = ResultsWorkbookSent(data=request.data)
        payload.is_valid(raise_exception=True)
        sent = payload.validated_data["file"]
        mended = results_files.take_workbook(
            results_file_id=file.pk,
            file_name=sent.name or "",
            content=sent.file,
            actor=actor_of(request),
            at=timezone.now(),
        )
        return Response(MendedOutput(mended).data)


class ResultsFileRecord(APIView):
    """Record every row of a file, or none: 422 names each error as ``kind.row.field``."""

    capability = Capability.RECORD_TESTS

    @idempotent
    @extend_schema(request=None, responses=ResultsFileDetailOutput)
    def post(self, request: Request, results_file_id: int) -> Response:
        file = _file(request, results_file_id)
        results_files.record_file(results_file_id=file.pk, actor=actor_of(request), at=timezone.now())
        return Response(ResultsFileDetailOutput(_file(request, file.pk)).data)


class ResultsFileRuns(APIView):
    """Put the rows of a file into bench runs, where they are mended in the grid and recorded."""

    capability = Capability.RECORD_TESTS

    @idempotent
    @extend_schema(request=None, responses=FilledOutput)
    def post(self, request: Request, results_file_id: int) -> Response:
        file = _file(request, results_file_id)
        filled = results_files.put_into_runs(
            results_file_id=file.pk, actor=actor_of(request), at=timezone.now()
        )
        return Response(FilledOutput(filled).data)


def _file(request: Request, results_file_id: int) -> ResultsFile:
    return get_object_or_404(results_files_for(viewer=person_of(request)), pk=results_file_id)
