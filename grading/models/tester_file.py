"""Tester files as received, and what was derived from them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from intake.models.run import Run
from rebattery.accounts.models import User


class TesterFileQuerySet(models.QuerySet["TesterFile"]):
    def visible_to(self, viewer: User) -> "TesterFileQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see no tester files."""
        return self.none() if viewer.is_supplier else self


class TesterFile(models.Model):
    """One file of a tester. Its bytes never change; the same bytes twice are one."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be read"
        INBOX = "inbox", "Needs a person"
        READY = "ready", "Ready to record"
        RECORDED = "recorded", "Recorded"
        REFUSED = "refused", "Cannot be read"
        SET_ASIDE = "set_aside", "Set aside"

    class Source(models.TextChoices):
        PAGE = "page", "Page"
        API = "api", "API"
        WATCH = "watch", "Watched folder"

    stored_file = models.OneToOneField("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    source = models.CharField(max_length=8, choices=Source)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    why = models.TextField(blank=True)
    """Why it needs a person or cannot be read: code and sentence."""
    pack = models.ForeignKey(
        "intake.Pack", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    candidates = models.JSONField(default=list)
    """Serials that its name or its content may mean."""
    answers = models.JSONField(default=dict)
    """What a person confirmed: ``{"sign": "inverted", …}``, as Parameters.answers."""
    channel = models.ForeignKey(
        "grading.Channel", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    procedure = models.ForeignKey(
        "grading.ProcedureVersion", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    """Whose limits its derivation is judged by."""
    format = models.CharField(max_length=40, blank=True)
    """As its last reading says; empty before it was read."""
    flag_codes = models.JSONField(default=list)
    """Of all tests in it, each code once."""
    received_at = models.DateTimeField()
    received_by_person_id = models.BigIntegerField(null=True)
    received_by = models.CharField(max_length=120)
    version = models.IntegerField(default=1)

    objects = TesterFileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["pack", "id"], condition=Q(pack__isnull=False), name="tester_file_of_pack"),
            GinIndex(fields=["flag_codes"], name="tester_file_flags"),
            models.Index(fields=["id"], condition=Q(state="queued"), name="tester_file_queued"),
            models.Index(fields=["state", "id"]),
        ]

    def __str__(self) -> str:
        return self.file_name


class TesterFileRun(Run):
    """Where the reading of a file stands: lease, attempts, progress. Bookkeeping, not history."""

    tester_file = models.OneToOneField(TesterFile, on_delete=models.CASCADE, related_name="run")
    rows_read = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"run of tester file {self.tester_file_id}"


class Derivation(models.Model):
    """One derivation from one test of a file, with all that it takes to compute it again."""

    tester_file = models.ForeignKey(TesterFile, on_delete=models.PROTECT, related_name="derivations")
    test_index = models.IntegerField(default=0)
    """Which test of the file, from 0."""
    file_sha256 = models.CharField(max_length=64)
    reader = models.CharField(max_length=60)
    reader_version = models.CharField(max_length=30)
    algorithm_version = models.CharField(max_length=30)
    parameters = models.JSONField()
    """As Parameters.to_json(), the person's answers included."""
    result = models.JSONField()
    """As Derived.to_json(): columns, unit and sign decisions, ranges of rows, numbers, flags."""
    derived_at = models.DateTimeField()
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tester_file", "test_index"],
                condition=Q(superseded_by__isnull=True),
                name="derivation_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"derivation {self.pk}"
