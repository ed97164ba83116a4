"""Instruments that measure packs."""

from django.db import models


class Instrument(models.Model):
    """A tester with the period in which its calibration holds."""

    class Kind(models.TextChoices):
        CYCLER = "cycler", "Battery cycler"
        IR_TESTER = "ir_tester", "Resistance tester"

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    maker_serial = models.CharField(max_length=60, blank=True)
    certificate_number = models.CharField(max_length=60)
    calibrated_from_date = models.DateField()
    calibrated_to_date = models.DateField()
    """First day on which the calibration no longer holds: valid in [from, to)."""
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
