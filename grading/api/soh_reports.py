"""Reported states of health in: many at once, all or none; they never grade."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from grading.api.test_results import LIMITS, ResultsIn, measured
from grading.models import SohReport
from grading.services.soh_reports import SohReportInput, record_soh_reports
from rebattery.accounts.guards import actor_of
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer


class SohReportRow(StrictSerializer):
    pack_id = serializers.IntegerField()
    kind = serializers.ChoiceField(SohReport.Kind.choices)
    value_percent = measured(allow_null=True)
    read_at = serializers.DateTimeField()
    firmware = serializers.CharField(default="", allow_blank=True)
    tool = serializers.CharField(default="", allow_blank=True, help_text="What read it out.")
    procedure_id = serializers.IntegerField(
        default=None, allow_null=True, help_text="Of a pulse screen: version of the procedure."
    )
    note = serializers.CharField(default="", allow_blank=True)
    reason = serializers.CharField(
        default="", allow_blank=True, help_text="Needed where the reading that stands is as new or newer."
    )


class SohReportRows(StrictSerializer):
    rows = SohReportRow(many=True, **LIMITS)


class SohReportOutput(serializers.ModelSerializer[SohReport]):
    class Meta:
        model = SohReport
        fields = ["id", "pack_id", "kind", "value_percent", "read_at"]


class SohReports(ResultsIn):
    """Record states of health that somebody else reports, all or none; they are compared, never judged."""

    @idempotent
    @extend_schema(request=SohReportRows, responses={201: SohReportOutput(many=True)})
    def post(self, request: Request) -> Response:
        payload = SohReportRows(data=request.data)
        payload.is_valid(raise_exception=True)
        rows = [SohReportInput(**row) for row in payload.validated_data["rows"]]
        made = record_soh_reports(rows=rows, actor=actor_of(request), at=timezone.now())
        return Response(SohReportOutput(made, many=True).data, status.HTTP_201_CREATED)
