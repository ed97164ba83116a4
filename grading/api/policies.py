"""Published policies, for programs that compare decisions with the rules behind them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from grading.models import PolicyVersion
from grading.queries.policies import in_force_or_none, policies
from rebattery.accounts.roles import Capability


class PolicyOutput(serializers.ModelSerializer[PolicyVersion]):
    title = serializers.CharField(source="document.title")
    author = serializers.CharField(source="document.author")
    in_force = serializers.SerializerMethodField(help_text="Whether it decides now.")

    class Meta:
        model = PolicyVersion
        fields = [
            "id", "code", "version", "title", "sha256", "effective_from", "in_force", "author",
            "published_at", "published_by", "message", "cited_report",
        ]  # fmt: skip

    def get_in_force(self, version: PolicyVersion) -> bool:
        return version.pk == self.context["in_force"]


class PolicyDocumentOutput(PolicyOutput):
    document = serializers.JSONField(help_text="The whole policy; its canonical JSON has the hash sha256.")

    class Meta(PolicyOutput.Meta):
        fields = [*PolicyOutput.Meta.fields, "document"]


class _Policies:
    capability = Capability.VIEW_POLICIES

    def get_queryset(self) -> QuerySet[PolicyVersion]:
        return policies()

    def get_serializer_context(self) -> dict[str, Any]:
        live = in_force_or_none(at=timezone.now())
        return {**super().get_serializer_context(), "in_force": live.pk if live else None}  # type: ignore[misc]


class PolicyList(_Policies, ListAPIView[PolicyVersion]):
    """All published policies, the latest to take effect first."""

    serializer_class = PolicyOutput


class PolicyDetail(_Policies, RetrieveAPIView[PolicyVersion]):
    """One published policy with its whole document."""

    serializer_class = PolicyDocumentOutput
    lookup_url_kwarg = "policy_id"
