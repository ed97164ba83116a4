"""The rows of a draft, page by page."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intake.api.manifest_outputs import ProblemOutput
from intake.models import ManifestRow
from intake.queries.corrections import corrections_of
from intake.queries.draft_rows import FILTERS, RowFilter, rows_of
from intake.queries.manifests import manifests_for
from rebattery.accounts.guards import person_of
from rebattery.accounts.roles import Capability
from rebattery.api.serializers import StrictSerializer

MOST_ROWS = 500


class RowsAsked(StrictSerializer):
    show = serializers.ChoiceField(choices=FILTERS, default="all")
    rule = serializers.CharField(required=False, default="")
    field = serializers.CharField(required=False, default="")
    text = serializers.CharField(required=False, default="", max_length=100)
    after = serializers.IntegerField(required=False, default=0, min_value=0)
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=MOST_ROWS)


class RowOutput(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="As the spreadsheet program shows it.")
    fate = serializers.ChoiceField(choices=ManifestRow.Fate.choices)
    severity = serializers.ChoiceField(choices=["ready", "warning", "question", "error"])
    cells = serializers.ListField(
        child=serializers.CharField(allow_blank=True), help_text="Texts by column, corrections put in."
    )
    edited = serializers.ListField(child=serializers.IntegerField(), help_text="Columns that were corrected.")
    values = serializers.DictField(help_text="Canonical field to value as it was understood.")
    problems = ProblemOutput(many=True)


class RowsOutput(serializers.Serializer[Any]):
    rows = RowOutput(many=True)
    next_after = serializers.IntegerField(
        allow_null=True, help_text="Ask for the next page with after=…; null on the last one."
    )


_PARAMETERS = [
    OpenApiParameter("show", str, enum=list(FILTERS), description="Which rows; all by default."),
    OpenApiParameter("rule", str, description="Only rows with a problem of this rule."),
    OpenApiParameter("field", str, description="Only rows with a problem of this field."),
    OpenApiParameter("text", str, description="Only rows with this text in a cell of the file."),
    OpenApiParameter("after", int, description="Only rows beyond this one."),
    OpenApiParameter("limit", int, description=f"At most so many rows: 100, up to {MOST_ROWS}."),
]


class ManifestRows(APIView):
    """The rows of a draft in the order of the file, each with its problems and what it was understood as."""

    capability = Capability.VIEW_BATCHES

    @extend_schema(parameters=_PARAMETERS, responses={200: RowsOutput})
    def get(self, request: Request, pk: int) -> Response:
        manifest = get_object_or_404(manifests_for(viewer=person_of(request)), pk=pk)
        asked = RowsAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        after, limit = values.pop("after"), values.pop("limit")
        page = rows_of(
            manifest=manifest,
            corrections=corrections_of(manifest=manifest),
            wanted=RowFilter(**values),
            after=after,
            limit=limit,
        )
        return Response(RowsOutput({"rows": page.rows, "next_after": page.next_after}).data)
