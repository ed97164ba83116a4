"""What the trail tells of a batch's documents."""

from intake.models import Attachment, AttachmentUpload, Batch
from rebattery.audit.trail import ids_about

SHOWN = 100
_OF_UPLOADS = ("attachments.accepted", "attachments.taken_in", "attachments.refused", "attachments.failed")
# Not that each was added: its upload says how many were, and a zip may hold a thousand.
_OF_DOCUMENTS = ("attachment.assigned", "attachment.withdrawn")


def newest_about_documents(*, batch: Batch) -> list[int]:
    """Return the ids of the newest ``SHOWN`` events about what was sent for a batch."""
    uploads = AttachmentUpload.objects.filter(batch=batch).values_list("pk", flat=True)
    documents = Attachment.objects.filter(batch=batch).values_list("pk", flat=True)
    found = [
        *ids_about(subject_type="attachment_upload", subject_ids=list(uploads), codes=_OF_UPLOADS),
        *ids_about(subject_type="attachment", subject_ids=list(documents), codes=_OF_DOCUMENTS),
    ]
    return sorted(found)[-SHOWN:]
