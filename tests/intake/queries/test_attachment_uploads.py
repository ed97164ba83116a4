"""What was sent for a batch: nothing that went wrong is lost among the rest."""

from datetime import timedelta

import pytest

from intake.models import AttachmentUpload, Batch
from intake.queries import attachment_uploads
from intake.queries.attachment_uploads import SHOWN, WRONG, WRONG_FOR, in_state, sent_of
from tests.factories import AT, make_batch
from tests.intake.sending import send, take_in, zip_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def batch() -> Batch:
    return make_batch(packs=[{"serial": "RB-0001"}])


def names(uploads) -> list[str]:
    return [upload.file_name for upload in uploads]


class TestSentOf:
    def test_keeps_what_went_wrong_beside_any_number_of_others(self, batch):
        take_in(batch, "bad.html", b"<html>")
        take_in(batch, "some.zip", zip_of({"RB-0001.pdf": b"%PDF-1.7", "x.html": b"<html>"}))
        for number in range(SHOWN + 1):
            take_in(batch, f"{number}.pdf", b"%PDF-1.7" + bytes([number]))
        send(batch, "waits.pdf")

        sent = sent_of(batch=batch, at=AT)

        assert (sent.count, sent.wrong_count) == (SHOWN + 4, 2)
        assert names(sent.wrong) == ["some.zip", "bad.html"]
        assert names(sent.lately) == [f"{number}.pdf" for number in range(SHOWN, 0, -1)]

    def test_lets_go_once_the_file_is_taken_in_whole(self, batch):
        take_in(batch, "RB-0001.pdf", b"<html>")
        take_in(batch, "other.pdf")
        assert names(sent_of(batch=batch, at=AT).wrong) == ["RB-0001.pdf"]

        take_in(batch, "RB-0001.pdf")

        sent = sent_of(batch=batch, at=AT)
        assert (sent.wrong_count, sent.wrong) == (0, [])
        assert names(sent.lately) == ["RB-0001.pdf", "other.pdf", "RB-0001.pdf"]

    def test_is_not_mended_in_another_batch(self, batch):
        take_in(batch, "RB-0001.pdf", b"<html>")
        take_in(make_batch(batch.supplier), "RB-0001.pdf")

        assert sent_of(batch=batch, at=AT).wrong_count == 1

    @pytest.mark.parametrize(("late", "number"), [(timedelta(), 1), (timedelta(microseconds=1), 0)])
    def test_lets_go_after_its_time(self, batch, late, number):
        take_in(batch, "bad.html", b"<html>")

        assert len(sent_of(batch=batch, at=AT + WRONG_FOR + late).wrong) == number

    def test_counts_what_it_does_not_list(self, batch, monkeypatch):
        monkeypatch.setattr(attachment_uploads, "WRONG_SHOWN", 2)
        for number in range(3):
            take_in(batch, f"{number}.html", b"<html>")

        sent = sent_of(batch=batch, at=AT)

        assert (sent.wrong_count, names(sent.wrong)) == (3, ["2.html", "1.html"])

    def test_asks_the_same_for_any_number(self, batch, django_assert_num_queries):
        for number in range(3):
            take_in(batch, f"{number}.html", b"<html>")

        with django_assert_num_queries(3):
            sent_of(batch=batch, at=AT)


class TestInState:
    def test_knows_what_went_wrong(self, batch):
        take_in(batch, "bad.html", b"<html>")
        take_in(batch, "some.zip", zip_of({"RB-0001.pdf": b"%PDF-1.7", "x.html": b"<html>"}))
        take_in(batch, "good.pdf")
        uploads = AttachmentUpload.objects.order_by("pk")

        assert names(in_state(uploads, WRONG)) == ["bad.html", "some.zip"]
        assert names(in_state(uploads, "refused")) == ["bad.html"]
        assert names(in_state(uploads, "done")) == ["some.zip", "good.pdf"]
