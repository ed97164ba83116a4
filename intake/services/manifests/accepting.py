"""Take a manifest in, and have one read again."""

import re
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from intake.models import Manifest, ManifestRun, ManifestState, Supplier
from intake.services import files
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue

_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f]+")


class SupplierInactive(RuleViolation):
    """This supplier sends us nothing at present; an administrator can change that."""

    code = "supplier_inactive"


class ManifestSettled(RuleViolation):
    """This file has become a batch; there is nothing to read again."""

    code = "manifest_settled"


def accept(
    *, supplier: Supplier, file_name: str, content: BinaryIO | bytes, actor: Actor, at: datetime
) -> Manifest:
    """Keep a supplier's file and queue it for reading; nothing is judged yet.

    The same bytes from the same supplier are the same manifest: a repeat returns the one that is there,
    whatever became of it, and changes nothing. Works with the broker dead: the sweep finds the manifest.

    :raises SupplierInactive: when the supplier may not send files.
    :raises FileTooLarge: when there is more than ``settings.UPLOAD_LIMIT_BYTES``.
    """
    if not supplier.is_active:
        raise SupplierInactive(f"{supplier.name} is switched off. Ask an administrator.")
    name = _NOT_IN_A_NAME.sub(" ", re.split(r"[\\/]", file_name)[-1]).strip()[-300:] or "manifest"
    stored = files.store(content=content, at=at)
    with transaction.atomic():
        manifest, is_new = Manifest.objects.select_related("supplier", "stored_file").get_or_create(
            supplier=supplier,
            stored_file=stored,
            defaults={"file_name": name, "received_at": at, "received_by": actor.label},
        )
        if is_new:
            ManifestRun.objects.create(manifest=manifest)
            _tell_accepted(manifest, actor, at)
            enqueue(Job.IMPORT_MANIFEST, manifest_id=manifest.pk)
    return manifest


@transaction.atomic
def read_again(*, manifest_id: int, actor: Actor, at: datetime) -> Manifest:
    """Queue a refused or failed manifest once more, because the catalogue or our reader has changed.

    One that is waiting already stays as it is.

    :raises ManifestSettled: when it has become a batch.
    """
    manifest = Manifest.objects.select_for_update().get(pk=manifest_id)
    if manifest.state == ManifestState.IMPORTED:
        raise ManifestSettled
    if manifest.state == ManifestState.QUEUED:
        return manifest
    before = {"state": manifest.state, "refusal": manifest.refusal, "finished_at": manifest.finished_at}
    after = {"state": ManifestState.QUEUED.value, "refusal": "", "finished_at": None}
    for name, value in after.items():
        setattr(manifest, name, value)
    manifest.save(update_fields=list(after))
    ManifestRun.objects.filter(manifest=manifest).update(
        attempts=0, lease_token=None, lease_until=None, rows_done=0, step=""
    )
    event = Event(
        code="manifest.queued_again",
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        supplier_id=manifest.supplier_id,
        before=before,
        after=after,
    )
    record(events=[event], actor=actor, at=at)
    enqueue(Job.IMPORT_MANIFEST, manifest_id=manifest.pk)
    return manifest


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
        },
        facts={"bytes": stored.byte_count, "sha256": stored.sha256},
    )
    record(events=[event], actor=actor, at=at)
