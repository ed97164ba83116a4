"""A worker killed in the middle of an import leaves nothing half-done, and the next one finishes."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now

from intake.models import Batch, Manifest, ManifestRun, Pack
from intake.services import manifests
from rebattery.audit.trail import events
from tests.factories import AT, make_actor, make_supplier, manifest_csv

PACKS = 40_000
PATIENCE_S = 90


def wait_for(condition):
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


@pytest.mark.rule(10)
@pytest.mark.parametrize("step", ["reading", "announcing"])
def test_an_import_survives_kill_9(worker, step):
    serials = (f"RB-{number:06}" for number in range(PACKS))
    manifest = manifests.accept(
        supplier=make_supplier(),
        file_name="packs.csv",
        content=manifest_csv(*serials),
        actor=make_actor(),
        at=AT,
    )
    run = ManifestRun.objects.filter(manifest=manifest)

    wait_for(lambda: run.filter(step=step, rows_done__gt=0).exists())
    worker.kill_9()

    assert Manifest.objects.get().state == "queued"
    assert (Batch.objects.count(), Pack.objects.count()) == (0, 0)

    # The lease runs for minutes; the test lets it lapse now.
    run.update(lease_until=Now() - timedelta(seconds=1))
    worker.restart()
    assert manifests.sweep() == 1
    wait_for(lambda: Manifest.objects.get().state != "queued")

    assert Manifest.objects.get().state == "imported"
    assert Batch.objects.get().packs.count() == PACKS
    assert run.get().attempts == 2
    told = dict(events().order_by().values_list("event_type").annotate(number=Count("id")))
    assert told["pack.announced"] == PACKS
    assert (told["batch.announced"], told["manifest.imported"]) == (1, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_pack p WHERE NOT EXISTS (SELECT 1 FROM audit_event e"
                       " WHERE e.subject_type = 'pack' AND e.subject_id = p.id)")  # fmt: skip
        assert cursor.fetchone() == (0,)
