"""Propose over the API that an instrument is declared bad, and ask what it touches; people approve."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grading.domain.blast_radius import NO_CERTIFICATES
from grading.models import InstrumentDeclaration
from grading.queries.declaration_radius import Radius, radius_of
from grading.queries.declarations import Scope, declarations
from grading.services.declarations import propose_declaration
from rebattery.accounts.guards import actor_of
from rebattery.accounts.roles import Capability
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer


class DeclarationInput(StrictSerializer):
    instrument_id = serializers.IntegerField()
    channel_id = serializers.IntegerField(
        default=None, allow_null=True, help_text="Leave it out when the whole instrument is bad."
    )
    since_at = serializers.DateTimeField(help_text="With its time zone; results measured from then on.")
    reason = serializers.CharField(help_text="Why; suppliers do not see it.")


class DeclarationOutput(serializers.ModelSerializer[InstrumentDeclaration]):
    instrument = serializers.CharField(source="instrument.code")
    channel = serializers.CharField(source="channel.code", default=None)
    radius = serializers.SerializerMethodField(help_text="Ask here what it touches.")

    class Meta:
        model = InstrumentDeclaration
        fields = [
            "id", "instrument_id", "instrument", "channel_id", "channel", "since_at", "reason", "state",
            "proposed_at", "proposed_by", "settled_at", "settled_by", "settled_because", "result_count",
            "done_at", "radius",
        ]  # fmt: skip

    def get_radius(self, row: InstrumentDeclaration) -> str:
        return reverse("api_declaration_radius", args=[row.pk])


class RadiusOutput(serializers.Serializer[Radius]):
    capacity = serializers.IntegerField(help_text="Capacity results, superseded ones included.")
    capacity_standing = serializers.IntegerField(help_text="Those that are not superseded.")
    resistance = serializers.IntegerField()
    resistance_standing = serializers.IntegerField()
    decisions = serializers.IntegerField(help_text="Whose evidence names one of these results.")
    decisions_current = serializers.IntegerField(source="decisions_in_force", help_text="Those in force.")
    decisions_suspended = serializers.IntegerField(help_text="Those that wait for new tests.")
    packs = serializers.IntegerField()
    fates = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many packs by what becomes of them."
    )
    batches = serializers.IntegerField()
    suppliers = serializers.IntegerField()
    reviews = serializers.IntegerField(help_text="That wait.")
    disputes = serializers.IntegerField(help_text="That wait.")
    certificates = serializers.IntegerField(help_text=NO_CERTIFICATES)


class DeclarationList(ListAPIView[InstrumentDeclaration]):
    """Declarations against instruments, newest first."""

    capability = Capability.VIEW_INSTRUMENTS
    capabilities = {"POST": Capability.PROPOSE_DECLARATIONS}
    serializer_class = DeclarationOutput

    def get_queryset(self) -> Any:
        return declarations()

    @idempotent
    @extend_schema(request=DeclarationInput, responses={201: DeclarationOutput})
    def post(self, request: Request) -> Response:
        """Propose to declare an instrument bad; nothing else happens before a second person approves."""
        payload = DeclarationInput(data=request.data)
        payload.is_valid(raise_exception=True)
        made = propose_declaration(**payload.validated_data, actor=actor_of(request), at=timezone.now())
        return Response(DeclarationOutput(made).data, status.HTTP_201_CREATED)


class DeclarationRadius(APIView):
    """What a declaration touches, or would touch while it is only proposed."""

    capability = Capability.VIEW_INSTRUMENTS

    @extend_schema(responses=RadiusOutput)
    def get(self, request: Request, declaration_id: int) -> Response:
        found = get_object_or_404(declarations(), pk=declaration_id)
        return Response(RadiusOutput(radius_of(scope=Scope.of(found))).data)
