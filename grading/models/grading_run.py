"""Runs of grading as people see them: what was decided in one go, why, and how far it has come."""

from django.db import models
from django.db.models import Q

from intake.models.run import Run


class GradingRun(models.Model):
    """Decisions made in one go: of what waited, or again of a selection that somebody chose with a reason."""

    class Kind(models.TextChoices):
        WAITING = "waiting", "Packs that waited for their grade"
        REGRADE = "regrade", "Graded again by request"
        EXPIRY = "expiry", "Grades that ran out"

    class State(models.TextChoices):
        QUEUED = "queued", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    policy = models.ForeignKey("grading.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    """The version in force when the run began; a regrade decides by it to its end."""
    title = models.CharField(max_length=200, blank=True)
    """What was chosen, in words."""
    ordered_by_person_id = models.BigIntegerField(null=True)
    ordered_by = models.CharField(max_length=120)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    pack_count = models.IntegerField(null=True)
    """Packs of a regrade; what waits is not known beforehand."""
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    """When it last decided on a pack."""
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind="regrade") | ~Q(reason=""), name="regrade_says_why"),
        ]
        indexes = [models.Index(fields=["-started_at", "-id"], name="grading_run_newest")]

    def __str__(self) -> str:
        return f"grading run {self.pk}"

    @property
    def name(self) -> str:
        """What pages call it."""
        return f"Grading run {self.pk}"


class GradingRunPack(models.Model):
    """One pack of a regrade, and what became of it. Bookkeeping: the decisions are the history."""

    class Outcome(models.TextChoices):
        WAITS = "", "Waits"
        DECIDED = "decided", "Decided again"
        LEFT = "left", "Left as it is"

    run = models.ForeignKey(GradingRun, on_delete=models.CASCADE, related_name="packs", db_index=False)
    pack = models.ForeignKey("intake.Pack", on_delete=models.CASCADE, related_name="+", db_index=False)
    former_id = models.BigIntegerField()
    """The decision that the person saw; a pack with a newer one is left as it is."""
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    why = models.CharField(max_length=200, blank=True)
    """Why it was left."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "pack"], name="grading_run_pack_once")]

    def __str__(self) -> str:
        return f"pack {self.pack_id} in grading run {self.run_id}"


class GradingRunTally(models.Model):
    """How many packs of a run got a grade and a route from one worker; written with the decisions."""

    run = models.ForeignKey(GradingRun, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    worker = models.UUIDField()
    """One for each process: two workers never wait for each other here."""
    kind = models.CharField(max_length=10)
    grade = models.CharField(max_length=1)
    route = models.CharField(max_length=20)
    packs = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "worker", "kind", "grade", "route"], name="grading_tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.packs} × {self.grade} in grading run {self.run_id}"


class GradingRunWork(Run):
    """A worker's lease on a regrade. Bookkeeping, not history."""

    grading_run = models.OneToOneField(GradingRun, on_delete=models.CASCADE, related_name="work")

    def __str__(self) -> str:
        return f"work on grading run {self.grading_run_id}"
