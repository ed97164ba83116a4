"""Batches out."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from intake.models import Batch
from intake.queries.batches import batches_for
from rebattery.accounts.guards import person_of
from rebattery.accounts.roles import Capability


class BatchOutput(serializers.ModelSerializer[Batch]):
    supplier = serializers.CharField(source="supplier.code")
    file_name = serializers.CharField(source="manifest.file_name")
    pack_count = serializers.IntegerField()
    arrived_count = serializers.IntegerField()
    total_kwh = serializers.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        model = Batch
        fields = [
            "id", "number", "supplier", "manifest_id", "file_name", "announced_at", "closed_at", "pack_count",
            "arrived_count", "total_kwh",
        ]  # fmt: skip


class BatchList(ListAPIView[Batch]):
    """Batches, newest first."""

    capability = Capability.VIEW_BATCHES
    serializer_class = BatchOutput

    def get_queryset(self) -> QuerySet[Batch]:
        return batches_for(viewer=person_of(self.request))


class BatchDetail(RetrieveAPIView[Batch]):
    """One batch."""

    capability = Capability.VIEW_BATCHES
    serializer_class = BatchOutput

    def get_queryset(self) -> QuerySet[Batch]:
        return batches_for(viewer=person_of(self.request))
