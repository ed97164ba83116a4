"""The same bytes are one manifest; a dead broker stops nothing."""

import pytest

from intake.models import Batch, Manifest
from intake.services import manifests
from rebattery.audit.trail import entry_of
from tests.factories import (
    AT,
    balance,
    make_actor,
    make_person,
    make_supplier,
    manifest_csv,
)
from tests.intake.services.manifests.acts import (
    accept,
    draft,
    messages_to_the_broker,
    read,
    trail_of,
)
from tests.together import at_once


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

    def test_reads_a_refused_file_under_its_new_name(self, db):
        supplier = make_supplier()
        refused = read(accept(supplier, name="packs.pdf"))
        assert refused.state == "refused"
        assert accept(supplier, name="packs.pdf").state == "refused"

        again = accept(supplier, name="packs.csv")

        assert again == refused
        assert (again.state, again.file_name, again.refusal) == ("queued", "packs.csv", "")
        event = trail_of("manifest", again)[-1]
        assert event.event_type == "manifest.renamed"
        assert (event.before["file_name"], event.after["file_name"]) == ("packs.pdf", "packs.csv")
        assert (event.before["state"], event.after["state"]) == ("refused", "queued")
        assert entry_of(event).sentence.endswith("packs.pdf, which was not read, again as packs.csv.")
        assert read(again).state == "imported"
        balance()

    def test_checks_a_renamed_correction_before_it_changes_a_batch(self, db):
        supplier = make_supplier()
        batch = read(accept(supplier)).batch
        content = manifest_csv("RB-0001")
        read(accept(supplier, content, name="packs.pdf", replaces=batch))

        again = accept(supplier, content, name="packs.csv")

        assert (again.intent, again.replaces) == ("check", batch)
        assert read(again).state == "draft"

    @pytest.mark.rule(9)
    def test_two_uploads_at_once_are_one_manifest(self, committed_db):
        supplier = make_supplier()

        keys = set(at_once(lambda _: accept(supplier).pk, range(4)))

        assert len(keys) == 1
        assert [e.event_type for e in trail_of("manifest", Manifest.objects.get())] == ["manifest.accepted"]

    @pytest.mark.rule(9)
    def test_two_uploads_and_two_readers_at_once_are_one_batch(self, committed_db):
        supplier = make_supplier()

        keys = set(at_once(lambda _: read(accept(supplier)).pk, range(4)))

        assert len(keys) == 1
        assert Batch.objects.get().packs.count() == 2

    def test_two_uploads_of_a_discarded_file_open_it_once(self, committed_db):
        supplier = make_supplier()
        manifest = draft(supplier)
        manifests.discard(manifest_id=manifest.pk, actor=make_actor(), at=AT)

        assert set(at_once(lambda _: accept(supplier, intent="check").state, range(3))) == {"queued"}

        told = [event.event_type for event in trail_of("manifest", manifest)]
        assert told.count("manifest.opened_again") == 1

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
