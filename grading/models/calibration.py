"""What proves an instrument: certificates, and control measurements on reference packs."""

from django.db import models
from django.db.models import F, Q

from grading.models.instrument import Channel, Instrument


class Calibration(models.Model):
    """One certificate of one instrument, or of one of its channels; holds in [from, to)."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="calibrations")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="+")
    """None when the certificate is for the whole instrument."""
    certificate_number = models.CharField(max_length=60)
    laboratory = models.CharField(max_length=120, blank=True)
    valid_from_date = models.DateField()
    valid_to_date = models.DateField()
    """First day on which it no longer holds."""
    has_passed = models.BooleanField(default=True)
    """Whether the laboratory found it within its limits."""
    stored_file = models.ForeignKey(
        "intake.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    """It was entered wrongly and counts no more; who did it and why stands in the trail."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to_date__gt=F("valid_from_date")), name="calibration_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["instrument", "channel", "certificate_number"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="calibration_once",
            ),
        ]

    def __str__(self) -> str:
        return f"certificate {self.certificate_number}"


class ReferenceItem(models.Model):
    """A pack, cell or resistor whose value is known well, measured again and again to watch an instrument."""

    class Quantity(models.TextChoices):
        CAPACITY = "capacity_ah", "Capacity (Ah)"
        DCIR = "dcir_mohm", "DC resistance (mΩ)"
        ACIR = "acir_1khz_mohm", "AC resistance at 1 kHz (mΩ)"

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    quantity = models.CharField(max_length=16, choices=Quantity)
    reference_value = models.DecimalField(max_digits=10, decimal_places=4)
    tolerance_percent = models.DecimalField(max_digits=6, decimal_places=3)
    """A control measurement further from the reference than this fails the instrument."""
    interval_days = models.PositiveIntegerField()
    """How often each instrument that measures this quantity is to measure it."""
    source = models.CharField(max_length=200)
    """Where the reference value comes from."""
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ControlMeasurement(models.Model):
    """One measurement of a reference item by one instrument."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ReferenceItem, on_delete=models.PROTECT, related_name="control_measurements")
    measured_value = models.DecimalField(max_digits=10, decimal_places=4)
    reference_value = models.DecimalField(max_digits=10, decimal_places=4)
    """As it was then."""
    deviation_percent = models.DecimalField(max_digits=8, decimal_places=3)
    """Computed: measured over reference, less 100."""
    tolerance_percent = models.DecimalField(max_digits=6, decimal_places=3)
    has_passed = models.BooleanField()
    """Computed."""
    measured_at = models.DateTimeField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    """As with a calibration."""

    class Meta:
        indexes = [models.Index(fields=["instrument", "item", "measured_at"])]

    def __str__(self) -> str:
        return f"control measurement {self.pk}"
