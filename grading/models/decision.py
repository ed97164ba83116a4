"""Decisions on packs, each with the evidence and the policy that it follows from."""

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Now

from grading.domain.rejects import REJECTING_GRADES
from grading.models.declaration import InstrumentDeclaration
from intake.domain.dispositions import SETTLES_AFTER
from intake.models.reading import read_as
from rebattery.accounts.models import User

CURRENT = Q(superseded_by__isnull=True)
"""The last decision on its pack: in force, or suspended."""
IN_FORCE = CURRENT & Q(suspended_by__isnull=True)
"""A decision that neither a newer one nor a declaration against an instrument took out of force."""
SUSPENDED = CURRENT & Q(suspended_by__isnull=False)
"""The last decision on a pack that is tested again, because what it rests on does not count any more."""


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, viewer: User) -> "DecisionQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see the decisions on their own packs only.

        They read nothing of an override that may still be taken back, or that was: to them stands what it
        took the place of, and ``superseded_by_id`` says so on the rows and in filters.
        """
        if not viewer.is_supplier:
            return self
        fresh = Now() - SETTLES_AFTER
        override = Q(kind=Decision.Kind.OVERRIDE)
        # An override stands on the review of what it took the place of; taken back, that goes on elsewhere.
        bases = Decision.objects.filter(superseded_by=OuterRef("pk"), review__isnull=False)
        instead = Q(superseded_by__kind=Decision.Kind.OVERRIDE)
        rows = self.filter(pack__supplier=viewer.supplier_id)
        rows = rows.exclude(override & (Q(decided_at__gt=fresh) | ~Exists(bases)))
        rows = rows.exclude(instead & Q(review__isnull=True))
        # Where something else has taken the override's place since, or suspended it, that is told.
        stands = Q(superseded_by__superseded_by__isnull=True, superseded_by__suspended_by__isnull=True)
        waits = When(instead & stands & Q(superseded_by__decided_at__gt=fresh), then=None)
        return read_as(rows, superseded_by_id=Case(waits, default=F("superseded_by_id")))

    def in_force_for(self, viewer: User) -> "DecisionQuerySet":
        """Keep what says to ``viewer`` what their packs are now."""
        return self.visible_to(viewer).filter(superseded_by_id__isnull=True, suspended_by__isnull=True)


class Grade(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D reject"
    H = "H", "H hold"
    Q = "Q", "Q quarantine"
    X = "X", "X out of scope"


class Decision(models.Model):
    """A grade and a route; a newer one supersedes it, nothing edits it."""

    class Kind(models.TextChoices):
        POLICY = "policy", "By policy"
        OVERRIDE = "override", "Override by two people"
        FAILED = "failed", "Held because grading failed"

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey(
        "grading.PolicyVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    policy_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    grade = models.CharField(max_length=1, choices=Grade)
    route = models.CharField(max_length=20)
    reasons = models.JSONField()
    """List of {kind, code, sentence, fact, measured, limit, margin}, in the order they were found; ``kind``
    is ``reason`` for what decided, ``note`` for a remark, ``near`` for a limit nearly crossed."""
    rule = models.GeneratedField(
        expression=KeyTextTransform("code", KeyTransform("0", "reasons")),
        output_field=models.TextField(),
        db_persist=True,
    )
    """Code of the first reason, which decided."""
    missing = models.JSONField(default=list)
    """Facts that would settle a hold."""
    path = models.JSONField(null=True)
    """Every rule looked at, in order, with its value and limit; none on decisions from before it was kept,
    on overrides and on failures."""
    applications = models.JSONField(default=list)
    warranty = models.JSONField(default=dict)
    evidence = models.JSONField()
    evidence_sha256 = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120)
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    suspended_by = models.ForeignKey(
        InstrumentDeclaration, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    """The declaration against an instrument that took it out of force; what was decided stays to be read."""
    valid_until = models.DateField(null=True)
    """The last day on which it counts: by the policy's validity of the grade, or as long as two people set
    it against the policy; none where nothing ends it."""
    remeasure_from = models.DateField(null=True)
    """The day from which the policy wants the pack measured again, at the latest the last one that counts."""
    scope = models.CharField(max_length=240, blank=True)
    """For what an override counts, in words; empty for any use."""
    run = models.ForeignKey(
        "grading.GradingRun", null=True, on_delete=models.PROTECT, related_name="decisions", db_index=False
    )
    """The run that made it; none on overrides and on decisions from before runs were kept."""

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack"], condition=Q(superseded_by__isnull=True), name="decision_one_current"
            ),
        ]
        indexes = [
            models.Index(fields=["pack", "id"]),
            models.Index(
                fields=["grade", "pack"],
                condition=Q(superseded_by__isnull=True),
                name="decision_current_grade",
            ),
            models.Index(
                fields=["valid_until", "pack"],
                condition=Q(superseded_by__isnull=True, valid_until__isnull=False),
                name="decision_runs_out",
            ),
            # The day from which something is due: lists are filtered and sorted by it.
            models.Index(
                Coalesce("remeasure_from", "valid_until"),
                "id",
                condition=Q(superseded_by__isnull=True, valid_until__isnull=False),
                name="decision_due",
            ),
            models.Index(fields=["run", "id"], condition=Q(run__isnull=False), name="decision_of_run"),
            # Counting rejects reads this index alone: the rows are wide, and a fleet has many of them.
            models.Index(
                fields=["decided_at"],
                include=["pack", "rule"],
                condition=IN_FORCE & Q(grade__in=REJECTING_GRADES),
                name="decision_rejects",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} for pack {self.pack_id}"

    @property
    def is_in_force(self) -> bool:
        """Whether it says what the pack is now."""
        return self.superseded_by_id is None and self.suspended_by_id is None

    @property
    def is_suspended(self) -> bool:
        """Whether it is the pack's last word, but taken back until new tests are decided on."""
        return self.superseded_by_id is None and self.suspended_by_id is not None

    @property
    def is_override(self) -> bool:
        """Whether two people set it against what the policy says."""
        return self.kind == self.Kind.OVERRIDE

    @property
    def author(self) -> str:
        """By what it was decided, as pages and the trail name it: never the policy for what people set."""
        return f"{'override against ' * self.is_override}{self.policy}"

    @property
    def reason_codes(self) -> list[str]:
        """Codes of what decided, without remarks."""
        return [reason["code"] for reason in self.reasons if reason["kind"] == "reason"]


class GradingClaim(models.Model):
    """A worker's lease on a pack that waits for its grade. Bookkeeping, not history."""

    pack = models.OneToOneField("intake.Pack", primary_key=True, on_delete=models.CASCADE, related_name="+")
    attempts = models.IntegerField(default=1)
    lease_token = models.UUIDField()
    lease_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"claim on pack {self.pack_id}"
