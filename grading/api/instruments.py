"""Instruments and whether they may measure, so that a program can pick one."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from grading.models import Channel, Instrument
from grading.queries.instruments import Standing, all_instruments, standings
from rebattery.accounts.roles import Capability


class ChannelOutput(serializers.ModelSerializer[Channel]):
    usable = serializers.SerializerMethodField(help_text="Whether it may measure today.")
    why = serializers.SerializerMethodField(help_text="Why it may not.")

    class Meta:
        model = Channel
        fields = [
            "id", "code", "usable", "why", "voltage_range_v", "voltage_reading_percent",
            "voltage_full_scale_percent", "current_range_a", "current_reading_percent",
            "current_full_scale_percent", "resistance_range_mohm", "resistance_reading_percent",
            "resistance_full_scale_percent", "temperature_error_k", "time_error_percent",
        ]  # fmt: skip

    def get_usable(self, channel: Channel) -> bool:
        return self.context["standing"].channels[channel.pk].usable

    def get_why(self, channel: Channel) -> str:
        return self.context["standing"].channels[channel.pk].why


class InstrumentOutput(serializers.Serializer[Standing]):
    id = serializers.IntegerField(source="instrument.pk")
    code = serializers.CharField(source="instrument.code")
    name = serializers.CharField(source="instrument.name")
    kind = serializers.ChoiceField(source="instrument.kind", choices=Instrument.Kind.choices)
    usable = serializers.SerializerMethodField(help_text="Whether it may measure today.")
    why = serializers.CharField(source="fault", allow_blank=True, help_text="Why it may not.")
    since = serializers.DateField(allow_null=True)
    certificate_number = serializers.CharField(
        allow_blank=True, help_text="Of the whole instrument; empty where its channels have their own."
    )
    channels = serializers.SerializerMethodField(help_text="Those in service.")

    def get_usable(self, standing: Standing) -> bool:
        return not standing.fault

    @extend_schema_field(ChannelOutput(many=True))
    def get_channels(self, standing: Standing) -> Any:
        return ChannelOutput(standing.in_service, many=True, context={"standing": standing}).data


class InstrumentList(ListAPIView[Any]):
    """Instruments with their channels and whether they may measure today."""

    capability = Capability.VIEW_INSTRUMENTS
    serializer_class = InstrumentOutput

    def get_queryset(self) -> QuerySet[Instrument]:
        return all_instruments()

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        rows = super().paginate_queryset(queryset)
        return standings(on=timezone.now().date(), of=rows or [])
