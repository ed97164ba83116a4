"""A pack as one would import it with the usual libraries: model, resource, serializer."""

import json
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget, JSONWidget
from rest_framework import serializers

from intake.models import Batch, PackType, Supplier

PEER = "PEERS"
"""The supplier, the batch and the pack type of every row."""


def _between(low: str, high: str) -> list[BaseValidator]:
    return [MinValueValidator(Decimal(low)), MaxValueValidator(Decimal(high))]


class Peer(models.Model):
    """A pack in a table like ours, without the trail's guard."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    pack_type = models.ForeignKey(PackType, null=True, on_delete=models.PROTECT, related_name="+")
    row = models.IntegerField()
    serial = models.CharField(
        max_length=40, unique=True, validators=[RegexValidator(r"^[A-Z0-9./_-]{4,40}$")]
    )
    status = models.CharField(max_length=12, default="announced")
    status_at = models.DateTimeField(default=timezone.now)
    version = models.IntegerField(default=1)
    make = models.CharField(max_length=60)
    model = models.CharField(max_length=80)
    chemistry = models.CharField(max_length=20)
    nominal_energy_kwh = models.DecimalField(
        max_digits=8, decimal_places=3, null=True, validators=_between("0.2", "700")
    )
    rated_capacity_ah = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, validators=_between("1", "2000")
    )
    nominal_voltage_v = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, validators=_between("10", "1000")
    )
    declared_soh_percent = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, validators=_between("0", "105")
    )
    declared_soh_method = models.CharField(max_length=20)
    ddr_status = models.CharField(max_length=20)
    received_as = models.CharField(max_length=10)
    history_completeness_percent = models.DecimalField(max_digits=5, decimal_places=1, default=50)
    declared = models.JSONField(default=dict)
    declared_raw = models.JSONField(default=dict)

    class Meta:
        app_label = "intake"  # of an app that is installed, as the peers demand
        db_table = "bench_pack"

    def __str__(self) -> str:
        return self.serial


NAMES = [
    "serial", "make", "model", "chemistry", "nominal_voltage_v", "nominal_energy_kwh", "rated_capacity_ah",
    "production_date", "first_use_date", "retirement_date", "odometer_km", "cycle_count",
    "declared_soh_percent", "declared_soh_method", "soh_date", "mass_kg", "module_count", "accident_flag",
    "ddr_status", "received_as",
]  # fmt: skip
COLUMNS = {field.name for field in Peer._meta.fields}
KEPT_ASIDE = [name for name in NAMES if name not in COLUMNS]


class DefaultResource(ModelResource):
    """What one writes for these packs: related rows by name, the rest of the columns as JSON.

    All options are the library's defaults but one: without ``clean_model_instances`` it would check nothing.
    """

    supplier = Field("supplier", "supplier", ForeignKeyWidget(Supplier, "code"))
    batch = Field("batch", "batch", ForeignKeyWidget(Batch, "number"))
    pack_type = Field("pack_type", "pack_type", ForeignKeyWidget(PackType, "key"))
    declared = Field("declared", "declared", JSONWidget())
    declared_raw = Field("declared_raw", "declared_raw", JSONWidget())

    class Meta:
        model = Peer
        clean_model_instances = True
        import_id_fields = ["serial"]
        fields = sorted(COLUMNS - {"id", "status", "status_at", "version", "history_completeness_percent"})

    def before_import_row(self, row, *, row_number=0, **options):
        stated = dict(row)
        row |= {"supplier": PEER, "batch": PEER, "pack_type": PEER, "row": row_number}
        row["declared"] = json.dumps({name: stated[name] for name in KEPT_ASIDE})
        row["declared_raw"] = json.dumps(stated)


class Remembering(ForeignKeyWidget):
    """Looks a related row up once."""

    known: ClassVar[dict] = {}

    def clean(self, value, row=None, **options):
        key = self.model, value
        if key not in self.known:
            self.known[key] = super().clean(value, row, **options)
        return self.known[key]


class TunedResource(DefaultResource):
    """The best that its options allow: no lookup of packs, no differences, bulk, related rows remembered."""

    supplier = Field("supplier", "supplier", Remembering(Supplier, "code"))
    batch = Field("batch", "batch", Remembering(Batch, "number"))
    pack_type = Field("pack_type", "pack_type", Remembering(PackType, "key"))

    class Meta(DefaultResource.Meta):
        import_id_fields = []
        use_bulk = True
        batch_size = 1_000
        skip_diff = True
        skip_html_diff = True
        force_init_instance = True


def _within(low: str, high: str) -> dict[str, Decimal]:
    return {"min_value": Decimal(low), "max_value": Decimal(high)}


class PeerList(serializers.ListSerializer):
    def validate(self, attrs):
        serials = [row["serial"] for row in attrs]
        if len(set(serials)) < len(serials):
            raise serializers.ValidationError("A serial stands twice in the file.")
        return attrs


class PeerInput(serializers.ModelSerializer):
    """The rules of our own checks that these columns meet; it looks serial and type up, as we do in sets."""

    pack_type = serializers.SlugRelatedField(slug_field="key", queryset=PackType.objects.all())

    chemistry = serializers.ChoiceField(["LFP", "NMC", "NCA", "LMO", "LTO"])
    nominal_voltage_v = serializers.DecimalField(7, 2, **_within("10", "1000"))
    nominal_energy_kwh = serializers.DecimalField(8, 3, **_within("0.2", "700"))
    rated_capacity_ah = serializers.DecimalField(8, 2, **_within("1", "2000"))
    production_date = serializers.DateField(write_only=True)
    first_use_date = serializers.DateField(write_only=True)
    retirement_date = serializers.DateField(write_only=True)
    odometer_km = serializers.DecimalField(9, 1, **_within("0", "2000000"), write_only=True)
    cycle_count = serializers.IntegerField(min_value=0, max_value=20000, write_only=True)
    declared_soh_percent = serializers.DecimalField(6, 2, **_within("0", "105"))
    declared_soh_method = serializers.ChoiceField(["bms", "telematics", "bench", "estimate"])
    soh_date = serializers.DateField(write_only=True)
    mass_kg = serializers.DecimalField(8, 2, **_within("2", "2500"), write_only=True)
    module_count = serializers.IntegerField(min_value=1, max_value=200, write_only=True)
    accident_flag = serializers.ChoiceField(["yes", "no"], write_only=True)
    ddr_status = serializers.ChoiceField(["none", "damaged", "defective", "recalled", "critical"])
    received_as = serializers.ChoiceField(["product", "waste"])

    class Meta:
        model = Peer
        fields = [*NAMES, "pack_type"]
        list_serializer_class = PeerList

    def validate(self, attrs):
        energy = attrs["nominal_energy_kwh"]
        cycles = attrs["odometer_km"] * Decimal("0.18") / energy
        dates = [attrs[name] for name in ("production_date", "first_use_date", "retirement_date")]
        product = attrs["nominal_voltage_v"] * attrs["rated_capacity_ah"] / 1000
        is_plausible = (
            abs(product - energy) <= energy * Decimal("0.15")
            and 4 <= attrs["mass_kg"] / energy <= 15
            and cycles / 2 <= attrs["cycle_count"] <= cycles * 2
            and dates == sorted(dates)
            and date(2008, 1, 1) <= dates[0]
            and max(*dates, attrs["soh_date"]) <= timezone.now().date()
        )
        if not is_plausible:
            raise serializers.ValidationError("The values do not agree with each other.")
        return attrs

    def create(self, validated_data):
        aside = {name: str(validated_data.pop(name)) for name in KEPT_ASIDE}
        related = {name: self.context[name] for name in ("supplier", "batch")}
        return super().create(validated_data | related | {"row": 1, "declared": aside, "declared_raw": aside})
