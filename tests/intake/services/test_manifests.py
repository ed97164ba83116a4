import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from intake.models import Batch, Manifest, ManifestRun, Pack
from intake.services import manifests
from intake.services.files import path_of
from intake.services.manifests import lease as leases
from intake.services.manifests import running
from rebattery.actor import task_actor
from rebattery.audit.trail import entry_of, events_of, events_of_pack, supplier_timeline
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


class TestAccept:
    def test_keeps_the_file_and_queues_it(self, db, django_capture_on_commit_callbacks, monkeypatch):
        sent = messages_to_the_broker(monkeypatch)
        supplier = make_supplier()
        actor = make_actor(make_person("supplier", supplier=supplier, name="Sue"))

        with django_capture_on_commit_callbacks(execute=True):
            manifest = accept(supplier, b"some,bytes\n", name="C:\\Users\\sue\\packs.csv", actor=actor)

        [event] = trail_of("manifest", manifest)
        assert (manifest.state, manifest.file_name, manifest.received_by) == ("queued", "packs.csv", "Sue")
        assert event.supplier_id == supplier.pk
        assert "Sue sent the file packs.csv (11 bytes, SHA-256" in entry_of(event).sentence
        assert sent == [("intake.tasks.import_manifest", {"manifest_id": manifest.pk})]
        balance()

    @pytest.mark.rule(9)
    def test_same_bytes_from_the_same_supplier_are_one_manifest(self, db):
        supplier = make_supplier()
        first = read(accept(supplier))

        again = accept(supplier, name="renamed.csv")

        assert again == first
        assert (again.state, again.file_name) == ("imported", "packs.csv")
        assert Batch.objects.filter(supplier=supplier).count() == 1
        assert [event.event_type for event in trail_of("manifest", first)] == [
            "manifest.accepted",
            "manifest.imported",
        ]
        balance()

    @pytest.mark.rule(9)
    def test_two_uploads_at_once_are_one_manifest(self, committed_db):
        supplier = make_supplier()
        together = threading.Barrier(4)

        def upload(_):
            try:
                together.wait()
                return accept(supplier).pk
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            keys = set(pool.map(upload, range(4)))

        assert len(keys) == 1
        assert [e.event_type for e in trail_of("manifest", Manifest.objects.get())] == ["manifest.accepted"]

    def test_same_bytes_from_two_suppliers_are_two_manifests(self, db):
        assert accept(make_supplier()) != accept(make_supplier())

    def test_works_with_the_broker_dead(self, committed_db, monkeypatch):
        def unreachable(*args, **kwargs):
            raise ConnectionError("nobody there")

        monkeypatch.setattr("celery.app.base.Celery.send_task", unreachable)

        manifest = accept(make_supplier())

        assert manifest.state == "queued"
        assert manifests.sweep() == 0

    def test_refuses_a_supplier_that_is_switched_off(self, db):
        supplier = make_supplier()
        supplier.is_active = False

        with pytest.raises(manifests.SupplierInactive):
            accept(supplier)


