"""Which manifest may be mended, announced or given up, and the refusals of all others."""

from datetime import datetime

from django.db import transaction

from intake.models import Batch, Manifest, ManifestRow, ManifestState
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation

DRAFT_ONLY = (ManifestState.DRAFT,)
MAY_BE_ANSWERED = (ManifestState.DRAFT, ManifestState.REFUSED, ManifestState.FAILED)
"""An answer, or taking one back, may be just what makes a refused file readable."""

PROMISED = "promised"
"""In the summary of a corrected file that is to be applied: the digest of what somebody looked at."""


class NotADraft(RuleViolation):
    """This file cannot be changed now."""

    code = "not_a_draft"


class BeingRead(NotADraft):
    """The file is being read. Wait until that is done."""

    code = "being_read"


class BatchMade(NotADraft):
    """A batch was made of this file."""

    code = "batch_made"


class BatchIsClosed(RuleViolation):
    """The batch of this file is closed: no pack can be added to it. Send the other packs in a new file."""

    code = "batch_closed"


class DifferenceChanged(RuleViolation):
    """The batch has changed since: look again at what the corrected file changes."""

    code = "difference_changed"


def lock_manifest(*, manifest_id: int, states: tuple[ManifestState, ...] = DRAFT_ONLY) -> Manifest:
    """Return the manifest, locked until the end of the transaction.

    :raises NotADraft: when it is in none of ``states``; says why.
    """
    locked = Manifest.objects.select_for_update(no_key=True, of=("self",)).select_related("supplier")
    manifest = locked.get(pk=manifest_id)
    if manifest.state in states:
        return manifest
    if manifest.state == ManifestState.QUEUED:
        raise BeingRead
    if manifest.state == ManifestState.IMPORTED:
        raise BatchMade(f"Batch {(manifest.replaces or manifest.batch).number} was made of it.")
    if manifest.state == ManifestState.DISCARDED:
        raise NotADraft("The draft was discarded. Send the file again to open it.")
    raise NotADraft(f"{manifest.file_name} was not read: {manifest.refusal}")


def batch_of(manifest: Manifest) -> Batch | None:
    """Return the batch that packs of ``manifest`` were announced in already; none while it is only tried."""
    return Batch.objects.filter(manifest=manifest).first() if manifest.pk else None


@transaction.atomic
def discard(*, manifest_id: int, actor: Actor, at: datetime) -> Manifest:
    """Give a draft, or a file that could not be read, up; sending the file again opens it afresh.

    :raises BatchMade: when packs of it were announced.
    :raises NotADraft: when it is not a draft.
    """
    manifest = lock_manifest(manifest_id=manifest_id, states=MAY_BE_ANSWERED)
    if batch := batch_of(manifest):
        raise BatchMade(
            f"Batch {batch.number} was made of it. Leave the other rows out and announce: then it is done."
        )
    ManifestRow.objects.filter(manifest=manifest).delete()
    before = {"state": manifest.state, "finished_at": manifest.finished_at}
    manifest.state, manifest.finished_at = ManifestState.DISCARDED, at
    manifest.save(update_fields=["state", "finished_at"])
    event = Event(
        code="manifest.discarded",
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        supplier_id=manifest.supplier_id,
        before=before,
        after={"state": manifest.state, "finished_at": at},
    )
    record(events=[event], actor=actor, at=at)
    return manifest
