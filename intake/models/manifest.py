"""A supplier's file on its way to becoming a batch, and the problems found in it."""

from django.db import models

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
    IMPORTED = "imported", "Imported"
    REFUSED = "refused", "Refused: mend the file"
    FAILED = "failed", "Failed: we will look at it"


class Manifest(models.Model):
    """One upload; the same content from the same supplier is the same manifest."""

    supplier = models.ForeignKey("intake.Supplier", on_delete=models.PROTECT, related_name="manifests")
    stored_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    state = models.CharField(max_length=20, choices=ManifestState, default=ManifestState.QUEUED)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)
    row_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    warning_count = models.IntegerField(default=0)
    summary = models.JSONField(default=dict)
    """Sheet, encoding, header row, columns and skipped rows, as the reader reported them."""
    refusal = models.TextField(blank=True)

    objects = ManifestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "stored_file"], name="manifest_once_per_supplier")
        ]

    def __str__(self) -> str:
        return self.file_name


class ManifestRun(models.Model):
    """Where the reading of a manifest stands: lease, attempts, progress. Bookkeeping, not history."""

    manifest = models.OneToOneField(Manifest, on_delete=models.CASCADE, related_name="run")
    attempts = models.IntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    rows_done = models.IntegerField(default=0)
    step = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"run of manifest {self.manifest_id}"


class ManifestProblem(models.Model):
    """One thing wrong with one cell or row, with what to do about it."""

    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="problems")
    row = models.IntegerField(null=True)
    column = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=10)
    value = models.CharField(max_length=500, blank=True)
    message = models.CharField(max_length=500)
    fix = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"row {self.row}: {self.rule}"
