"""What people do with documents: say of which pack one is, and withdraw a wrong one."""

from datetime import datetime

from django.db import transaction

from intake.domain.identity import normalize_serial
from intake.models import Attachment, Pack
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class AttachmentWithdrawn(RuleViolation):
    """This document was withdrawn. Nothing was changed."""

    code = "attachment_withdrawn"


class UnknownSerial(RuleViolation):
    """No pack of this batch has this serial."""

    code = "unknown_serial"


@transaction.atomic
def assign(*, attachment_id: int, serial: str, actor: Actor, at: datetime) -> Attachment:
    """Say that a document is of the pack ``serial`` of its batch; saying it again changes nothing.

    :raises UnknownSerial: when no pack of the batch has this serial.
    :raises AttachmentWithdrawn: when the document does not count any more.
    """
    attachment = _locked(attachment_id)
    pack = Pack.objects.filter(batch_id=attachment.batch_id, serial=normalize_serial(serial)[:40]).first()
    if pack is None:
        message = f"No pack of {attachment.batch.number} has this serial. Nothing was changed."
        raise UnknownSerial(message, fields={"serial": message})
    if attachment.pack_id == pack.pk:
        return attachment
    before = {"pack_id": attachment.pack_id}
    attachment.pack, attachment.candidates = pack, []
    attachment.save(update_fields=["pack", "candidates"])
    event = Event(
        code="attachment.assigned",
        subject_id=attachment.pk,
        subject_label=attachment.file_name,
        pack_id=pack.pk,
        supplier_id=attachment.batch.supplier_id,
        before=before,
        after={"pack_id": pack.pk},
        facts={"serial": pack.serial},
    )
    record(events=[event], actor=actor, at=at)
    return attachment


@transaction.atomic
def withdraw(*, attachment_id: int, reason: str, actor: Actor, at: datetime) -> Attachment:
    """Say that a document does not count, and why; it stays, and can be sent again.

    :raises AttachmentWithdrawn: when it was withdrawn before.
    :raises ReasonMissing: when there is no reason.
    """
    attachment = _locked(attachment_id)
    after = {"withdrawn_at": at, "withdrawn_by": actor.label, "withdrawn_reason": reason.strip()[:2000]}
    for name, value in after.items():
        setattr(attachment, name, value)
    attachment.save(update_fields=list(after))
    event = Event(
        code="attachment.withdrawn",
        subject_id=attachment.pk,
        subject_label=attachment.file_name,
        pack_id=attachment.pack_id,
        supplier_id=attachment.batch.supplier_id,
        before=dict.fromkeys(after),
        after=after,
        reason=reason.strip(),
    )
    record(events=[event], actor=actor, at=at)
    return attachment


def _locked(attachment_id: int) -> Attachment:
    attachments = Attachment.objects.select_for_update(of=("self",)).select_related("batch")
    attachment = attachments.get(pk=attachment_id)
    if attachment.withdrawn_at is not None:
        raise AttachmentWithdrawn
    return attachment
