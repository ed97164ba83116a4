"""Results that their suppliers dispute, with what they bring forward and our answer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from grading.domain.disputes import REMEDY_WORDS, Remedy, demand_words
from rebattery.accounts.models import User


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, viewer: User) -> "DisputeQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see the disputes on their own packs only."""
        return self.filter(pack__supplier_id=viewer.supplier_id) if viewer.is_supplier else self


class Dispute(models.Model):
    """A supplier's objection to one decision, answered once and kept for ever."""

    class State(models.TextChoices):
        OPEN = "open", "Waiting for an answer"
        UPHELD = "upheld", "Upheld"
        REJECTED = "rejected", "Rejected"

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(
        "grading.Decision", on_delete=models.PROTECT, related_name="disputes", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    comment = models.TextField()
    opened_at = models.DateTimeField()
    opened_by_person_id = models.BigIntegerField(null=True)
    opened_by = models.CharField(max_length=120)
    answer = models.TextField(blank=True)
    """The reviewer's words to the supplier."""
    remedy = models.CharField(max_length=12, blank=True)
    """What upholding it brought the pack: a code of grading.domain.disputes.Remedy."""
    answered_at = models.DateTimeField(null=True)
    answered_by_person_id = models.BigIntegerField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    barred_person_ids = ArrayField(models.BigIntegerField(), default=list)
    """People who measured the pack or made the decision, as known when it was answered."""
    retest_barred_instrument_ids = ArrayField(models.BigIntegerField(), default=list)
    """Instruments that the retest it brought may not use again."""
    retest_barred_person_ids = ArrayField(models.BigIntegerField(), default=list)
    """People who may not make the retest it brought."""

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(state="open"), name="dispute_one_open_per_decision"
            ),
            # Nobody answers for their own work, by any door.
            models.CheckConstraint(
                condition=~Q(barred_person_ids__contains=[F("answered_by_person_id")]),
                name="dispute_not_of_own_work",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True)
                | (~Q(state="open") & Q(answered_at__isnull=False) & ~Q(answer="")),
                name="dispute_answered_in_words",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="open"), name="dispute_open"),
            models.Index(fields=["pack", "id"]),
            models.Index(fields=["decision"]),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"

    @property
    def remedy_words(self) -> str:
        """What upholding it brought the pack, in words; empty unless it was upheld."""
        if not self.remedy:
            return ""
        asked = demand_words(
            other_instrument=bool(self.retest_barred_instrument_ids),
            other_person=bool(self.retest_barred_person_ids),
        )
        return f"{REMEDY_WORDS[Remedy(self.remedy)]} {asked}".strip()


class DisputeFile(models.Model):
    """One file that a supplier brings forward; never edited, kept by its SHA-256."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="files")
    original = models.ForeignKey("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    shown = models.ForeignKey("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    """What is handed out: a picture's pixels without its metadata, any other file as it came."""
    file_name = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.file_name
