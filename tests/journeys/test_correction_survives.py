"""A worker killed while it applies a corrected file changes nothing, and the next one does it once."""

from datetime import timedelta

import pytest
from django.db.models import Count
from django.db.models.functions import Now

from intake.models import Manifest, ManifestRun, Pack
from intake.services import manifests
from rebattery.audit.trail import events
from tests.factories import AT, make_actor, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import accept, imported, read
from tests.journeys.waiting import wait_for

PACKS = 20_000


def state_of(manifest):
    return Manifest.objects.get(pk=manifest.pk).state


@pytest.mark.rule(10)
def test_a_correction_survives_kill_9(worker):
    serials = [f"RB-{number:06}" for number in range(PACKS)]
    batch = imported(make_supplier(), manifest_csv(*serials))
    corrected = manifest_csv(*serials[1:], "RB-NEW", **{"SOH (%)": "70"})
    manifest = read(accept(batch.supplier, corrected, replaces=batch))
    wait_for(lambda: state_of(manifest) != "queued")  # the worker may have been the first to read it
    run, told = ManifestRun.objects.filter(manifest=manifest), events().count()
    manifests.submit(
        manifest_id=manifest.pk, intent="announce_all", expected_on=None, actor=make_actor(), at=AT
    )
    wait_for(lambda: run.filter(step="announcing", rows_done__gt=0).exists())
    worker.kill_9()

    assert state_of(manifest) == "queued" and events().count() == told + 1
    assert not Pack.objects.exclude(status="announced").exists()
    assert Pack.objects.filter(version=1).count() == PACKS

    run.update(lease_until=Now() - timedelta(seconds=1))
    worker.restart()
    assert manifests.sweep() == 1
    wait_for(lambda: state_of(manifest) != "queued")

    assert state_of(manifest) == "imported"
    found = dict(events().order_by().values_list("event_type").annotate(number=Count("id")))
    assert found["pack.declaration_changed"] == PACKS - 1
    assert (found["pack.withdrawn"], found["manifest.applied"]) == (1, 1)
    assert found["pack.announced"] == Pack.objects.count() == PACKS + 1
