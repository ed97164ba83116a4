"""Documents of batches and packs, for the people who may see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from intake.models import Attachment, AttachmentUpload, AttachmentUploadState, Batch
from intake.queries.attachment_uploads import Sent, sent_of
from rebattery.accounts.models import User
from rebattery.audit.trail import Entry, entry_of, events_of, supplier_timeline

LOOSE_SHOWN = 20
STANDING, LOOSE, WITHDRAWN = "standing", "loose", "withdrawn"


def attachments_for(*, viewer: User) -> QuerySet[Attachment]:
    """Return the documents that ``viewer`` may see, withdrawn ones too, with what a list needs."""
    return Attachment.objects.visible_to(viewer).select_related("pack", "batch", "stored_file")


def in_standing(attachments: QuerySet[Attachment], standing: str) -> QuerySet[Attachment]:
    """Keep the documents that count, those of no pack yet, or those that were withdrawn."""
    if standing == WITHDRAWN:
        return attachments.filter(withdrawn_at__isnull=False)
    counting = attachments.filter(withdrawn_at__isnull=True)
    return counting.filter(pack__isnull=True) if standing == LOOSE else counting


def naming(attachments: QuerySet[Attachment], text: str) -> QuerySet[Attachment]:
    """Keep the documents whose name or pack's serial contains ``text``."""
    return attachments.filter(Q(file_name__icontains=text) | Q(pack__serial__icontains=text))


def documents_of_pack(*, pack_id: int) -> list[Attachment]:
    """Return the documents of one pack that count, newest first."""
    rows = Attachment.objects.filter(pack_id=pack_id, withdrawn_at__isnull=True)
    return list(rows.select_related("stored_file").order_by("-id"))


def story_of_attachment(*, attachment: Attachment, viewer: User) -> list[Entry]:
    """Return the trail of one document, newest first; a supplier reads the supplier's version."""
    entries = events_of(subject_type="attachment", subject_id=attachment.pk).reverse()
    return supplier_timeline(entries) if viewer.is_supplier else [entry_of(event) for event in entries]


@dataclass(frozen=True)
class Opening:
    """How far the uploads of a batch have come that wait or are being opened."""

    count: int
    files_done: int
    file_count: int
    """Zero while none of them has been looked into."""
    running_for_s: float


@dataclass(frozen=True)
class Documents:
    """A batch's documents at a glance."""

    count: int
    by_kind: list[tuple[str, str, int]]
    """Code, words and number."""
    loose_count: int
    loose: list[Attachment]
    """The first ``LOOSE_SHOWN`` that are of no pack yet."""
    sent: Sent
    opening: Opening | None
    """None when nothing waits."""


def documents_of(*, batch: Batch, at: datetime) -> Documents:
    """Return the documents of a batch that the viewer has been let see, in six queries at most."""
    standing = Attachment.objects.filter(batch=batch, withdrawn_at__isnull=True)
    loose = standing.filter(pack__isnull=True).select_related("stored_file")
    field: Any = Attachment._meta.get_field("kind")
    words = dict(field.flatchoices)
    kinds = standing.order_by().values_list("kind")
    rows = sorted(kinds.annotate(number=Count("pk"), loose=Count("pk", filter=Q(pack__isnull=True))))
    loose_count = sum(without for _, _, without in rows)
    return Documents(
        count=sum(number for _, number, _ in rows),
        by_kind=[(kind, words[kind], number) for kind, number, _ in rows],
        loose_count=loose_count,
        loose=list(loose.order_by("id")[:LOOSE_SHOWN]) if loose_count else [],
        sent=sent_of(batch=batch, at=at),
        opening=opening_of(batch=batch, at=at),
    )


def opening_of(*, batch: Batch, at: datetime) -> Opening | None:
    """Return how far the waiting uploads of a batch have come, None when none waits."""
    waiting = AttachmentUpload.objects.filter(batch=batch, state=AttachmentUploadState.QUEUED)
    found = waiting.aggregate(
        count=Count("pk"),
        files_done=Sum("run__files_done", default=0),
        file_count=Sum("run__file_count", default=0),
        since=Min("received_at"),
    )
    if not found["count"]:
        return None
    since = found.pop("since")
    return Opening(**found, running_for_s=(at - since).total_seconds())
