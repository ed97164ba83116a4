"""What the manifest tests do."""

from datetime import timedelta

from django.db.models.functions import Now

from intake.models import ManifestRun
from intake.services import manifests
from rebattery.actor import task_actor
from rebattery.audit.trail import events_of
from tests.factories import (
    AT,
    make_actor,
    manifest_csv,
)

READER = task_actor("Manifest reader", job_id="job-1")


def accept(supplier, content=None, *, name="packs.csv", actor=None):
    content = manifest_csv("RB-0001", "RB-0002") if content is None else content
    return manifests.accept(
        supplier=supplier, file_name=name, content=content, actor=actor or make_actor(), at=AT
    )


def read(manifest):
    return manifests.run(manifest_id=manifest.pk, actor=READER, at=AT)


def imported(supplier, content):
    manifest = read(accept(supplier, content))
    assert manifest.state == "imported", manifest.refusal
    return manifest.batch


def problems(manifest):
    return [(p.row, p.column, p.rule, p.value) for p in manifest.problems.order_by("pk")]


def trail_of(kind, row):
    return list(events_of(subject_type=kind, subject_id=row.pk))


def lapse(manifest):
    ManifestRun.objects.filter(manifest=manifest).update(lease_until=Now() - timedelta(seconds=1))


def messages_to_the_broker(monkeypatch):
    sent = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda app, name, kwargs, **_: sent.append((name, kwargs))
    )
    return sent
