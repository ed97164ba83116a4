"""Notices out."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from rebattery.accounts.guards import person_of
from rebattery.accounts.roles import Capability
from rebattery.notices.models import Delivery, Notice
from rebattery.notices.queries import notices_for


class DeliveryOutput(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = ["channel", "address", "state", "attempts", "last_code", "last_error", "sent_at"]


class NoticeOutput(serializers.ModelSerializer[Notice]):
    supplier = serializers.CharField(source="supplier.code")
    deliveries = DeliveryOutput(many=True)

    class Meta:
        model = Notice
        fields = [
            "id", "supplier", "topic", "subject_type", "subject_id", "subject_label", "title", "text", "path",
            "created_at", "deliveries",
        ]  # fmt: skip


class NoticeList(ListAPIView[Notice]):
    """Notices, newest first, each with how it went to every recipient."""

    capability = Capability.VIEW_NOTICES
    serializer_class = NoticeOutput

    def get_queryset(self) -> QuerySet[Notice]:
        return notices_for(viewer=person_of(self.request))
