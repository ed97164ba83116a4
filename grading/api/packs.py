"""Packs and decisions out."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from grading.models import Decision
from grading.queries.decisions import decisions_for
from grading.queries.packs import packs_for, with_serial
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.guards import person_of
from rebattery.accounts.roles import Capability
from rebattery.api.filters import kept


class PackOutput(serializers.ModelSerializer[Pack]):
    supplier = serializers.CharField(source="supplier.code")
    batch = serializers.CharField(source="batch.number")
    grade = serializers.CharField(
        allow_null=True, help_text="Of the decision in force; read it with its policy."
    )
    policy = serializers.CharField(allow_null=True)
    suspended = serializers.CharField(
        allow_null=True,
        help_text="Last grade and its policy while the pack is tested again, because a result behind it does"
        " not count any more; it has no grade then.",
    )

    class Meta:
        model = Pack
        fields = [
            "id", "serial", "supplier", "batch", "row", "status", "status_at", "make", "model", "chemistry",
            "nominal_energy_kwh", "rated_capacity_ah", "nominal_voltage_v", "declared_soh_percent",
            "ddr_status", "received_as", "history_completeness_percent", "grade", "policy",
            "suspended",
        ]  # fmt: skip


class DecisionOutput(serializers.ModelSerializer[Decision]):
    policy = serializers.CharField(source="policy.__str__")
    in_force = serializers.BooleanField(source="is_in_force")
    suspended = serializers.BooleanField(
        source="is_suspended",
        help_text="The pack's last decision, not in force until new tests are decided on.",
    )

    class Meta:
        model = Decision
        fields = [
            "id", "pack_id", "kind", "grade", "route", "policy", "policy_sha256", "reasons", "missing",
            "applications", "warranty", "evidence_sha256", "decided_at", "in_force",
            "suspended", "valid_until", "remeasure_from",
        ]  # fmt: skip


class PackList(ListAPIView[Pack]):
    """Packs, newest first."""

    capability = Capability.VIEW_PACKS
    serializer_class = PackOutput

    @extend_schema(parameters=[OpenApiParameter("serial", str), OpenApiParameter("status", str)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Pack]:
        packs = packs_for(viewer=person_of(self.request))
        if serial := self.request.query_params.get("serial"):
            packs = with_serial(packs, serial)
        return kept(packs, self.request, "status", list(Status))


class PackDetail(RetrieveAPIView[Pack]):
    """One pack."""

    capability = Capability.VIEW_PACKS
    serializer_class = PackOutput

    def get_queryset(self) -> QuerySet[Pack]:
        return packs_for(viewer=person_of(self.request))


class DecisionList(ListAPIView[Decision]):
    """Decisions, newest first; ``pack`` keeps those on one pack."""

    capability = Capability.VIEW_PACKS
    serializer_class = DecisionOutput

    @extend_schema(parameters=[OpenApiParameter("pack", int, description="Key of a pack")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Decision]:
        viewer, pack = person_of(self.request), self.request.query_params.get("pack", "")
        decisions = decisions_for(viewer=viewer)
        if not pack:
            return decisions
        if not pack.isdigit():
            raise serializers.ValidationError({"pack": ["Give the key of a pack."]})
        return decisions.filter(pack=get_object_or_404(packs_for(viewer=viewer), pk=int(pack)))
