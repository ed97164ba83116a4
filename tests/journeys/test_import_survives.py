"""A worker killed in the middle of an import leaves nothing half-done, and the next one finishes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now

from intake.models import Batch, Manifest, ManifestRow, ManifestRun, Pack
from intake.services import manifests
from rebattery.audit.trail import events
from tests.factories import AT, make_actor, make_supplier, manifest_csv
from tests.journeys.waiting import wait_for

PACKS = 40_000
FAULTY = 100


def accept(content, intent):
    return manifests.accept(
        supplier=make_supplier(),
        file_name="packs.csv",
        content=content,
        actor=make_actor(),
        at=AT,
        intent=intent,
    )


def mixed():
    faulty = manifest_csv(*(f"RX-{number:06}" for number in range(FAULTY)), Accident="")
    return manifest_csv(*serials()) + faulty.split(b"\n", 1)[1]


def serials():
    return (f"RB-{number:06}" for number in range(PACKS))


def kill_at(worker, step):
    """Kill the worker at ``step`` and let another one read the manifest to its end."""
    run = ManifestRun.objects.all()
    wait_for(lambda: run.filter(step=step, rows_done__gt=0).exists())
    worker.kill_9()

    assert Manifest.objects.get().state == "queued"
    assert (Batch.objects.count(), Pack.objects.count(), ManifestRow.objects.count()) == (0, 0, 0)

    # The lease runs for minutes; the test lets it lapse now.
    run.update(lease_until=Now() - timedelta(seconds=1))
    worker.restart()
    assert manifests.sweep() == 1
    wait_for(lambda: Manifest.objects.get().state != "queued")
    assert run.get().attempts == 2


def told():
    return dict(events().order_by().values_list("event_type").annotate(number=Count("id")))


def packs_without_event():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_pack p WHERE NOT EXISTS (SELECT 1 FROM audit_event e"
                       " WHERE e.subject_type = 'pack' AND e.subject_id = p.id)")  # fmt: skip
        return cursor.fetchone()[0]


@pytest.mark.rule(10)
@pytest.mark.parametrize("step", ["reading", "announcing"])
def test_an_import_survives_kill_9(worker, step):
    accept(manifest_csv(*serials()), "announce_all")

    kill_at(worker, step)

    assert Manifest.objects.get().state == "imported"
    assert Batch.objects.get().packs.count() == PACKS
    assert told()["pack.announced"] == PACKS
    assert (told()["batch.announced"], told()["manifest.imported"]) == (1, 1)
    assert packs_without_event() == 0


@pytest.mark.rule(10)
def test_the_staging_of_a_draft_survives_kill_9(worker):
    accept(mixed(), "check")

    kill_at(worker, "staging")

    manifest = Manifest.objects.get()
    assert (manifest.state, manifest.rows.count()) == ("draft", PACKS + FAULTY)
    assert (manifest.summary["accepted"], manifest.summary["refused"]) == (PACKS, FAULTY)
    assert told()["manifest.checked"] == 1


@pytest.mark.rule(10)
def test_the_announcing_of_a_part_survives_kill_9(worker):
    accept(mixed(), "announce_valid")

    kill_at(worker, "announcing")

    manifest = Manifest.objects.get()
    assert (manifest.state, manifest.batch.packs.count()) == ("draft", PACKS)
    fates = dict(manifest.rows.order_by().values_list("fate").annotate(number=Count("id")))
    assert fates == {"announced": PACKS, "open": FAULTY}
    assert (told()["pack.announced"], told()["manifest.announced_in_part"]) == (PACKS, 1)
    assert packs_without_event() == 0
