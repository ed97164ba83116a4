"""The catalogue of pack types."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from intake.domain.chemistry import Chemistry


class PackType(models.Model):
    """What a maker says of a pack model; a field that nobody confirmed stays empty."""

    key = models.CharField(max_length=40, unique=True)
    make = models.CharField(max_length=60)
    model = models.CharField(max_length=80)
    variant = models.CharField(max_length=120, blank=True)
    chemistry = models.CharField(max_length=20, choices=[(c.value, c.label) for c in Chemistry])
    chemistry_detail = models.CharField(max_length=40, blank=True)
    nominal_energy_kwh = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    usable_energy_kwh = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    rated_capacity_ah = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    nominal_voltage_v = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    voltage_min_v = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    voltage_max_v = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    series_count = models.PositiveIntegerField(null=True, blank=True)
    parallel_count = models.PositiveIntegerField(null=True, blank=True)
    module_count = models.PositiveIntegerField(null=True, blank=True)
    mass_kg = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    baseline_ir_mohm = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    baseline_ir_method = models.CharField(max_length=20, blank=True)
    baseline_ir_pulse_s = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    baseline_ir_soc_percent = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    baseline_ir_temperature_degc = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    calendar_life_years = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    """How long after its production the maker lets the pack be used."""
    sources = models.CharField(max_length=200, blank=True)
    unconfirmed_fields = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.make} {self.model} {self.variant}".strip()
