"""Take a manifest in, and have one read again."""

import re
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from intake.models import (
    Batch,
    Intent,
    Manifest,
    ManifestCorrection,
    ManifestRun,
    ManifestState,
    Supplier,
)
from intake.services import files
from intake.services.manifests.queueing import queue_again
from rebattery.actor import Actor
from rebattery.audit.record import Event, record, record_rows
from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue

_UNDONE = """
    SELECT id AS subject_id, label AS subject_label, NULL::bigint AS pack_id,
           (SELECT supplier_id FROM intake_manifest WHERE id = %(manifest)s) AS supplier_id,
           '{"undone_at": null}'::jsonb AS before,
           jsonb_build_object('undone_at', %(undone_at)s::text) AS after,
           jsonb_build_object('file', %(file)s::text, 'label', label) AS facts
    FROM intake_manifestcorrection WHERE manifest_id = %(manifest)s AND undone_at IS NULL ORDER BY id
"""
_UNREAD = (ManifestState.REFUSED, ManifestState.FAILED)
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f]+")


class SupplierInactive(RuleViolation):
    """This supplier sends us nothing at present; an administrator can change that."""

    code = "supplier_inactive"


class ReplacesAnothers(RuleViolation):
    """A file can correct a batch of its own supplier only."""

    code = "replaces_anothers"


class ManifestSettled(RuleViolation):
    """This file has become a batch; there is nothing to read again."""

    code = "manifest_settled"


def accept(
    *,
    supplier: Supplier,
    file_name: str,
    content: BinaryIO | bytes,
    actor: Actor,
    at: datetime,
    intent: str = Intent.ANNOUNCE_ALL,
    replaces: Batch | None = None,
) -> Manifest:
    """Keep a supplier's file and queue it for reading; nothing is judged yet.

    The same bytes from the same supplier are the same manifest: a repeat returns the one that is there,
    whatever became of it, and changes nothing; only one that was discarded is opened again as a fresh
    draft, and one that could not be read is read again when it comes under another name. Works with the
    broker dead: the sweep finds the manifest.

    :param intent: what the reading is for; see ``Intent``.
    :param replaces: the batch of this supplier that the file corrects; then it is only checked at first,
        so that somebody sees the difference before it is made.
    :raises SupplierInactive: when the supplier may not send files.
    :raises ReplacesAnothers: when ``replaces`` is not a batch of this supplier.
    :raises FileTooLarge: when there is more than ``settings.UPLOAD_LIMIT_BYTES``.
    """
    require_active(supplier)
    if replaces and replaces.supplier_id != supplier.pk:
        raise ReplacesAnothers
    name = _NOT_IN_A_NAME.sub(" ", re.split(r"[\\/]", file_name)[-1]).strip()[-300:] or "manifest"
    wanted = Intent.CHECK if replaces else Intent(intent)
    stored = files.store(content=content, at=at)
    with transaction.atomic():
        manifest, is_new = Manifest.objects.select_related("supplier", "stored_file").get_or_create(
            supplier=supplier,
            stored_file=stored,
            defaults={
                "file_name": name,
                "intent": wanted.value,
                "replaces": replaces,
                "received_at": at,
                "received_by": actor.label,
            },
        )
        if is_new:
            ManifestRun.objects.create(manifest=manifest)
            _tell_accepted(manifest, actor, at)
            enqueue(Job.IMPORT_MANIFEST, manifest_id=manifest.pk)
        elif manifest.state == ManifestState.DISCARDED:
            manifest = _open_again(manifest, wanted, replaces, actor, at)
        elif manifest.state in _UNREAD and manifest.file_name != name:
            manifest = _rename(manifest, name, wanted, replaces, actor, at)
    return manifest


def require_active(supplier: Supplier) -> None:
    """Refuse what ``supplier`` may not send at present.

    :raises SupplierInactive: when it is switched off.
    """
    if not supplier.is_active:
        raise SupplierInactive(f"{supplier.name} is switched off. Ask an administrator.")


@transaction.atomic
def read_again(*, manifest_id: int, actor: Actor, at: datetime) -> Manifest:
    """Queue a manifest that is no batch yet once more, because the catalogue or our reader has changed.

    It is read for what it was read for last. One that is waiting already stays as it is.

    :raises ManifestSettled: when it has become a batch, or was discarded.
    """
    manifest = Manifest.objects.select_for_update().get(pk=manifest_id)
    if manifest.state == ManifestState.IMPORTED:
        raise ManifestSettled
    if manifest.state == ManifestState.DISCARDED:
        raise ManifestSettled("This file was discarded. Send it again to open it.")
    if manifest.state == ManifestState.QUEUED:
        return manifest
    return queue_again(manifest=manifest, code="manifest.queued_again", actor=actor, at=at)


def _open_again(
    manifest: Manifest, intent: Intent, replaces: Batch | None, actor: Actor, at: datetime
) -> Manifest:
    """Let a discarded manifest begin anew, without what was corrected in it; of two at once, one does."""
    locked = Manifest.objects.select_for_update(of=("self",)).select_related("supplier", "stored_file")
    manifest = locked.get(pk=manifest.pk)
    if manifest.state != ManifestState.DISCARDED:
        return manifest
    undone = {"manifest": manifest.pk, "file": manifest.file_name, "at": at, "undone_at": at.isoformat()}
    record_rows(code="correction.undone", actor=actor, at=at, rows=_UNDONE, params=undone)
    ManifestCorrection.objects.filter(manifest=manifest, undone_at=None).update(undone_at=at)
    manifest.summary, manifest.plan = {}, {}
    manifest.row_count = manifest.error_count = manifest.warning_count = 0
    manifest.save(update_fields=["summary", "plan", "row_count", "error_count", "warning_count"])
    return queue_again(
        manifest=manifest,
        code="manifest.opened_again",
        intent=intent,
        replaces=replaces,
        actor=actor,
        at=at,
    )


def _rename(
    manifest: Manifest, name: str, intent: Intent, replaces: Batch | None, actor: Actor, at: datetime
) -> Manifest:
    """Read a file that could not be read under its new name, for the name may have been what was wrong."""
    locked = Manifest.objects.select_for_update(of=("self",)).select_related("supplier", "stored_file")
    manifest = locked.get(pk=manifest.pk)
    if manifest.state not in _UNREAD or manifest.file_name == name:
        return manifest
    return queue_again(
        manifest=manifest,
        code="manifest.renamed",
        file_name=name,
        intent=Intent.CHECK if manifest.replaces_id else intent,
        replaces=replaces,
        actor=actor,
        at=at,
    )


def _tell_accepted(manifest: Manifest, actor: Actor, at: datetime) -> None:
    stored = manifest.stored_file
    event = Event(
        code="manifest.accepted",
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        supplier_id=manifest.supplier_id,
        after={
            "file_name": manifest.file_name,
            "state": ManifestState.QUEUED.value,
            "stored_file_id": stored.pk,
            "received_by": manifest.received_by,
            "intent": manifest.intent,
            "replaces_id": manifest.replaces_id,
        },
        facts={"bytes": stored.byte_count, "sha256": stored.sha256},
    )
    record(events=[event], actor=actor, at=at)
