"""Giving a draft up, and opening it again by sending the file again."""

import pytest

from intake.models import Batch, Manifest, ManifestCorrection, ManifestRow
from intake.services import manifests
from tests.factories import AT, balance, make_actor, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import accept, draft, edit, read, submitted, trail_of

MIXED = manifest_csv("RB-0001") + manifest_csv("RB-0002", Accident="").split(b"\n", 1)[1]


def discard(manifest):
    return manifests.discard(manifest_id=manifest.pk, actor=make_actor(), at=AT)


class TestDiscard:
    def test_gives_the_draft_up_with_its_rows(self, db):
        manifest = draft(make_supplier())

        assert discard(manifest).state == "discarded"

        assert not ManifestRow.objects.exists()
        assert trail_of("manifest", manifest)[-1].event_type == "manifest.discarded"
        with pytest.raises(manifests.NotADraft, match="was discarded"):
            edit(manifest, {2: {5: "81"}})
        with pytest.raises(manifests.ManifestSettled):
            manifests.read_again(manifest_id=manifest.pk, actor=make_actor(), at=AT)
        balance()

    def test_refuses_what_has_packs_in_a_batch(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))

        with pytest.raises(manifests.BatchMade):
            discard(manifest)

        assert Batch.objects.count() == 1

    def test_opens_a_fresh_draft_when_the_file_comes_again(self, db):
        supplier = make_supplier()
        manifest = draft(supplier, MIXED)
        edit(manifest, {2: {5: "81"}})
        discard(manifest)

        again = accept(supplier, MIXED, intent="check")

        assert (again.pk, again.state, again.intent) == (manifest.pk, "queued", "check")
        assert not ManifestCorrection.objects.filter(undone_at=None).exists()
        read(again)
        assert str(ManifestRow.objects.get(row=2).declared_soh_percent) == "78.50"
        assert [event.event_type for event in trail_of("manifest", manifest)] == [
            "manifest.accepted", "manifest.checked", "manifest.discarded", "manifest.opened_again",
            "manifest.checked",
        ]  # fmt: skip
        assert Manifest.objects.count() == 1
        balance()
