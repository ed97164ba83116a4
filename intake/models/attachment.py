"""What a supplier sends beside the manifest: BMS dumps, certificates, photos."""

from django.db import models
from django.db.models import Q

from intake.domain.attachments.kinds import Kind
from intake.models.run import Run
from rebattery.accounts.models import User


class AttachmentUploadQuerySet(models.QuerySet["AttachmentUpload"]):
    def visible_to(self, viewer: User) -> "AttachmentUploadQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see what was sent for their own batches only."""
        return self.filter(batch__supplier_id=viewer.supplier_id) if viewer.is_supplier else self


class AttachmentUploadState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed: we will look at it"


class AttachmentUpload(models.Model):
    """One file sent for a batch, a document or a zip of them, on its way to becoming attachments.

    The file itself stays as it came and is never handed out again; its attachments are.
    """

    batch = models.ForeignKey(
        "intake.Batch", on_delete=models.PROTECT, related_name="attachment_uploads", db_index=False
    )
    stored_file = models.ForeignKey("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    state = models.CharField(
        max_length=10, choices=AttachmentUploadState, default=AttachmentUploadState.QUEUED
    )
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)
    added_count = models.IntegerField(default=0)
    unmatched_count = models.IntegerField(default=0)
    """Of the added ones, how many named no pack or more than one."""
    repeated_count = models.IntegerField(default=0)
    """Files that the batch had already, under the same name."""
    left_out_count = models.IntegerField(default=0)
    left_out = models.JSONField(default=list)
    """``{name, why}`` of the files in it that were not taken in, up to a stated cap; the count is exact."""
    refusal = models.TextField(blank=True)

    objects = AttachmentUploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "stored_file", "file_name"],
                condition=Q(state="queued"),
                name="attachment_upload_waits_once",
            )
        ]
        indexes = [models.Index(fields=["batch", "id"])]

    def __str__(self) -> str:
        return self.file_name


class AttachmentRun(Run):
    """Where the unpacking of an upload stands: lease, attempts, progress. Bookkeeping, not history."""

    upload = models.OneToOneField(AttachmentUpload, on_delete=models.CASCADE, related_name="run")
    files_done = models.IntegerField(default=0)
    file_count = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"run of upload {self.upload_id}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, viewer: User) -> "AttachmentQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see those of their own batches only."""
        return self.filter(batch__supplier_id=viewer.supplier_id) if viewer.is_supplier else self


class Attachment(models.Model):
    """One document of a batch, and of a pack once it is known of which; a wrong one is withdrawn."""

    batch = models.ForeignKey(
        "intake.Batch", on_delete=models.PROTECT, related_name="attachments", db_index=False
    )
    upload = models.ForeignKey(AttachmentUpload, on_delete=models.PROTECT, related_name="attachments")
    pack = models.ForeignKey(
        "intake.Pack", null=True, on_delete=models.PROTECT, related_name="attachments", db_index=False
    )
    stored_file = models.ForeignKey("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    """What is handed out: a photo encoded anew without its metadata, anything else as it came."""
    sha256 = models.CharField(max_length=64)
    """Of the file as it was sent."""
    file_name = models.CharField(max_length=300)
    """With its folders, if it came in a zip."""
    media_type = models.CharField(max_length=100)
    """Of what is handed out, told by its content."""
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in Kind])
    candidates = models.JSONField(default=list)
    """Serials that its name may mean when it means more than one."""
    captured_at = models.CharField(max_length=19, blank=True)
    """A photo's time by the camera's own clock, which knows no time zone: ``2026-03-01T10:15:00``."""
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "file_name", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="attachment_once_per_name",
            )
        ]
        indexes = [
            models.Index(fields=["batch", "id"]),
            models.Index(fields=["pack", "id"], condition=Q(pack__isnull=False), name="attachment_of_pack"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def download_name(self) -> str:
        """Return the name for a download: without folders, and a photo with the ending of what it is now."""
        name = self.file_name.rsplit("/", 1)[-1]
        return f"{name.rsplit('.', 1)[0]}.jpg" if self.kind == Kind.PHOTO else name
