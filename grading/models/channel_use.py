"""Which channel is busy with which pack, and until when."""

from django.db import models
from django.db.models import Q

from grading.models.instrument import Channel
from grading.models.procedure import ProcedureVersion


class ChannelUse(models.Model):
    """One test that somebody started on a channel, from then until it is ended or cancelled."""

    class Outcome(models.TextChoices):
        ENDED = "ended", "Ended"
        CANCELLED = "cancelled", "Cancelled"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+")
    procedure = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    expected_end_at = models.DateTimeField()
    """Computed from the procedure, the pack's rated Ah and the channel's range."""
    steps = models.JSONField(default=list)
    """How ``expected_end_at`` comes about: {words, minutes}, in order."""
    started_by_person_id = models.BigIntegerField(null=True)
    started_by = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    """Empty while it runs."""
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(ended_at__isnull=True), name="channel_use_one_per_channel"
            ),
            models.UniqueConstraint(
                fields=["pack"], condition=Q(ended_at__isnull=True), name="channel_use_one_per_pack"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="channel_use_ends_with_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["channel", "-id"], name="channel_use_of_channel")]

    def __str__(self) -> str:
        return f"use {self.pk} of channel {self.channel_id}"
