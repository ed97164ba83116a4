import pytest

from intake.models import Intent
from intake.services import manifests
from intake.services.receiving import close_batch, receive_many
from intake.services.telling import MOST_NAMED, tell_settled
from intake.services.withdrawing import withdraw_batch
from rebattery.notices.models import Notice
from tests.factories import AT, balance, make_actor, make_batch, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import draft, imported, submitted


def settle(manifest, code, why="", **facts):
    tell_settled(manifest=manifest, code=code, facts=facts, why=why, at=AT)


@pytest.fixture
def batch(db):
    return make_batch(packs=[{"serial": f"RB-000{number}"} for number in range(3)])


@pytest.fixture
def manifest(batch):
    batch.manifest.file_name = "packs.csv"
    return batch.manifest


def told():
    return [(notice.topic, notice.title, notice.text) for notice in Notice.objects.order_by("pk")]


class TestTellSettled:
    def test_tells_that_a_file_was_refused_and_why(self, manifest):
        settle(manifest, "manifest.refused", why="The file is empty.")

        assert told() == [("file_refused", "packs.csv was refused", "The file is empty. Send a mended file.")]
        assert Notice.objects.get().path == f"/manifests/{manifest.pk}/"

    def test_keeps_our_own_trouble_to_ourselves(self, manifest):
        settle(manifest, "manifest.failed", why="The worker ran out of memory.", attempts=4)

        [(topic, title, text)] = told()
        assert (topic, title) == ("file_failed", "packs.csv could not be read")
        assert "memory" not in text

    def test_tells_once_that_a_draft_needs_somebody(self, manifest):
        manifest.intent, manifest.error_count = Intent.CHECK, 2

        settle(manifest, "manifest.checked", ready=1, refused=2)
        settle(manifest, "manifest.checked", ready=2, refused=1)

        assert told() == [
            ("file_checked", "packs.csv needs you", "1 pack ready, 2 to be mended. Answer and mend it there.")
        ]

    def test_tells_of_open_questions(self, manifest):
        manifest.intent, manifest.summary = Intent.CHECK, {"questions": [{"id": "column:3"}]}

        settle(manifest, "manifest.checked", ready=3, refused=0)

        assert len(told()) == 1

    def test_is_silent_about_a_clean_check(self, manifest):
        manifest.intent = Intent.CHECK

        settle(manifest, "manifest.checked", ready=3, refused=0)

        assert told() == []

    def test_tells_who_wanted_to_announce_that_nothing_was(self, manifest):
        manifest.intent = Intent.ANNOUNCE_ALL

        settle(
            manifest, "manifest.checked", why="No row is ready. Nothing was announced.", ready=0, refused=0
        )

        assert "Nothing was announced." in told()[0][2]

    def test_tells_each_announcement_of_a_batch(self, manifest, batch):
        settle(manifest, "manifest.announced_in_part", batch=batch.number, packs=2, rest=1)
        settle(manifest, "manifest.announced_in_part", batch=batch.number, packs=2, rest=1)
        settle(manifest, "manifest.imported", batch=batch.number, packs=3)

        assert [(topic, title) for topic, title, _ in told()] == [
            ("batch_announced", f"Batch {batch.number} was announced with 2 packs"),
            ("batch_announced", f"Batch {batch.number} was announced with 3 packs"),
        ]
        assert told()[0][2].endswith("1 row waits in the draft to be mended.")

    @pytest.mark.parametrize("code", ["manifest.accepted", "manifest.discarded", "manifest.submitted"])
    def test_is_silent_about_the_rest(self, manifest, code):
        settle(manifest, code)

        assert told() == []


class TestTellClosed:
    def close(self, batch):
        close_batch(batch_id=batch.pk, actor=make_actor(), at=AT)

    def test_names_the_packs_that_are_missing(self, batch):
        receive_many(batch_id=batch.pk, serials=["RB-0001"], actor=make_actor(), at=AT)

        self.close(batch)

        assert told() == [
            (
                "batch_closed",
                f"Batch {batch.number} was closed, 2 packs missing",
                "1 pack arrived. Missing: RB-0000, RB-0002. A pack that comes late is still received.",
            )
        ]
        balance()

    def test_says_that_all_arrived(self, batch):
        serials = list(batch.packs.values_list("serial", flat=True))
        receive_many(batch_id=batch.pk, serials=serials, actor=make_actor(), at=AT)

        self.close(batch)

        assert told()[0][1:] == (
            f"Batch {batch.number} was closed, all packs arrived",
            "3 packs arrived.",
        )

    def test_names_at_most_a_hundred(self, db):
        self.close(make_batch(packs=MOST_NAMED + 7))

        text = told()[0][2]
        assert text.count("RB-") == MOST_NAMED and "and 7 more." in text


class TestTellCancelled:
    def test_tells_once_and_keeps_the_reason_out(self, batch):
        withdraw_batch(batch_id=batch.pk, reason="They owe us.", actor=make_actor(), at=AT)
        balance()

        number = batch.number
        text = "Nothing of it had arrived; 3 packs withdrawn. We do not expect it any more."
        assert told() == [("batch_cancelled", f"Batch {number} was cancelled", text)]

    def test_is_silent_while_something_is_here(self, batch):
        receive_many(batch_id=batch.pk, serials=["RB-0001"], actor=make_actor(), at=AT)

        withdraw_batch(batch_id=batch.pk, reason="Sold.", actor=make_actor(), at=AT)

        assert told() == []


class TestCorrecting:
    def test_is_told_with_what_it_did(self, db):
        batch = imported(make_supplier(), manifest_csv("RB-0001", "RB-0002", "RB-0003"))
        receive_many(batch_id=batch.pk, serials=["RB-0003"], actor=make_actor(), at=AT)
        second = draft(
            batch.supplier, manifest_csv("RB-0001", "RB-0009", "RB-0003"), replaces=batch, name="second.csv"
        )

        submitted(second, "announce_all")
        balance()

        assert told()[1:] == [
            (
                "batch_corrected",
                f"Batch {batch.number} was corrected: 1 added, 0 changed, 1 withdrawn",
                "second.csv was applied; 1 pack already here left alone. Print the receipt anew.",
            )
        ]
        assert Notice.objects.last().path == f"/batches/{batch.pk}/"


class TestReading:
    @pytest.mark.parametrize(
        ("content", "topic"),
        [
            (manifest_csv("RB-0001", "RB-0002"), "batch_announced"),
            (manifest_csv("RB-0001", "RB-0001"), "file_checked"),
            (b"\x00\x01\x02 nothing that is a table", "file_refused"),
        ],
    )
    def test_of_a_file_is_told_with_its_result(self, db, content, topic):
        manifest = manifests.accept(
            supplier=make_supplier(), file_name="a.csv", content=content, actor=make_actor(), at=AT
        )

        manifests.run(manifest_id=manifest.pk, actor=make_actor(), at=AT)

        assert [code for code, _, _ in told()] == [topic]
        balance()
