"""Open an upload and make its documents attachments, whatever happens to the worker in between."""

from datetime import datetime
from typing import Any

from django.db import transaction

from intake.domain.attachments.matching import Match, Serials
from intake.models import Attachment, AttachmentUpload, AttachmentUploadState, Batch, Pack
from intake.services.attachments import lease as leases
from intake.services.attachments.lease import Lease
from intake.services.attachments.opening import Opened, opened
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

LEFT_OUT_KEPT = 200
_CANDIDATES_KEPT = 20


def run(*, upload_id: int, actor: Actor, at: datetime) -> AttachmentUpload:
    """Take a waiting upload in and settle it; return it as it stands then.

    Safe to call at any time, by any number of workers at once: the lease lets one of them work, and all
    effects are one transaction behind its fence. An unforeseen error counts as an attempt, and the sweep
    tries again until ``MAX_ATTEMPTS``.
    """
    leases.work(upload_id, lambda lease: _take_in(lease, actor, at))
    return AttachmentUpload.objects.select_related("run", "batch").get(pk=upload_id)


def _take_in(lease: Lease, actor: Actor, at: datetime) -> None:
    if lease.attempt > leases.MAX_ATTEMPTS:
        with transaction.atomic():
            upload = leases.lock(lease)
            why = "Opening it ended without a result each time; our log has the details."
            after = {"state": AttachmentUploadState.FAILED.value, "refusal": why}
            _settle(upload, "attachments.failed", after, actor, at, facts={"attempts": leases.MAX_ATTEMPTS})
        return
    upload = AttachmentUpload.objects.select_related("stored_file", "batch").get(pk=lease.subject_id)
    with opened(upload=upload, lease=lease, at=at) as found:
        matches = _matches(upload, found)
        with transaction.atomic():
            upload = leases.lock(lease)
            if found.refusal:
                after = _left_out(found) | {
                    "state": AttachmentUploadState.REFUSED.value,
                    "refusal": found.refusal,
                }
                _settle(upload, "attachments.refused", after, actor, at, facts={"why": found.refusal})
            else:
                _add(upload, found, matches, actor, at)


def _matches(upload: AttachmentUpload, found: Opened) -> dict[str, tuple[int | None, list[str]]]:
    """Return pack and candidates of every name, by one question for all serials of the batch."""
    if not found.documents:
        return {}
    packs = dict(Pack.objects.filter(batch_id=upload.batch_id).values_list("serial", "pk"))
    serials = Serials(packs)
    named: dict[str, Match] = {line["name"]: serials.named_in(line["name"]) for line, _ in found.documents}
    return {
        name: (packs[match.serial] if match.serial else None, match.candidates[:_CANDIDATES_KEPT])
        for name, match in named.items()
    }


def _add(
    upload: AttachmentUpload,
    found: Opened,
    matches: dict[str, tuple[int | None, list[str]]],
    actor: Actor,
    at: datetime,
) -> None:
    # Whoever takes documents in for the same batch waits here, so that none is added twice.
    Batch.objects.select_for_update(no_key=True).get(pk=upload.batch_id)
    here = Attachment.objects.filter(batch_id=upload.batch_id, withdrawn_at__isnull=True)
    known = set(here.values_list("file_name", "sha256"))
    made: list[Attachment] = []
    for line, stored in found.documents:
        key = (line["name"], line["sha256"])
        if key in known:
            continue
        known.add(key)
        pack_id, candidates = matches[line["name"]]
        made.append(
            Attachment(
                batch_id=upload.batch_id,
                upload=upload,
                pack_id=pack_id,
                stored_file=stored,
                sha256=line["sha256"],
                file_name=line["name"],
                media_type=line["media_type"],
                kind=line["kind"],
                candidates=candidates,
                captured_at=line["captured_at"],
                added_at=at,
                added_by=upload.received_by,
            )
        )
    Attachment.objects.bulk_create(made)
    record(events=(_added(attachment, upload) for attachment in made), actor=actor, at=at)
    after = _left_out(found) | {
        "state": AttachmentUploadState.DONE.value,
        "added_count": len(made),
        "unmatched_count": sum(attachment.pack_id is None for attachment in made),
        "repeated_count": len(found.documents) - len(made),
    }
    facts = {
        "added": after["added_count"],
        "unmatched": after["unmatched_count"],
        "left_out": after["left_out_count"],
    }
    _settle(upload, "attachments.taken_in", after, actor, at, facts=facts)


def _left_out(found: Opened) -> dict[str, Any]:
    return {"left_out_count": len(found.left_out), "left_out": found.left_out[:LEFT_OUT_KEPT]}


def _settle(
    upload: AttachmentUpload,
    code: str,
    after: dict[str, Any],
    actor: Actor,
    at: datetime,
    *,
    facts: dict[str, Any],
) -> None:
    after = after | {"finished_at": at}
    # What was left out can be had again from the file, so the trail does without the list.
    told = [name for name, value in after.items() if name != "left_out" and getattr(upload, name) != value]
    before = {name: getattr(upload, name) for name in told}
    for name, value in after.items():
        setattr(upload, name, value)
    upload.save(update_fields=list(after))
    event = Event(
        code=code,
        subject_id=upload.pk,
        subject_label=upload.file_name,
        supplier_id=upload.batch.supplier_id,
        before=before,
        after={name: after[name] for name in told},
        facts=facts,
    )
    record(events=[event], actor=actor, at=at)


def _added(attachment: Attachment, upload: AttachmentUpload) -> Event:
    return Event(
        code="attachment.added",
        subject_id=attachment.pk,
        subject_label=attachment.file_name,
        pack_id=attachment.pack_id,
        supplier_id=upload.batch.supplier_id,
        after={
            "batch_id": attachment.batch_id,
            "pack_id": attachment.pack_id,
            "upload_id": upload.pk,
            "stored_file_id": attachment.stored_file_id,
            "sha256": attachment.sha256,
            "file_name": attachment.file_name,
            "kind": attachment.kind,
            "captured_at": attachment.captured_at,
        },
        facts={
            "kind": attachment.get_kind_display(),
            "sha256": attachment.sha256,
            "sent_by": upload.received_by,
        },
    )
