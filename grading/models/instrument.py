"""Instruments that measure packs, and their channels."""

from django.db import models


class Instrument(models.Model):
    """A tester; what proves it stands in its calibrations and control measurements."""

    class Kind(models.TextChoices):
        CYCLER = "cycler", "Battery cycler"
        IR_TESTER = "ir_tester", "Resistance tester"

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    maker_serial = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    inactive_since_date = models.DateField(null=True)
    """When it went out of service; None while it is in service, and where nobody noted the day."""

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def accuracy() -> models.DecimalField:
    """Return a limit of error, in percent of the reading or of the full scale."""
    return models.DecimalField(max_digits=6, decimal_places=4, null=True)


class Channel(models.Model):
    """One channel with its ranges and the limits of error that its maker states; blank: not stated."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="channels")
    code = models.CharField(max_length=30)
    is_active = models.BooleanField(default=True)
    voltage_range_v = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    """Full scale."""
    voltage_reading_percent = accuracy()
    voltage_full_scale_percent = accuracy()
    current_range_a = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    current_reading_percent = accuracy()
    current_full_scale_percent = accuracy()
    resistance_range_mohm = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    resistance_reading_percent = accuracy()
    resistance_full_scale_percent = accuracy()
    temperature_error_k = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    time_error_percent = accuracy()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "code"], name="channel_once")]

    def __str__(self) -> str:
        return self.code
