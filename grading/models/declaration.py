"""Instruments that were declared bad, and what that touched."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from grading.models.instrument import Channel, Instrument
from intake.models.run import Run


class InstrumentDeclaration(models.Model):
    """That an instrument, or one channel, measured wrongly since a moment; a second person approves it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for a second person"
        QUEUED = "queued", "Approved, being carried out"
        DONE = "done", "In force"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="declarations")
    channel = models.ForeignKey(
        Channel, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    """None when the whole instrument is bad."""
    since_at = models.DateTimeField()
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by_person_id = models.BigIntegerField()
    proposed_by = models.CharField(max_length=120)
    settled_at = models.DateTimeField(null=True)
    """When it was approved, refused or withdrawn; the approved one counts from here on."""
    settled_by_person_id = models.BigIntegerField(null=True)
    settled_by = models.CharField(max_length=120, blank=True)
    settled_because = models.TextField(blank=True)
    measured_by_person_ids = ArrayField(models.BigIntegerField(), default=list)
    """People who measured with it since then, as known when it was approved: none of them approves."""
    result_count = models.IntegerField(null=True)
    """Results that it touched when it was approved."""
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Four eyes, in the database too.
            models.CheckConstraint(
                condition=~Q(state__in=["queued", "done"])
                | (
                    Q(settled_by_person_id__isnull=False)
                    & ~Q(settled_by_person_id=F("proposed_by_person_id"))
                ),
                name="declaration_needs_two_people",
            ),
            # Nobody throws out their own results to measure until they like them.
            models.CheckConstraint(
                condition=~Q(state__in=["queued", "done"])
                | ~Q(measured_by_person_ids__contains=[F("settled_by_person_id")]),
                name="declaration_not_of_own_measurement",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", settled_at__isnull=True)
                | (~Q(state="proposed") & Q(settled_at__isnull=False)),
                name="declaration_settled_once",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True)),
                name="declaration_done_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="declaration_says_why"),
            models.UniqueConstraint(
                fields=["instrument", "channel"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="declaration_one_proposed",
            ),
        ]

    def __str__(self) -> str:
        return f"declaration {self.pk}"

    @property
    def what(self) -> str:
        """Name what is bad."""
        return (
            f"{self.instrument.code}, channel {self.channel.code}" if self.channel else self.instrument.code
        )

    @property
    def is_approved(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.DONE)


class DeclarationRun(Run):
    """A worker's lease on an approved declaration. Bookkeeping, not history."""

    declaration = models.OneToOneField(
        InstrumentDeclaration, primary_key=True, on_delete=models.CASCADE, related_name="run"
    )
    started_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"run of declaration {self.declaration_id}"


class DeclaredPack(models.Model):
    """What became of one pack when a declaration was carried out."""

    declaration = models.ForeignKey(
        InstrumentDeclaration, on_delete=models.PROTECT, related_name="packs", db_index=False
    )
    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="declared_bad")
    status = models.CharField(max_length=12)
    """State in which it found the pack."""
    fate = models.CharField(max_length=12)
    """A code of grading.domain.blast_radius.Fate."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["declaration", "pack"], name="declared_pack_once")]

    def __str__(self) -> str:
        return f"pack {self.pack_id} in {self.declaration_id}"
