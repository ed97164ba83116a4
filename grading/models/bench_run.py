"""Work at the bench that is not a result yet."""

from django.db import models
from django.db.models import Q


class BenchRun(models.Model):
    """A set of packs measured with one instrument by one procedure; its head applies to every row."""

    class Kind(models.TextChoices):
        CAPACITY = "capacity", "Capacity"
        RESISTANCE = "resistance", "Resistance"

    kind = models.CharField(max_length=12, choices=Kind)
    head = models.JSONField(default=dict)
    """instrument_id, channel_id, procedure_id, ambient_degc and the like, as entered."""
    opened_at = models.DateTimeField()
    opened_by_person_id = models.BigIntegerField(null=True)
    opened_by = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    def __str__(self) -> str:
        return f"bench run {self.pk}"


class BenchDraft(models.Model):
    """What somebody has typed for a pack and not submitted yet. Bookkeeping, not history."""

    run = models.ForeignKey(BenchRun, null=True, on_delete=models.CASCADE, related_name="drafts")
    """None on a pack's own page."""
    pack = models.ForeignKey("intake.Pack", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=BenchRun.Kind)
    values = models.JSONField(default=dict)
    """Field to text, as typed."""
    saved_at = models.DateTimeField()
    saved_by_person_id = models.BigIntegerField(null=True)
    saved_by = models.CharField(max_length=120)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "kind"], condition=Q(run__isnull=True), name="bench_draft_once_per_pack"
            ),
            models.UniqueConstraint(fields=["run", "pack"], name="bench_draft_once_per_run"),
        ]

    def __str__(self) -> str:
        return f"draft of pack {self.pack_id}"
