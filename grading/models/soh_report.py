"""States of health that the bench did not measure: they rank and are compared, they never grade."""

from django.db import models
from django.db.models import Q


class SohReport(models.Model):
    """One reported SOH of one pack; each kind is its own measurand and none takes the place of another."""

    class Kind(models.TextChoices):
        BMS = "bms", "Battery management system"
        TELEMATICS = "telematics", "Telematics"
        PULSE_SCREEN = "pulse_screen", "Pulse screen"
        SOCE = "soce", "State of certified energy (SOCE)"

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=14, choices=Kind)
    value_percent = models.DecimalField(max_digits=6, decimal_places=2)
    firmware = models.CharField(max_length=60, blank=True)
    tool = models.CharField(max_length=120, blank=True)
    """What read it out: scanner, portal, screening device."""
    procedure = models.ForeignKey(
        "grading.ProcedureVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    read_at = models.DateTimeField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "kind"],
                condition=Q(superseded_by__isnull=True),
                name="soh_report_one_current",
            )
        ]
        indexes = [models.Index(fields=["pack", "id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} report {self.pk}"
