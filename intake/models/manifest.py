"""A supplier's file on its way to becoming a batch, with its rows and what was corrected in them."""

from django.db import models
from django.db.models import Q

from intake.models.run import Run
from rebattery.accounts.models import User


class StoredFile(models.Model):
    """Bytes kept as received, found by their SHA-256."""

    sha256 = models.CharField(max_length=64, unique=True)
    byte_count = models.BigIntegerField()
    media_type = models.CharField(max_length=100, blank=True)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]


class ManifestQuerySet(models.QuerySet["Manifest"]):
    def visible_to(self, viewer: User) -> "ManifestQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see their own files only."""
        return self.filter(supplier_id=viewer.supplier_id) if viewer.is_supplier else self


class ManifestState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    DRAFT = "draft", "Draft: check and announce"
    IMPORTED = "imported", "Imported"
    REFUSED = "refused", "Refused: mend the file"
    FAILED = "failed", "Failed: we will look at it"
    DISCARDED = "discarded", "Discarded"


class Intent(models.TextChoices):
    """What the next reading of a file is for."""

    CHECK = "check", "Check only"
    ANNOUNCE_ALL = "announce_all", "Announce all packs, or none"
    ANNOUNCE_VALID = "announce_valid", "Announce the packs without errors"


class Manifest(models.Model):
    """One upload; the same content from the same supplier is the same manifest.

    The file and its corrections are the truth; rows, counts, plan and summary are derived from them.
    """

    supplier = models.ForeignKey("intake.Supplier", on_delete=models.PROTECT, related_name="manifests")
    stored_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    state = models.CharField(max_length=20, choices=ManifestState, default=ManifestState.QUEUED)
    intent = models.CharField(max_length=20, choices=Intent, default=Intent.ANNOUNCE_ALL)
    replaces = models.ForeignKey(
        "intake.Batch", null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    """The batch that this file corrects; None for a batch of its own."""
    expected_on = models.DateField(null=True)
    """When the supplier expects the packs to arrive."""
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)
    row_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    warning_count = models.IntegerField(default=0)
    summary = models.JSONField(default=dict)
    """Sheet, encoding, header row, columns, questions and skipped rows, as the reader reported them."""
    plan = models.JSONField(default=dict)
    """How the file was read last: enough to judge one row of it without the file."""
    refusal = models.TextField(blank=True)

    objects = ManifestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "stored_file"], name="manifest_once_per_supplier")
        ]

    def __str__(self) -> str:
        return self.file_name


class ManifestRun(Run):
    """Where the reading of a manifest stands: lease, attempts, progress. Bookkeeping, not history."""

    manifest = models.OneToOneField(Manifest, on_delete=models.CASCADE, related_name="run")
    rows_done = models.IntegerField(default=0)
    step = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"run of manifest {self.manifest_id}"


class ManifestRow(models.Model):
    """One data row of a draft, as the last reading found it. Derived, so it may be thrown away."""

    class Severity(models.IntegerChoices):
        READY = 0, "Ready"
        WARNING = 1, "Warning"
        QUESTION = 2, "Question"
        ERROR = 3, "Error"

    class Fate(models.TextChoices):
        OPEN = "open", "In the draft"
        DROPPED = "dropped", "Left out"
        ANNOUNCED = "announced", "Announced"

    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row = models.IntegerField()
    """As the spreadsheet program shows it."""
    cells = models.JSONField()
    """The cells as they stand in the file, text or numbers, by index; corrections are not applied."""
    values = models.JSONField()
    """Canonical field to value, normalized, corrections applied."""
    problems = models.JSONField()
    """``{column, field, rule, severity, value, message, fix}`` each."""
    serial = models.CharField(max_length=40, blank=True, db_collation="C")
    vin = models.CharField(max_length=40, blank=True, db_collation="C")
    severity = models.SmallIntegerField(choices=Severity)
    """Of the worst problem."""
    chemistry = models.CharField(max_length=20, blank=True)
    nominal_energy_kwh = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    declared_soh_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    history_completeness_percent = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    """They are among ``values`` or follow from them; as columns they add up quickly."""
    fate = models.CharField(max_length=10, choices=Fate, default=Fate.OPEN)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manifest", "row"], name="manifest_row_once")]
        indexes = [
            models.Index(fields=["manifest", "serial"]),
            models.Index(fields=["manifest", "vin"], condition=~Q(vin=""), name="manifest_row_vin"),
            models.Index(
                fields=["manifest", "row"], condition=Q(severity__gt=0), name="manifest_row_problem"
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.row}"


class ManifestCorrection(models.Model):
    """One step of mending a file. What is in force is the fold over the steps that are not undone."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "Answer"
        CELLS = "cells", "Cells"
        DROP = "drop", "Rows left out"
        RESTORE = "restore", "Rows taken in again"

    manifest = models.ForeignKey(
        Manifest, on_delete=models.PROTECT, related_name="corrections", db_index=False
    )
    position = models.IntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    payload = models.JSONField()
    """answer: id to value; cells: row to {column index: text}; drop, restore: rows."""
    label = models.CharField(max_length=300)
    """What was done, in words."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manifest", "position"], name="manifest_correction_once")
        ]

    def __str__(self) -> str:
        return self.label


class KnownLayout(models.Model):
    """What a supplier answered about the columns of one layout, so that it is asked once only."""

    supplier = models.ForeignKey(
        "intake.Supplier", on_delete=models.PROTECT, related_name="layouts", db_index=False
    )
    layout_sha256 = models.CharField(max_length=64)
    """Of the headings in their order."""
    headings = models.JSONField()
    answers = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "layout_sha256"], name="known_layout_once")
        ]

    def __str__(self) -> str:
        return f"layout {self.layout_sha256[:12]}"
