"""Second workers, lost leases, dead readers, another try: nothing is doubled."""

import pytest

from intake.models import Batch, ManifestRun, Pack
from intake.services import manifests
from intake.services.files import path_of
from intake.services.manifests import lease as leases
from intake.services.manifests import running
from rebattery.audit.trail import entry_of
from tests.factories import (
    AT,
    balance,
    make_actor,
    make_batch,
    make_pack_type,
    make_person,
    make_supplier,
    manifest_csv,
)
from tests.intake.services.manifests.acts import (
    accept,
    lapse,
    messages_to_the_broker,
    problems,
    read,
    trail_of,
)
from tests.together import at_once


class TestRun:
    def test_leaves_a_settled_manifest_alone(self, db):
        manifest = read(accept(make_supplier()))

        assert read(manifest).state == "imported"

        assert Pack.objects.count() == 2
        assert ManifestRun.objects.get().attempts == 1
        balance()

    def test_lets_only_one_of_two_workers_read(self, committed_db):
        manifest = accept(make_supplier(), manifest_csv(*(f"RB-{n:05}" for n in range(500))))

        states = at_once(lambda _: read(manifest).state, range(2))

        assert "imported" in states
        assert Pack.objects.count() == 500
        assert ManifestRun.objects.get().attempts == 1

    def test_a_worker_that_lost_its_lease_writes_nothing(self, db, monkeypatch):
        manifest = accept(make_supplier())
        announce = running.announce

        def taken_over_first(*args):
            lapse(manifest)
            assert leases.claim(manifest_id=manifest.pk)
            announce(*args)

        monkeypatch.setattr(running, "announce", taken_over_first)

        assert read(manifest).state == "queued"

        assert not Pack.objects.exists() and not Batch.objects.exists()
        balance()

    def test_sees_a_batch_that_overtook_it(self, db, monkeypatch):
        manifest = accept(make_supplier(), manifest_csv("RB-0001", "RB-0002"))
        announce = running.announce
        overtaking = iter([lambda: make_batch(packs=[{"serial": "RB-0002"}])])

        def overtaken_once(*args):
            next(overtaking, lambda: None)()
            announce(*args)

        monkeypatch.setattr(running, "announce", overtaken_once)

        assert read(manifest).state == "draft"

        assert problems(manifest) == [(3, "Pack serial", "serial_already_known", "RB-0002")]
        assert not Pack.objects.filter(serial="RB-0001").exists()
        balance()

    def test_gives_up_after_four_attempts(self, db):
        manifest = accept(make_supplier())
        path_of(manifest.stored_file).unlink()
        for _ in range(leases.MAX_ATTEMPTS):
            with pytest.raises(RuntimeError):
                read(manifest)
            assert read(manifest).state == "queued"  # not before the pause is over
            lapse(manifest)

        failed = read(manifest)

        assert failed.state == "failed"
        event = trail_of("manifest", manifest)[-1]
        assert "failed after 4 attempts" in entry_of(event).sentence
        assert entry_of(event, for_supplier=True).sentence.startswith("We could not read the file")
        balance()


class TestReadAgain:
    def test_imports_what_was_refused_once_the_reason_is_gone(self, db):
        supplier, other = make_supplier(), make_supplier()
        manifest = accept(supplier, manifest_csv("RB-0001", Make="", Model="Leaf"))
        assert read(manifest).state == "draft"
        make_pack_type(key="LEAF-40", variant="")

        manifests.read_again(manifest_id=manifest.pk, actor=make_actor(make_person("administrator")), at=AT)
        settled = read(manifest)

        assert settled.state == "imported"
        assert settled.refusal == "" and settled.error_count == 0
        assert not settled.rows.exists()
        assert other.batches.count() == 0
        balance()

    def test_leaves_a_waiting_one_as_it_is(self, db):
        manifest = accept(make_supplier())

        assert manifests.read_again(manifest_id=manifest.pk, actor=make_actor(), at=AT).state == "queued"

        assert len(trail_of("manifest", manifest)) == 1

    def test_refuses_one_that_became_a_batch(self, db):
        manifest = read(accept(make_supplier()))

        with pytest.raises(manifests.ManifestSettled):
            manifests.read_again(manifest_id=manifest.pk, actor=make_actor(), at=AT)


class TestSweep:
    def test_nudges_what_waits_and_what_nobody_reads_any_more(self, db, monkeypatch):
        sent = messages_to_the_broker(monkeypatch)
        waiting = accept(make_supplier(), manifest_csv("RB-0001"))
        busy = accept(make_supplier(), manifest_csv("RB-0002"))
        dead = accept(make_supplier(), manifest_csv("RB-0003"))
        read(accept(make_supplier(), manifest_csv("RB-0004")))
        for manifest in (busy, dead):
            assert leases.claim(manifest_id=manifest.pk)
        lapse(dead)

        assert manifests.sweep() == 2

        assert [ids["manifest_id"] for _, ids in sent] == [waiting.pk, dead.pk]
