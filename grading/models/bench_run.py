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
    """Field to text, as typed (:mod:`grading.domain.bench_fields`); beside them instrument_id, channel_id
    and procedure_id as keys, where the texts name something."""
    opened_at = models.DateTimeField()
    opened_by_person_id = models.BigIntegerField(null=True)
    opened_by = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)
    """Closed without recording what was left; it can be opened again like any closed one."""
    last_fill = models.JSONField(default=dict)
    """The last paste or file, to take it back: {what, by, added, cells: [[row, field, before, after]]}."""
    version = models.IntegerField(default=1)
    """Counts the changes of the head, so that nobody overwrites a head that they have not seen."""

    class Meta:
        indexes = [models.Index(fields=["opened_at", "id"])]

    def __str__(self) -> str:
        return f"bench run {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def state(self) -> str:
        """open, closed or discarded."""
        if self.discarded_at:
            return "discarded"
        return "open" if self.is_open else "closed"


class BenchDraft(models.Model):
    """What somebody has typed for a pack and not submitted yet. Bookkeeping, not history."""

    run = models.ForeignKey(BenchRun, null=True, on_delete=models.CASCADE, related_name="drafts")
    """None on a pack's own page."""
    pack = models.ForeignKey("intake.Pack", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=BenchRun.Kind)
    values = models.JSONField(default=dict)
    """Field to text, as typed; in a run only what the row says for itself."""
    saved_at = models.DateTimeField()
    saved_by_person_id = models.BigIntegerField(null=True)
    saved_by = models.CharField(max_length=120)
    version = models.IntegerField(default=1)
    recorded_id = models.BigIntegerField(null=True)
    """The result that came of this row of a run: of the kind that the run is of."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "kind"], condition=Q(run__isnull=True), name="bench_draft_once_per_pack"
            ),
            models.UniqueConstraint(fields=["run", "pack"], name="bench_draft_once_per_run"),
        ]

    def __str__(self) -> str:
        return f"draft of pack {self.pack_id}"
