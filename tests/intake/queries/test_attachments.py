"""A batch's documents at a glance."""

from datetime import timedelta

import pytest

from intake.models import Attachment, AttachmentRun, Batch
from intake.queries.attachment_uploads import uploads_for
from intake.queries.attachments import (
    LOOSE,
    STANDING,
    WITHDRAWN,
    attachments_for,
    documents_of,
    documents_of_pack,
    in_standing,
    opening_of,
)
from intake.services import attachments
from rebattery.accounts.roles import Role
from tests.factories import AT, make_actor, make_batch, make_person
from tests.intake.sending import PDF, make_attachment, send, take_in, zip_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def batch() -> Batch:
    return make_batch(packs=[{"serial": "RB-0001"}, {"serial": "RB-0002"}])


def withdrawn(batch: Batch, name: str) -> Attachment:
    made = make_attachment(batch, name)
    return attachments.withdraw(attachment_id=made.pk, reason="No.", actor=make_actor(), at=AT)


class TestAttachmentsFor:
    def test_shows_suppliers_their_own_and_staff_all(self, batch):
        make_attachment(batch, "a.pdf")
        make_attachment(make_batch(), "b.pdf")
        own = make_person(Role.SUPPLIER, supplier=batch.supplier)

        for query in (attachments_for, uploads_for):
            assert [row.file_name for row in query(viewer=own)] == ["a.pdf"]
            assert query(viewer=make_person(Role.AUDITOR)).count() == 2
            assert not query(viewer=make_person(Role.SUPPLIER))


class TestInStanding:
    def test_keeps_each_where_it_belongs(self, batch):
        make_attachment(batch, "RB-0001.pdf")
        make_attachment(batch, "loose.pdf")
        withdrawn(batch, "wrong.pdf")
        kept = {
            standing: [row.file_name for row in in_standing(Attachment.objects.order_by("pk"), standing)]
            for standing in (STANDING, LOOSE, WITHDRAWN)
        }

        assert kept == {
            STANDING: ["RB-0001.pdf", "loose.pdf"], LOOSE: ["loose.pdf"], WITHDRAWN: ["wrong.pdf"],
        }  # fmt: skip


class TestDocumentsOf:
    def test_counts_what_counts(self, batch):
        make_attachment(batch, "RB-0001.csv", b"a;b\n1;2\n")
        make_attachment(batch, "loose.pdf")
        withdrawn(batch, "wrong.pdf")
        refused = take_in(batch, "bad.html", b"<html>")

        documents = documents_of(batch=batch, at=AT)

        assert (documents.count, documents.loose_count) == (2, 1)
        assert documents.by_kind == [("bms_dump", "BMS dump", 1), ("other", "Other", 1)]
        assert [row.file_name for row in documents.loose] == ["loose.pdf"]
        assert documents.sent.wrong == [refused] and documents.opening is None

    def test_asks_the_same_for_any_number(self, batch, django_assert_num_queries):
        take_in(batch, "all.zip", zip_of({f"{n}.pdf": PDF + bytes([n]) for n in range(50)}))

        with django_assert_num_queries(5):
            assert documents_of(batch=batch, at=AT).count == 50


class TestOpeningOf:
    def test_sums_up_what_waits(self, batch):
        for name in ("a.pdf", "b.pdf"):
            send(batch, name)
        AttachmentRun.objects.update(files_done=2, file_count=5)

        opening = opening_of(batch=batch, at=AT + timedelta(seconds=7))

        assert (opening.count, opening.files_done, opening.file_count) == (2, 4, 10)
        assert opening.running_for_s == 7


class TestDocumentsOfPack:
    def test_leaves_out_others_and_withdrawn_ones(self, batch):
        attachment = make_attachment(batch, "RB-0001.pdf")
        make_attachment(batch, "RB-0002.pdf")
        withdrawn(batch, "RB-0001 wrong.pdf")

        assert documents_of_pack(pack_id=attachment.pack_id) == [attachment]
