"""What was sent for a batch beside its manifest, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from intake.models import AttachmentUpload, AttachmentUploadState, Batch
from rebattery.accounts.models import User

SHOWN = 5
WRONG = "wrong"
WRONG_SHOWN = 50
WRONG_FOR = timedelta(days=7)
_WRONG = Q(state__in=(AttachmentUploadState.REFUSED, AttachmentUploadState.FAILED)) | Q(left_out_count__gt=0)


def uploads_for(*, viewer: User) -> QuerySet[AttachmentUpload]:
    """Return the uploads that ``viewer`` may see."""
    return AttachmentUpload.objects.visible_to(viewer).select_related("run", "stored_file", "batch")


def in_state(uploads: QuerySet[AttachmentUpload], state: str) -> QuerySet[AttachmentUpload]:
    """Keep the uploads in ``state``; ``WRONG`` means refused, failed, or with files left out."""
    return uploads.filter(_WRONG) if state == WRONG else uploads.filter(state=state)


@dataclass(frozen=True)
class Sent:
    """What was sent for a batch, at a glance."""

    count: int
    """All that was ever sent, what still waits as well."""
    wrong_count: int
    wrong: list[AttachmentUpload]
    """What needs to be looked at, the newest ``WRONG_SHOWN``."""
    lately: list[AttachmentUpload]
    """The newest ``SHOWN`` of the others that are settled."""


def sent_of(*, batch: Batch, at: datetime) -> Sent:
    """Return what was sent for a batch that the viewer has been let see, in three queries at most.

    What went wrong stays for ``WRONG_FOR``, or until a file of the same name was taken in whole after it.
    """
    uploads = AttachmentUpload.objects.filter(batch=batch)
    whole = uploads.filter(state=AttachmentUploadState.DONE, left_out_count=0)
    mended = Q(Exists(whole.filter(file_name=OuterRef("file_name"), pk__gt=OuterRef("pk"))))
    is_wrong = _WRONG & Q(finished_at__gte=at - WRONG_FOR) & ~mended
    counts = uploads.aggregate(count=Count("pk"), wrong_count=Count("pk", filter=is_wrong))
    settled = uploads.exclude(state=AttachmentUploadState.QUEUED).order_by("-id")
    wrong = list(settled.filter(is_wrong)[:WRONG_SHOWN]) if counts["wrong_count"] else []
    return Sent(**counts, wrong=wrong, lately=list(settled.exclude(is_wrong)[:SHOWN]))
