"""Take a file of documents in; a worker opens it."""

from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from intake.domain.attachments.archive import clean_name
from intake.models import AttachmentRun, AttachmentUpload, AttachmentUploadState, Batch
from intake.services import files
from intake.services.manifests.accepting import require_active
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.jobs import Job, enqueue


def accept(
    *, batch: Batch, file_name: str, content: BinaryIO | bytes, actor: Actor, at: datetime
) -> AttachmentUpload:
    """Keep a document, or a zip of documents, for ``batch`` and queue it; nothing is opened yet.

    The same bytes under the same name that still wait are the same upload. Works with the broker dead:
    the sweep finds the upload.

    :raises SupplierInactive: when the supplier may not send files.
    :raises FileTooLarge: when there is more than ``settings.UPLOAD_LIMIT_BYTES``.
    """
    require_active(batch.supplier)
    name = clean_name(clean_name(file_name).split("/")[-1]) or "document"
    stored = files.store(content=content, at=at)
    with transaction.atomic():
        upload, is_new = AttachmentUpload.objects.get_or_create(
            batch=batch,
            stored_file=stored,
            file_name=name,
            state=AttachmentUploadState.QUEUED,
            defaults={"received_at": at, "received_by": actor.label},
        )
        if is_new:
            AttachmentRun.objects.create(upload=upload)
            event = Event(
                code="attachments.accepted",
                subject_id=upload.pk,
                subject_label=name,
                supplier_id=batch.supplier_id,
                after={
                    "batch_id": batch.pk,
                    "file_name": name,
                    "state": AttachmentUploadState.QUEUED.value,
                    "stored_file_id": stored.pk,
                    "received_by": actor.label,
                },
                facts={"batch": batch.number, "bytes": stored.byte_count, "sha256": stored.sha256},
            )
            record(events=[event], actor=actor, at=at)
            enqueue(Job.TAKE_IN_ATTACHMENTS, upload_id=upload.pk)
    return upload
