"""What a draft must be before it is announced, and what is remembered of it."""

from datetime import date

import pytest

from intake.models import KnownLayout, Manifest, Pack
from intake.services import manifests
from intake.services.suppliers import change_supplier
from intake.services.withdrawing import withdraw_batch
from rebattery.audit.trail import entry_of
from tests.factories import AT, balance, make_actor, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import accept, answer, draft, read, submitted, trail_of

UNKNOWN = b"SOH method", b"Lagerplatz"
BAD = manifest_csv("RB-0009", Accident="").split(b"\n", 1)[1]


def submit(manifest, intent="announce_all", expected_on=None):
    manifests.submit(
        manifest_id=manifest.pk, intent=intent, expected_on=expected_on, actor=make_actor(), at=AT
    )


class TestSubmit:
    def test_queues_the_draft_for_announcing(self, db):
        manifest = draft(make_supplier())

        submit(manifest, expected_on=date(2026, 11, 30))

        shown = Manifest.objects.get()
        assert (shown.state, shown.intent, shown.expected_on) == (
            "queued",
            "announce_all",
            date(2026, 11, 30),
        )
        assert trail_of("manifest", manifest)[-1].event_type == "manifest.submitted"
        assert read(manifest).batch.expected_on == date(2026, 11, 30)
        balance()

    @pytest.mark.parametrize(
        ("content", "intent", "refusal"),
        [
            (manifest_csv("RB-0001").replace(*UNKNOWN), "announce_valid", manifests.QuestionsOpen),
            (manifest_csv("RB-0001") + BAD, "announce_all", manifests.StillWrong),
            (manifest_csv("RB-0001", Accident=""), "announce_valid", manifests.NothingToAnnounce),
        ],
    )
    def test_refuses_what_is_not_ready(self, db, content, intent, refusal):
        manifest = draft(make_supplier(), content)

        with pytest.raises(refusal):
            submit(manifest, intent)

        assert Manifest.objects.get().state == "draft"

    @pytest.mark.parametrize("is_closed", [False, True])
    def test_ends_a_file_whose_other_rows_are_left_out(self, db, is_closed):
        manifest = submitted(draft(make_supplier(), manifest_csv("RB-0001") + BAD), "announce_valid")
        assert manifest.state == "draft"
        manifests.drop_rows(manifest_id=manifest.pk, rows=[3], actor=make_actor(), at=AT)
        if is_closed:
            withdraw_batch(batch_id=manifest.batch.pk, reason="Sold", actor=make_actor(), at=AT)

        ended = submitted(manifest, "announce_all")

        assert (ended.state, ended.refusal) == ("imported", "")
        assert (ended.summary["announced"], ended.summary["dropped"]) == (1, 1)
        assert list(Pack.objects.values_list("serial", flat=True)) == ["RB-0001"]
        assert not ended.rows.exists()
        assert [event.event_type for event in trail_of("manifest", manifest)][-2:] == [
            "manifest.submitted", "manifest.imported",
        ]  # fmt: skip
        balance()

    def test_refuses_an_arrival_in_the_past(self, db):
        with pytest.raises(manifests.ExpectedInThePast):
            submit(draft(make_supplier()), expected_on=date(2026, 11, 19))

    def test_refuses_a_supplier_that_is_switched_off(self, db):
        manifest = draft(make_supplier())
        change_supplier(
            supplier_id=manifest.supplier_id, name="G", country="", is_active=False, actor=make_actor(), at=AT
        )

        with pytest.raises(manifests.SupplierInactive):
            submit(manifest)

    def test_refuses_what_is_no_draft(self, db):
        with pytest.raises(manifests.BatchMade):
            submit(read(accept(make_supplier())))


class TestRemember:
    def test_asks_once_about_a_layout(self, db):
        supplier = make_supplier()
        first = answer(draft(supplier, manifest_csv("RB-0001").replace(*UNKNOWN)), column__6="extra")
        assert submitted(first, "announce_all").state == "imported"

        second = read(accept(supplier, manifest_csv("RB-0002").replace(*UNKNOWN)))

        assert second.state == "imported"
        assert second.summary["remembered"] == [{"id": "column:6", "value": "extra"}]
        assert Pack.objects.get(serial="RB-0002").declared["extra"] == {"Lagerplatz": "bms"}
        [event] = trail_of("layout", KnownLayout.objects.get())
        assert entry_of(event).sentence == "The answers about 1 column of packs.csv are remembered."
        assert trail_of("manifest", second)[-1].facts["remembered"] == second.summary["remembered"]
        balance()

    def test_lets_a_file_answer_for_itself(self, db):
        supplier = make_supplier()
        first = answer(draft(supplier, manifest_csv("RB-0001").replace(*UNKNOWN)), column__6="extra")
        submitted(first, "announce_all")

        second = answer(draft(supplier, manifest_csv("RB-0002").replace(*UNKNOWN)), column__6="ignore")
        assert submitted(second, "announce_all").state == "imported"

        assert "extra" not in Pack.objects.get(serial="RB-0002").declared
        assert KnownLayout.objects.get().answers == {"column:6": "ignore"}
        assert [event.event_type for event in trail_of("layout", KnownLayout.objects.get())] == [
            "layout.remembered", "layout.changed",
        ]  # fmt: skip
        balance()

    def test_announces_as_it_was_checked(self, db):
        supplier = make_supplier()
        submitted(
            answer(draft(supplier, manifest_csv("RB-0001").replace(*UNKNOWN)), column__6="extra"),
            "announce_all",
        )
        checked = draft(supplier, manifest_csv("RB-0002").replace(*UNKNOWN))
        other = answer(draft(supplier, manifest_csv("RB-0003").replace(*UNKNOWN)), column__6="ignore")
        submitted(other, "announce_all")

        submitted(checked, "announce_all")

        assert Pack.objects.get(serial="RB-0002").declared["extra"] == {"Lagerplatz": "bms"}

    def test_tells_another_supplier_nothing(self, db):
        first = draft(make_supplier(), manifest_csv("RB-0001").replace(*UNKNOWN))
        submitted(answer(first, column__6="extra"), "announce_all")

        second = read(accept(make_supplier(), manifest_csv("RB-0002").replace(*UNKNOWN)))

        assert (second.state, second.summary["remembered"]) == ("draft", [])
