"""Part of a file becomes a batch, the rest stays a draft; nothing is announced twice."""

import pytest
from django.utils import timezone

from intake.models import Batch, Manifest, Pack
from intake.services import manifests
from intake.services.manifests import running
from intake.services.receiving import close_batch
from rebattery.audit.trail import entry_of, events_of_pack
from tests.factories import AT, balance, make_actor, make_batch, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import accept, draft, edit, problems, read, submitted, trail_of

BAD = manifest_csv("RB-0003", **{"SOH (%)": "250"}).split(b"\n", 1)[1]
MIXED = manifest_csv("RB-0001", "RB-0002") + BAD
"""Rows 2 and 3 can be packs, row 4 cannot."""


def fates(manifest):
    return list(manifest.rows.order_by("row").values_list("row", "fate"))


class TestAnnounceValid:
    def test_announces_what_is_ready_and_keeps_the_rest(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))

        assert manifest.state == "draft"
        assert [pack.serial for pack in manifest.batch.packs.order_by("row")] == ["RB-0001", "RB-0002"]
        assert fates(manifest) == [(2, "announced"), (3, "announced"), (4, "open")]
        assert [row for row, *_ in problems(manifest)] == [4]
        counts = {name: manifest.summary[name] for name in ("accepted", "refused", "announced", "errors")}
        assert counts == {"accepted": 0, "refused": 1, "announced": 2, "errors": 1}
        told = [entry_of(event).sentence for event in trail_of("manifest", manifest)]
        number = manifest.batch.number
        assert told[-1] == (
            f"2 packs of the file packs.csv came into batch {number}; still to be mended: 1 row."
        )
        balance()

    def test_takes_an_upload_at_its_word(self, db):
        manifest = read(accept(make_supplier(), MIXED, intent="announce_valid"))

        assert (manifest.state, manifest.batch.packs.count()) == ("draft", 2)
        balance()

    def test_adds_the_mended_rest_to_the_same_batch(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))
        first = list(Pack.objects.values_list("pk", flat=True))
        edit(manifest, {4: {5: "82.5"}})

        manifest = submitted(manifest)

        assert (manifest.state, Batch.objects.count()) == ("imported", 1)
        late = manifest.batch.packs.exclude(pk__in=first).get()
        assert (late.serial, late.row, str(late.declared_soh_percent)) == ("RB-0003", 4, "82.50")
        assert not manifest.rows.exists()
        assert [len(events_of_pack(pack_id=pack.pk)) for pack in manifest.batch.packs.all()] == [1, 1, 1]
        told = [entry_of(event).sentence for event in trail_of("manifest", manifest)]
        assert told[-1] == f"The file packs.csv became batch {manifest.batch.number} with 3 packs."
        balance()

    def test_is_done_when_the_rest_is_left_out(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))
        manifests.drop_rows(manifest_id=manifest.pk, rows=[4], actor=make_actor(), at=AT)

        manifest = submitted(manifest)

        assert (manifest.state, manifest.batch.packs.count()) == ("imported", 2)
        balance()

    def test_never_announces_a_row_twice(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))

        manifests.read_again(manifest_id=manifest.pk, actor=make_actor(), at=AT)
        manifest = read(manifest)

        assert (manifest.state, Pack.objects.count()) == ("draft", 2)
        assert fates(manifest) == [(2, "announced"), (3, "announced"), (4, "open")]
        assert manifest.refusal == "No row is ready. Nothing was announced."
        balance()

    def test_refuses_a_serial_of_its_own_batch_in_another_row(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))

        edit(manifest, {4: {0: "RB-0001", 5: "80"}})

        rules = [rule for _, _, rule, _ in problems(manifest)]
        assert rules == ["serial_repeated", "serial_already_announced"]

    def test_refuses_a_batch_that_is_closed(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))
        edit(manifest, {4: {5: "82.5"}})
        close_batch(batch_id=manifest.batch.pk, actor=make_actor(), at=AT)

        with pytest.raises(manifests.BatchIsClosed):
            submitted(manifest)

        assert Pack.objects.count() == 2

    def test_stays_a_draft_when_its_batch_is_closed_meanwhile(self, db):
        manifest = submitted(draft(make_supplier(), MIXED))
        edit(manifest, {4: {5: "82.5"}})
        manifests.submit(
            manifest_id=manifest.pk, intent="announce_valid", expected_on=None, actor=make_actor(), at=AT
        )
        close_batch(batch_id=manifest.batch.pk, actor=make_actor(), at=AT)

        manifest = read(manifest)

        assert manifest.state == "draft"
        assert "is closed" in manifest.refusal
        assert fates(manifest) == [(2, "announced"), (3, "announced"), (4, "open")]
        balance()

    def test_sees_a_batch_that_overtook_it(self, db, monkeypatch):
        manifest = draft(make_supplier(), MIXED)
        announce = running.announce
        overtaking = iter([lambda: make_batch(packs=[{"serial": "RB-0002"}])])

        def overtaken_once(*args):
            next(overtaking, lambda: None)()
            announce(*args)

        monkeypatch.setattr(running, "announce", overtaken_once)

        manifest = submitted(manifest)

        assert [pack.serial for pack in manifest.batch.packs.all()] == ["RB-0001"]
        assert [(row, rule) for row, _, rule, _ in problems(manifest)] == [
            (3, "serial_already_known"),
            (4, "out_of_range"),
        ]
        balance()

    def test_announces_nothing_while_a_question_is_open(self, db):
        content = MIXED.replace(b"SOH method", b"Lagerplatz")

        manifest = read(accept(make_supplier(), content, intent="announce_valid"))

        assert (manifest.state, Pack.objects.count()) == ("draft", 0)
        assert {fate for _, fate in fates(manifest)} == {"open"}


class TestAnnounceAll:
    def test_copies_the_expected_arrival(self, db):
        day = timezone.localdate(AT)

        manifest = submitted(draft(make_supplier()), "announce_all", expected_on=day)

        assert manifest.batch.expected_on == day
        balance()

    def test_announces_the_file_with_its_corrections(self, db):
        manifest = draft(make_supplier(), MIXED)
        edit(manifest, {4: {5: "82.5"}})
        manifests.drop_rows(manifest_id=manifest.pk, rows=[3], actor=make_actor(), at=AT)

        manifest = submitted(manifest, "announce_all")

        assert manifest.state == "imported"
        packs = manifest.batch.packs.order_by("row")
        assert [(pack.row, pack.serial) for pack in packs] == [(2, "RB-0001"), (4, "RB-0003")]
        assert packs[1].declared_raw["SOH (%)"] == "82.5"
        assert (manifest.summary["dropped"], manifest.summary["announced"]) == (1, 2)
        balance()

    def test_stages_nothing_of_a_clean_file(self, db):
        manifest = read(accept(make_supplier()))

        assert manifest.state == "imported"
        assert not manifest.rows.exists()


class TestReplacing:
    def test_is_only_checked_at_first(self, db):
        supplier = make_supplier()
        batch = make_batch(supplier, packs=[{"serial": "RB-0001", "declared_soh_percent": 70}])

        manifest = read(accept(supplier, manifest_csv("RB-0001", "RB-0009"), replaces=batch))

        assert (manifest.state, manifest.replaces) == ("draft", batch)
        assert problems(manifest) == []
        assert Pack.objects.count() == 1

    def test_refuses_the_batch_of_another_supplier(self, db):
        with pytest.raises(manifests.ReplacesAnothers):
            accept(make_supplier(), replaces=make_batch())
        assert not Manifest.objects.filter(replaces__isnull=False).exists()
