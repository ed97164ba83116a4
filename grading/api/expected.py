"""Grades that a draft may expect, for programs."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grading.queries.expected import Expectation, expected_of_manifest
from intake.queries.manifests import manifests_for
from rebattery.accounts.guards import person_of
from rebattery.accounts.roles import Capability


class ShareOutput(serializers.Serializer[Expectation]):
    grade = serializers.CharField(help_text="Empty where no SOH is claimed.", allow_blank=True)
    route = serializers.CharField(allow_blank=True)
    needs = serializers.CharField(help_text="What the policy would hold the packs for.", allow_blank=True)
    then = serializers.ListField(
        child=serializers.CharField(), help_text="Grades that are possible once it is known."
    )
    packs = serializers.IntegerField()
    kwh = serializers.DecimalField(max_digits=14, decimal_places=3)


class ExpectedOutput(serializers.Serializer[Expectation]):
    caveat = serializers.CharField()
    policy = serializers.CharField(help_text="Empty when no policy is in force.", allow_blank=True)
    packs = serializers.IntegerField()
    kwh = serializers.DecimalField(max_digits=14, decimal_places=3)
    without_kwh = serializers.IntegerField()
    is_rounded = serializers.BooleanField(help_text="SOH was rounded down to whole percents.")
    shares = ShareOutput(many=True)


class ExpectedGrades(APIView):
    """Grades that the acceptable rows of a draft may expect at the claimed SOH; not binding."""

    capability = Capability.VIEW_BATCHES

    @extend_schema(responses=ExpectedOutput)
    def get(self, request: Request, pk: int) -> Response:
        manifest = get_object_or_404(manifests_for(viewer=person_of(request)), pk=pk)
        found = expected_of_manifest(manifest=manifest, at=timezone.now())
        return Response(ExpectedOutput(found).data)
