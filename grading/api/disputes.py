"""Disputes in and out: the same services as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grading.domain.disputes import LONGEST_COMMENT, MOST_FILES
from grading.models import Dispute, DisputeFile
from grading.queries.disputes import disputes_for
from grading.queries.packs import packs_for
from grading.services.disputes import Upload, open_dispute
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.filters import kept
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer


class DisputeInput(StrictSerializer):
    decision_id = serializers.IntegerField(help_text="The decision in force that you object to.")
    comment = serializers.CharField(max_length=LONGEST_COMMENT)
    files = serializers.ListField(
        child=serializers.FileField(),
        max_length=MOST_FILES,
        required=False,
        help_text="PDF, XLSX, CSV, JSON, text, JPEG, PNG or WebP, 20 MB each; send them as multipart.",
    )


class DisputeFileOutput(serializers.ModelSerializer[DisputeFile]):
    sha256 = serializers.CharField(source="original.sha256")
    byte_count = serializers.IntegerField(source="original.byte_count")

    class Meta:
        model = DisputeFile
        fields = ["id", "file_name", "sha256", "byte_count"]


class DisputeOutput(serializers.ModelSerializer[Dispute]):
    serial = serializers.CharField(source="pack.serial")
    grade = serializers.CharField(source="decision.grade")
    policy = serializers.CharField(source="decision.policy.__str__")
    files = DisputeFileOutput(many=True)

    class Meta:
        model = Dispute
        fields = [
            "id", "pack_id", "serial", "decision_id", "grade", "policy", "state", "comment", "opened_at",
            "files", "answer", "remedy", "answered_at",
        ]  # fmt: skip


class DisputeList(ListAPIView[Dispute]):
    """Disputes, newest first; ``state`` keeps those in one state."""

    capability = Capability.VIEW_PACKS
    serializer_class = DisputeOutput

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=list(Dispute.State))])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Dispute]:
        rows = _disputes(self.request)
        return kept(rows, self.request, "state", Dispute.State.values)


class DisputeDetail(RetrieveAPIView[Dispute]):
    """One dispute with its answer."""

    capability = Capability.VIEW_PACKS
    serializer_class = DisputeOutput

    def get_queryset(self) -> QuerySet[Dispute]:
        return _disputes(self.request)


class PackDisputes(APIView):
    """Dispute the decision in force on a pack of yours; twice at most, the second time with what is new."""

    capability = Capability.DISPUTE_RESULTS
    parser_classes = [JSONParser, MultiPartParser]

    @idempotent
    @extend_schema(request=DisputeInput, responses={201: DisputeOutput})
    def post(self, request: Request, pk: int) -> Response:
        pack = get_object_or_404(packs_for(viewer=person_of(request)), pk=pk)
        payload = DisputeInput(data=request.data)
        payload.is_valid(raise_exception=True)
        values = payload.validated_data
        made = open_dispute(
            pack_id=pack.pk,
            decision_id=values["decision_id"],
            comment=values["comment"],
            uploads=[Upload.read(file.name, file) for file in values.get("files", [])],
            actor=actor_of(request),
            at=timezone.now(),
        )
        return Response(DisputeOutput(_disputes(request).get(pk=made.pk)).data, status.HTTP_201_CREATED)


def _disputes(request: Request) -> QuerySet[Dispute]:
    return disputes_for(viewer=person_of(request)).prefetch_related("files__original")
