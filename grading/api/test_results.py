"""Test results in: many at once, all or none, through the same services as the bench."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grading.domain.members import KINDS, LONGEST_LABEL, MOST, Member
from grading.models import CapacityTest, ResistanceTest
from grading.queries.test_runs import conflict_in
from grading.services.test_runs import CapacityInput, ResistanceInput, record_capacity, record_resistance
from rebattery.accounts.guards import actor_of
from rebattery.accounts.roles import Capability
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer
from rebattery.errors import RuleViolation

LIMITS: dict[str, Any] = {"min_length": 1, "max_length": 1_000}
"""Rows in one request."""


def measured(**options: Any) -> serializers.DecimalField:
    """A measured number; whether it is plausible is the service's to say."""
    return serializers.DecimalField(max_digits=12, decimal_places=4, **options)


class ResultInput(StrictSerializer):
    pack_id = serializers.IntegerField()
    instrument_id = serializers.IntegerField()
    temperature_degc = measured(allow_null=True)
    measured_at = serializers.DateTimeField()
    note = serializers.CharField(default="", allow_blank=True)
    reason = serializers.CharField(
        default="", allow_blank=True, help_text="Needed where it supersedes a result of the same kind."
    )
    confirmation = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="Needed where a value is hardly plausible: why it is right all the same.",
    )
    channel_id = serializers.IntegerField(
        default=None, allow_null=True, help_text="Channel of the instrument; the uncertainty follows from it."
    )
    procedure_id = serializers.IntegerField(
        default=None, allow_null=True, help_text="Version of the procedure that the test followed."
    )
    ambient_degc = measured(default=None, allow_null=True)


MEMBER_LIMITS: dict[str, Any] = {"max_length": MOST}


class MemberInput(StrictSerializer):
    """A cell, series group or module; its SOH is computed where it has a charge."""

    kind = serializers.ChoiceField(list(KINDS.items()))
    label = serializers.CharField(max_length=LONGEST_LABEL)  # type: ignore[assignment]  # a field's own name
    measured_capacity_ah = measured(default=None, allow_null=True)
    rated_capacity_ah = measured(
        default=None, allow_null=True, help_text="Needed for the charge of a module."
    )
    soh_percent = measured(
        default=None, allow_null=True, help_text="Only where there is no charge to compute it from."
    )
    dcir_mohm = measured(default=None, allow_null=True)
    voltage_v = measured(default=None, allow_null=True)


class CapacityRow(ResultInput):
    method = serializers.ChoiceField(CapacityTest.Method.choices)
    basis = serializers.ChoiceField(CapacityTest.Basis.choices)
    measured_capacity_ah = measured(default=None, allow_null=True)
    measured_energy_kwh = measured(default=None, allow_null=True)
    reference_source = serializers.CharField()
    reference_value = measured(default=None, allow_null=True)
    c_rate = measured(allow_null=True)
    voltage_from_v = measured(allow_null=True)
    voltage_to_v = measured(allow_null=True)
    ended_by_cell_limit = serializers.BooleanField(allow_null=True)
    weakest_soh_percent = measured(default=None, allow_null=True)
    weakest_kind = serializers.CharField(default="", allow_blank=True)
    members = MemberInput(many=True, default=list, **MEMBER_LIMITS)


class ResistanceRow(ResultInput):
    method = serializers.ChoiceField(ResistanceTest.Method.choices)
    soc_percent = measured(allow_null=True)
    ir_mohm = measured(allow_null=True)
    pulse_duration_s = measured(default=None, allow_null=True)
    pulse_current_a = measured(default=None, allow_null=True)
    direction = serializers.CharField(
        default="", allow_blank=True, help_text="Of a pulse: discharge or charge."
    )
    baseline_source = serializers.CharField(default="", allow_blank=True)
    baseline_mohm = measured(default=None, allow_null=True)
    baseline_pulse_s = measured(default=None, allow_null=True)
    baseline_soc_percent = measured(default=None, allow_null=True)
    baseline_temperature_degc = measured(default=None, allow_null=True)


class CapacityRows(StrictSerializer):
    rows = CapacityRow(many=True, **LIMITS)


class ResistanceRows(StrictSerializer):
    rows = ResistanceRow(many=True, **LIMITS)


class CapacityOutput(serializers.ModelSerializer[CapacityTest]):
    conflict = serializers.SerializerMethodField(
        help_text="How the weakest member contradicts the pack's own charge; empty when it does not."
    )

    class Meta:
        model = CapacityTest
        fields = [
            "id",
            "pack_id",
            "basis",
            "soh_percent",
            "u_soh_points",
            "departures",
            "weakest_soh_percent",
            "weakest_kind",
            "spread_points",
            "members",
            "conflict",
            "channel_id",
            "procedure_id",
            "uncertainty",
        ]

    def get_conflict(self, test: CapacityTest) -> str:
        return conflict_in(test)


class ResistanceOutput(serializers.ModelSerializer[ResistanceTest]):
    class Meta:
        model = ResistanceTest
        fields = [
            "id",
            "pack_id",
            "method",
            "pulse_duration_s",
            "ir_ratio",
            "u_ir_mohm",
            "u_ratio",
            "is_comparable",
            "incomparable_because",
            "departures",
            "channel_id",
            "procedure_id",
            "uncertainty",
        ]


class ResultsIn(APIView):
    """What both endpoints share: the capability, and fields that are always addressed by row."""

    capability = Capability.RECORD_TESTS

    def handle_exception(self, exc: Exception) -> Response:
        # The service names the fields of a single row without its number, as the bench's form needs them.
        if isinstance(exc, RuleViolation):
            exc.fields = {
                name if name.startswith("rows.") else f"rows.0.{name}": text
                for name, text in exc.fields.items()
            }
        return super().handle_exception(exc)


class CapacityTests(ResultsIn):
    """Record capacity tests, at most 1,000, all or none; SOH and its uncertainty are computed.

    A refusal names every error of every row at once, as ``rows.N.field`` with N from 0, members as
    ``rows.N.members.M.field``.
    """

    @idempotent
    @extend_schema(request=CapacityRows, responses={201: CapacityOutput(many=True)})
    def post(self, request: Request) -> Response:
        payload = CapacityRows(data=request.data)
        payload.is_valid(raise_exception=True)
        rows = [_capacity(row) for row in payload.validated_data["rows"]]
        made = record_capacity(rows=rows, actor=actor_of(request), at=timezone.now())
        return Response(CapacityOutput(made, many=True).data, status.HTTP_201_CREATED)


def _capacity(row: dict[str, Any]) -> CapacityInput:
    members = [Member(**member) for member in row.pop("members")]
    return CapacityInput(**row, members=members)


class ResistanceTests(ResultsIn):
    """Record resistance tests, at most 1,000, all or none; the ratio and its uncertainty are computed.

    A refusal names every error of every row at once, as ``rows.N.field`` with N from 0.
    """

    @idempotent
    @extend_schema(request=ResistanceRows, responses={201: ResistanceOutput(many=True)})
    def post(self, request: Request) -> Response:
        payload = ResistanceRows(data=request.data)
        payload.is_valid(raise_exception=True)
        rows = [ResistanceInput(**row) for row in payload.validated_data["rows"]]
        made = record_resistance(rows=rows, actor=actor_of(request), at=timezone.now())
        return Response(ResistanceOutput(made, many=True).data, status.HTTP_201_CREATED)
