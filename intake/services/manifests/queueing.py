"""Put a manifest back into the queue of the readers."""

from datetime import date, datetime
from typing import Any

from intake.models import Batch, Intent, Manifest, ManifestState
from intake.services.manifests.lease import wait_anew
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.jobs import Job, enqueue


def queue_again(
    *,
    manifest: Manifest,
    code: str,
    actor: Actor,
    at: datetime,
    intent: str | None = None,
    expected_on: date | None = None,
    replaces: Batch | None = None,
    file_name: str | None = None,
) -> Manifest:
    """Have a worker read ``manifest``, whose row the caller has locked, under the event ``code``.

    :param intent: what the reading is for from now on; None leaves it.
    :param expected_on: when the packs are to arrive; None leaves it.
    :param replaces: the batch that it corrects; None leaves it.
    :param file_name: the name that it came under this time; None leaves it.
    """
    after: dict[str, Any] = {"state": ManifestState.QUEUED.value, "refusal": "", "finished_at": None}
    if intent is not None:
        after["intent"] = Intent(intent).value
    if expected_on is not None:
        after["expected_on"] = expected_on
    if replaces is not None:
        after["replaces_id"] = replaces.pk
    facts = {}
    if file_name is not None:
        after["file_name"], facts = file_name, {"was": manifest.file_name}
    before = {name: getattr(manifest, name) for name in after}
    for name, value in after.items():
        setattr(manifest, name, value)
    manifest.save(update_fields=[name.removesuffix("_id") for name in after])
    wait_anew(manifest.pk)
    event = Event(
        code=code,
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        supplier_id=manifest.supplier_id,
        before=before,
        after=after,
        facts=facts,
    )
    record(events=[event], actor=actor, at=at)
    enqueue(Job.IMPORT_MANIFEST, manifest_id=manifest.pk)
    return manifest