class TestRun:
    def test_announces_every_pack_with_its_claims(self, db):
        pack_type = make_pack_type(key="LEAF-40", variant="", nominal_energy_kwh=Decimal(40))
        supplier = make_supplier()

        batch = imported(supplier, manifest_csv("rb-0001", "RB-0002", **{"SOH (%)": "81.5"}))

        first, second = Pack.objects.filter(batch=batch).order_by("pk")
        assert batch.number == f"B-2026-{batch.pk:05}"
        assert (first.serial, first.row, second.serial, second.row) == ("RB-0001", 2, "RB-0002", 3)
        assert (first.status, first.status_at, first.version, first.supplier) == (
            "announced",
            AT,
            1,
            supplier,
        )
        assert (first.make, first.model, first.chemistry) == ("Nissan", "Leaf", "NMC")
        assert first.pack_type == pack_type
        assert (first.nominal_energy_kwh, first.declared_soh_percent) == (Decimal(40), Decimal("81.5"))
        assert first.declared["accident_flag"] is False
        assert first.declared_raw["Pack serial"] == "rb-0001"

    def test_writes_one_event_per_row_changed(self, db):
        supplier = make_supplier()

        batch = imported(supplier, manifest_csv("RB-0001", "RB-0002"))

        pack = batch.packs.get(serial="RB-0002")
        [event] = events_of_pack(pack_id=pack.pk)
        assert entry_of(event).sentence == f"Announced in batch {batch.number}, row 3 of the file."
        assert (event.actor_kind, event.actor_label, event.job_id) == ("task", "Manifest reader", "job-1")
        assert event.after["declared_soh_percent"] == "78.50"
        assert [e.event_type for e in trail_of("batch", batch)] == ["batch.announced"]
        told = supplier_timeline(events_of(subject_type="manifest", subject_id=batch.manifest_id))
        assert told[-1].sentence == f"The file packs.csv became batch {batch.number} with 2 packs."
        balance()

    @pytest.mark.rule(7)
    def test_reports_every_bad_row_and_imports_nothing(self, db):
        content = (
            manifest_csv("RB-0001", "RB-0002", "1.23E+15", "RB-0002")
            + manifest_csv("RB-0005", Accident="").split(b"\n", 1)[1]
        )

        manifest = read(accept(make_supplier(), content))

        assert manifest.state == "refused"
        assert problems(manifest) == [
            (4, "Pack serial", "serial_damaged", "1.23E+15"),
            (5, "Pack serial", "serial_repeated", "RB-0002"),
            (6, "Accident", "safety_blank", ""),
        ]
        assert (manifest.error_count, manifest.row_count) == (3, 5)
        assert manifest.refusal == "3 things are wrong in it. Nothing was imported."
        assert not Pack.objects.exists() and not Batch.objects.exists()
        [_, event] = trail_of("manifest", manifest)
        assert event.event_type == "manifest.refused"
        balance()

    @pytest.mark.rule(8)
    def test_reports_an_unknown_column_and_keeps_its_values(self, db):
        content = b"".join(
            line + tail + b"\n"
            for line, tail in zip(
                manifest_csv("RB-0001").split(b"\n"), (b",Lagerplatz", b",R4-17"), strict=False
            )
        )

        manifest = read(accept(make_supplier(), content))

        assert manifest.state == "imported"
        assert [rule for _, _, rule, _ in problems(manifest)] == ["column_unknown"]
        assert manifest.warning_count == 1
        assert manifest.batch.packs.get().declared["extra"] == {"Lagerplatz": "R4-17"}

    @pytest.mark.rule(24)
    @pytest.mark.parametrize("encoding", ["cp1252", "gb18030", "utf-8-sig", "utf-16"])
    def test_imports_the_spreadsheets_of_the_world(self, db, encoding):
        maker = {"cp1252": "Škoda", "gb18030": "日产", "utf-8-sig": "Citroën", "utf-16": "日产"}[encoding]
        text = manifest_csv("RB-0001", "RB-0002", Make=maker, **{"SOH (%)": "78|5"}).decode()
        content = text.replace(",", ";").replace("|", ",").encode(encoding)

        batch = imported(make_supplier(), content)

        assert {pack.declared_soh_percent for pack in batch.packs.all()} == {Decimal("78.5")}
        assert {pack.declared_raw["Make"] for pack in batch.packs.all()} == {maker}

    def test_refuses_a_file_that_is_no_table_with_its_sentence(self, db):
        manifest = read(accept(make_supplier(), b"%PDF-1.7 nothing", name="packs.csv"))

        assert manifest.state == "refused"
        assert "PDF" in manifest.refusal
        balance()

    def test_names_the_batch_of_a_serial_that_the_same_supplier_sent_before(self, db):
        supplier = make_supplier()
        before = imported(supplier, manifest_csv("RB-0001"))

        manifest = read(accept(supplier, manifest_csv("RB-0001", "RB-0002")))

        assert problems(manifest) == [(2, "Pack serial", "serial_already_announced", "RB-0001")]
        assert before.number in manifest.problems.get().message

    @pytest.mark.rule(5)
    def test_does_not_tell_whose_a_known_serial_is(self, db):
        other = make_supplier("OTHERCO")
        before = imported(other, manifest_csv("RB-0001"))

        manifest = read(accept(make_supplier(), manifest_csv("RB-0001", "RB-0002")))

        [problem] = manifest.problems.all()
        assert problem.rule == "serial_already_known"
        told = f"{problem.message} {problem.fix} {manifest.refusal}"
        assert before.number not in told and "OTHERCO" not in told

    def test_keeps_a_thousand_problems_and_counts_all(self, db):
        content = manifest_csv(*(f"RB-{n:05}" for n in range(1_500)), Accident="")

        manifest = read(accept(make_supplier(), content))

        assert manifest.problems.count() == 1_000
        assert manifest.error_count == 1_500
        assert {"rule": "safety_blank", "severity": "error", "count": 1_500} in manifest.summary["rules"]

    def test_counts_the_same_queries_for_any_number_of_packs(self, db):
        def queries(count, offset):
            manifest = accept(make_supplier(), manifest_csv(*(f"RB-{offset + n:05}" for n in range(count))))
            with CaptureQueriesContext(connection) as captured:
                assert read(manifest).state == "imported"
            return len(captured)

        assert queries(5, 0) == queries(1_500, 10_000)

    def test_survives_what_text_can_hold(self, db):
        awkward = "tab\there 'quote' back\\slash \\N \\u0000 ÄÖ 电"
        lines = manifest_csv("RB-0001").decode().split("\n")
        content = f"{lines[0]},Notes\n{lines[1]},{awkward}\n"

        pack = imported(make_supplier(), content.encode()).packs.get()

        assert pack.declared_raw["Notes"] == awkward
        assert pack.declared["notes"] == " ".join(awkward.split())

    def test_refuses_text_that_is_too_long(self, db):
        manifest = read(accept(make_supplier(), manifest_csv("RB-0001", Make="M" * 61)))

        assert [rule for _, _, rule, _ in problems(manifest) if rule == "too_long"] == ["too_long"]
        assert manifest.state == "refused"

    def test_leaves_a_settled_manifest_alone(self, db):
        manifest = read(accept(make_supplier()))

        assert read(manifest).state == "imported"

        assert Pack.objects.count() == 2
        assert ManifestRun.objects.get().attempts == 1
        balance()

    def test_lets_only_one_of_two_workers_read(self, committed_db):
        manifest = accept(make_supplier(), manifest_csv(*(f"RB-{n:05}" for n in range(500))))
        together = threading.Barrier(2)

        def work(_):
            try:
                together.wait()
                return read(manifest).state
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            states = list(pool.map(work, range(2)))

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

        assert read(manifest).state == "refused"

        assert problems(manifest) == [(3, "Pack serial", "serial_already_known", "RB-0002")]
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
        assert read(manifest).state == "refused"
        make_pack_type(key="LEAF-40", variant="")

        manifests.read_again(manifest_id=manifest.pk, actor=make_actor(make_person("administrator")), at=AT)
        settled = read(manifest)

        assert settled.state == "imported"
        assert settled.refusal == "" and settled.error_count == 0
        assert not settled.problems.filter(severity="error").exists()
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
