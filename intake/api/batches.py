"""Batches out."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from intake.domain.batches import BatchState, is_overdue
from intake.domain.receipts import code_on_receipt
from intake.models import Batch
from intake.queries.batches import OVERDUE, batches_for, in_state
from intake.queries.receipts import SERIALS_SHOWN, Receipt, receipt_of
from rebattery.accounts.guards import person_of
from rebattery.accounts.roles import Capability


class BatchOutput(serializers.ModelSerializer[Batch]):
    supplier = serializers.CharField(source="supplier.code")
    file_name = serializers.CharField(source="manifest.file_name")
    state = serializers.ChoiceField(choices=[(state.value, state.label) for state in BatchState])
    is_overdue = serializers.SerializerMethodField(help_text="Expected before today, and not all here.")
    pack_count = serializers.IntegerField(help_text="Without packs that were withdrawn.")
    arrived_count = serializers.IntegerField()
    withdrawn_count = serializers.IntegerField()
    total_kwh = serializers.DecimalField(
        max_digits=14, decimal_places=3, help_text="Without packs that were withdrawn."
    )

    class Meta:
        model = Batch
        fields = [
            "id", "number", "supplier", "manifest_id", "file_name", "state", "announced_at", "expected_on",
            "is_overdue", "closed_at", "cancelled_at", "pack_count", "arrived_count", "withdrawn_count",
            "total_kwh",
        ]  # fmt: skip

    def get_is_overdue(self, batch: Any) -> bool:
        return is_overdue(batch.state, batch.expected_on, today=timezone.now().date())


class ReceiptOutput(serializers.Serializer[Receipt]):
    number = serializers.CharField()
    supplier = serializers.CharField()
    pack_count = serializers.IntegerField(help_text="Without packs that were withdrawn.")
    total_kwh = serializers.DecimalField(max_digits=14, decimal_places=3)
    without_kwh = serializers.IntegerField(help_text="Packs for which no energy was declared.")
    total_mass_kg = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)
    without_mass = serializers.IntegerField(help_text="Packs for which no mass was declared.")
    announced_at = serializers.DateTimeField()
    expected_on = serializers.DateField(allow_null=True)
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    serials = serializers.ListField(
        child=serializers.CharField(), help_text=f"The first {SERIALS_SHOWN}, in the order of the file."
    )


class BatchWithReceipt(BatchOutput):
    receipt = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField(help_text="What the QR code of the receipt says.")

    class Meta(BatchOutput.Meta):
        fields = [*BatchOutput.Meta.fields, "receipt", "code"]

    @extend_schema_field(ReceiptOutput)
    def get_receipt(self, batch: Batch) -> Any:
        return ReceiptOutput(receipt_of(batch=batch)).data

    def get_code(self, batch: Batch) -> str:
        url = self.context["request"].build_absolute_uri(reverse("batch", args=[batch.pk]))
        return code_on_receipt(url=url, number=batch.number)


class BatchList(ListAPIView[Batch]):
    """Batches, newest first."""

    capability = Capability.VIEW_BATCHES
    serializer_class = BatchOutput

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=[*BatchState, OVERDUE])])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Batch]:
        batches = batches_for(viewer=person_of(self.request))
        if state := self.request.query_params.get("state", "").replace("\0", ""):
            batches = in_state(batches, state, today=timezone.now().date())
        return batches


class BatchDetail(RetrieveAPIView[Batch]):
    """One batch with its receipt."""

    capability = Capability.VIEW_BATCHES
    serializer_class = BatchWithReceipt

    def get_queryset(self) -> QuerySet[Batch]:
        return batches_for(viewer=person_of(self.request)).select_related("manifest__stored_file")
