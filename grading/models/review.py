"""Decisions that wait for a person."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, DecimalField, F, Func, Q, Value, When
from django.db.models.functions import Left
from django.db.models.lookups import Exact

from grading.models.decision import Grade

SAFETY = "SAFETY_"
"""What the codes of the safety gate begin with."""
_AGES_S = 365_000 * 86_400
# An index holds only what no setting of the database changes: seconds of UTC are that, a day's length is not.
_OPENED_S = Func(
    F("opened_at"),
    template="extract(epoch FROM %(expressions)s AT TIME ZONE 'UTC')",
    output_field=DecimalField(max_digits=20, decimal_places=6),
)
URGENCY = Case(
    When(Exact(Left("rule", len(SAFETY)), SAFETY), then=_OPENED_S - Value(_AGES_S)), default=_OPENED_S
)
"""By what the queue is sorted: the time of opening, of dangers as if they had come ages before all else."""


class ReviewCase(models.Model):
    """One reject, hold or flagged decision in front of the reviewers."""

    class State(models.TextChoices):
        OPEN = "open", "Waiting for a reviewer"
        OVERRIDE_REQUESTED = "override_requested", "Waiting for a second person"
        CONFIRMED = "confirmed", "Confirmed"
        OVERRIDDEN = "overridden", "Overridden"
        RETEST_ORDERED = "retest_ordered", "Retest ordered"
        SUPERSEDED = "superseded", "Superseded by a newer decision"

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.OneToOneField("grading.Decision", on_delete=models.PROTECT, related_name="review")
    rule = models.CharField(max_length=60)
    """Code of the reason that brought it here; the queue is grouped by it."""
    measured_by_person_ids = ArrayField(models.BigIntegerField(), default=list)
    """People whose inspection or tests the decision rests on: they may not decide here."""
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    requested_by_person_id = models.BigIntegerField(null=True)
    requested_by = models.CharField(max_length=120, blank=True)
    requested_at = models.DateTimeField(null=True)
    override_grade = models.CharField(max_length=1, choices=Grade, blank=True)
    override_route = models.CharField(max_length=20, blank=True)
    override_scope = models.CharField(max_length=20, blank=True)
    """Code of what the override counts for."""
    override_scope_note = models.CharField(max_length=200, blank=True)
    override_expires_on = models.DateField(null=True)
    """The last day on which the override counts."""
    held_until = models.DateField(null=True)
    """A reviewer put it aside until then; it waits, but not in front of everybody."""
    closed_by_person_id = models.BigIntegerField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_pack_version = models.IntegerField(null=True)
    """The pack's version right after the step that closed the review: unchanged, the step can be undone."""
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    barred_instrument_ids = ArrayField(models.BigIntegerField(), default=list)
    """Instruments that the ordered retest may not use again."""
    barred_person_ids = ArrayField(models.BigIntegerField(), default=list)
    """People who may not make the ordered retest."""

    class Meta:
        constraints = [
            # Four eyes, in the database too: the one who approves an override is never the one who asked.
            models.CheckConstraint(
                condition=~Q(state="overridden")
                | (
                    Q(requested_by_person_id__isnull=False, closed_by_person_id__isnull=False)
                    & ~Q(requested_by_person_id=F("closed_by_person_id"))
                ),
                name="override_needs_two_people",
            ),
            # Nobody decides on their own measurement, by any door.
            models.CheckConstraint(
                condition=~Q(measured_by_person_ids__contains=[F("requested_by_person_id")])
                & ~Q(measured_by_person_ids__contains=[F("closed_by_person_id")]),
                name="review_not_of_own_measurement",
            ),
            # What one application or customer needs has an end, in the database too.
            models.CheckConstraint(
                condition=~Q(override_scope__in=["application", "customer"])
                | (Q(override_expires_on__isnull=False) & ~Q(override_scope_note="")),
                name="override_is_bounded",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rule", "id"],
                condition=Q(state__in=["open", "override_requested"]),
                name="review_waiting",
            ),
            models.Index(
                URGENCY, "id", condition=Q(state__in=["open", "override_requested"]), name="review_urgency"
            ),
            models.Index(fields=["pack", "id"]),
        ]

    def __str__(self) -> str:
        return f"review of pack {self.pack_id}"

    def is_held(self, *, on: date) -> bool:
        """Return whether it is put aside for now; on its day it comes back."""
        return self.state == self.State.OPEN and self.held_until is not None and self.held_until > on


class ReviewLook(models.Model):
    """That a person opened a review, and at which version of it. Bookkeeping, not history."""

    case = models.ForeignKey(ReviewCase, on_delete=models.CASCADE, related_name="looks")
    person_id = models.BigIntegerField()
    version = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person_id"], name="review_look_once")]

    def __str__(self) -> str:
        return f"look of person {self.person_id} at review {self.case_id}"
