"""What the manifest tests do."""

from datetime import timedelta

from django.db.models.functions import Now

from intake.models import Manifest, ManifestRun
from intake.queries.manifests import problems_of
from intake.services import manifests
from rebattery.actor import task_actor
from rebattery.audit.trail import events_of
from tests.factories import (
    AT,
    make_actor,
    manifest_csv,
)

READER = task_actor("Manifest reader", job_id="job-1")


def accept(supplier, content=None, *, name="packs.csv", actor=None, intent="announce_all", **options):
    content = manifest_csv("RB-0001", "RB-0002") if content is None else content
    return manifests.accept(
        supplier=supplier,
        file_name=name,
        content=content,
        actor=actor or make_actor(),
        at=AT,
        intent=intent,
        **options,
    )


def read(manifest):
    return manifests.run(manifest_id=manifest.pk, actor=READER, at=AT)


def imported(supplier, content):
    manifest = read(accept(supplier, content))
    assert manifest.state == "imported", manifest.refusal
    return manifest.batch


def draft(supplier, content=None, **options):
    manifest = read(accept(supplier, content, intent="check", **options))
    assert manifest.state == "draft", manifest.refusal
    return manifest


def submitted(manifest, intent="announce_valid", expected_on=None, **options):
    manifests.submit(
        manifest_id=manifest.pk,
        intent=intent,
        expected_on=expected_on,
        actor=make_actor(),
        at=AT,
        **options,
    )
    return read(manifest)


def edit(manifest, cells, **options):
    return manifests.edit_cells(manifest_id=manifest.pk, cells=cells, actor=make_actor(), at=AT, **options)


def answer(manifest, **answers):
    """Answer and read; "column__2" stands for the id "column:2"."""
    named = {name.replace("__", ":"): value for name, value in answers.items()}
    manifests.answer(manifest_id=manifest.pk, answers=named, actor=make_actor(), at=AT)
    return read(manifest)


def problems(manifest):
    shown = Manifest.objects.get(pk=manifest.pk)
    return [(p.row, p.column, p.rule, p.value) for p in problems_of(manifest=shown, limit=1_000)]


def trail_of(kind, row):
    return list(events_of(subject_type=kind, subject_id=row.pk))


def lapse(manifest):
    ManifestRun.objects.filter(manifest=manifest).update(lease_until=Now() - timedelta(hours=1))


def messages_to_the_broker(monkeypatch):
    sent = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda app, name, kwargs, **_: sent.append((name, kwargs))
    )
    return sent
