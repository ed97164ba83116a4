"""What the warehouse saw: scans at the dock, inspections, photos."""

from django.db import models
from django.db.models import Q


class Scan(models.Model):
    """One code read at the dock, whatever came of it; failed scans are records too."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "Received"
        ALREADY = "already", "Already here"
        UNEXPECTED = "unexpected", "Not expected in this batch"
        REFUSED = "refused", "Cannot be received"

    batch = models.ForeignKey("intake.Batch", on_delete=models.PROTECT, related_name="scans")
    pack = models.ForeignKey("intake.Pack", null=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=200)
    outcome = models.CharField(max_length=12, choices=Outcome)
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)
    nonce = models.UUIDField(unique=True, null=True)
    """Given by the device: the same scan sent twice is one scan."""

    class Meta:
        indexes = [models.Index(fields=["batch", "outcome"])]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


class InspectionDraft(models.Model):
    """Answers not yet submitted; work in progress, so outside the trail."""

    pack = models.OneToOneField("intake.Pack", on_delete=models.PROTECT, related_name="inspection_draft")
    answers = models.JSONField(default=dict)
    isolation_kohm = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    pack_voltage_v = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    note = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"draft for pack {self.pack_id}"


class Inspection(models.Model):
    """A submitted triage and inspection; never edited, a newer one supersedes it."""

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="inspections")
    answers = models.JSONField()
    isolation_kohm = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    pack_voltage_v = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    findings = models.JSONField(default=list)
    safety = models.CharField(max_length=10)
    note = models.TextField(blank=True)
    identity_confirmed = models.BooleanField()
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack"], condition=Q(superseded_by__isnull=True), name="inspection_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"inspection {self.pk}"


class Photo(models.Model):
    """A picture of a pack; re-encoded for showing, the original kept as evidence."""

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="photos")
    slot = models.CharField(max_length=20)
    original = models.ForeignKey("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    shown = models.ForeignKey("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.slot} photo of pack {self.pack_id}"
