"""Background jobs of intake."""

from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from intake.services import attachments, manifests
from rebattery.actor import task_actor
from rebattery.jobs import Job


@shared_task(bind=True, name=Job.IMPORT_MANIFEST.value)
def import_manifest(self: Task, *, manifest_id: int, **_: Any) -> None:
    """Read one manifest. Natural key: the manifest, one per supplier and SHA-256; settled ones stay."""
    actor = task_actor("Manifest reader", job_id=self.request.id or "")
    manifests.run(manifest_id=manifest_id, actor=actor, at=timezone.now())


@shared_task(name=Job.SWEEP_MANIFESTS.value)
def sweep_manifests(**_: Any) -> None:
    """Nudge what waits. Natural key: the waiting manifests themselves; a second run nudges again in vain."""
    manifests.sweep()


@shared_task(bind=True, name=Job.TAKE_IN_ATTACHMENTS.value)
def take_in_attachments(self: Task, *, upload_id: int, **_: Any) -> None:
    """Take one upload of documents in. Natural key: the upload; settled ones stay."""
    actor = task_actor("Document reader", job_id=self.request.id or "")
    attachments.run(upload_id=upload_id, actor=actor, at=timezone.now())


@shared_task(name=Job.SWEEP_ATTACHMENTS.value)
def sweep_attachments(**_: Any) -> None:
    """Nudge what waits. Natural key: the waiting uploads themselves; a second run nudges again in vain."""
    attachments.sweep()
