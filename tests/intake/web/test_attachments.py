"""Documents of a batch on pages: the wrong person first, then sending, assigning, withdrawing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.models import Attachment, AttachmentUpload, Batch
from intake.services import attachments
from rebattery.accounts.roles import Role
from tests.factories import AT, balance, make_actor, make_batch, make_person
from tests.intake.pictures import phone_photo
from tests.intake.sending import PDF, make_attachment, send, take_in, zip_of

pytestmark = pytest.mark.django_db
READS = ("attachment", "attachment_file")
WRITES = ("attachment_assign", "attachment_withdraw")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def batch() -> Batch:
    return make_batch(packs=[{"serial": "RB-0001"}, {"serial": "RB-0002"}])


@pytest.fixture
def loose(batch) -> Attachment:
    return make_attachment(batch, "general.pdf")


@pytest.fixture
def supplier(client, batch):
    client.force_login(make_person(Role.SUPPLIER, supplier=batch.supplier))
    return client


def uploaded(name: str = "RB-0001.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def page_of(batch: Batch) -> str:
    return reverse("batch", args=[batch.pk])


class TestOthers:
    def test_another_supplier_finds_nothing(self, client, batch, loose):
        client.force_login(make_person(Role.SUPPLIER))

        reads = [client.get(reverse(name, args=[loose.pk])) for name in READS]
        writes = [client.post(reverse(name, args=[loose.pk]), {"serial": "RB-0001"}) for name in WRITES]
        about = [
            client.get(reverse("attachments", args=[batch.pk])),
            client.get(reverse("attachment_uploads", args=[batch.pk])),
            client.get(reverse("attachments_progress", args=[batch.pk])),
            client.post(reverse("attachment_add", args=[batch.pk]), {"documents": uploaded()}),
        ]

        assert {response.status_code for response in (*reads, *writes, *about)} == {404}
        assert (AttachmentUpload.objects.count(), Attachment.objects.get().pack) == (1, None)

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.WAREHOUSE, Role.REVIEWER])
    def test_staff_read_and_do_not_write(self, client, batch, loose, role):
        client.force_login(make_person(role))

        reads = [client.get(reverse(name, args=[loose.pk])) for name in READS]
        writes = [client.post(reverse(name, args=[loose.pk]), {"serial": "RB-0001"}) for name in WRITES]
        added = client.post(reverse("attachment_add", args=[batch.pk]), {"documents": uploaded()})

        assert {response.status_code for response in reads} == {200}
        assert {response.status_code for response in (*writes, added)} == {403}
        assert "Send documents" not in client.get(page_of(batch)).content.decode()

    def test_a_supplier_reads_no_name_and_no_reason_of_staff(self, supplier, loose):
        actor = make_actor(make_person(Role.ADMINISTRATOR, name="Secret Name"))
        attachments.withdraw(attachment_id=loose.pk, reason="Hidden words.", actor=actor, at=AT)

        page = supplier.get(reverse("attachment", args=[loose.pk])).content.decode()

        assert "Withdrawn" in page and "Secret Name" not in page and "Hidden words" not in page

    def test_a_supplier_reads_their_own_reason(self, supplier, batch, loose):
        actor = make_actor(batch.supplier.people.get())
        attachments.withdraw(attachment_id=loose.pk, reason="Wrong pack.", actor=actor, at=AT)

        page = supplier.get(reverse("attachment", args=[loose.pk])).content.decode()

        assert ": Wrong pack.</p>" in page and "Reason: Wrong pack." in page

    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.AUDITOR])
    def test_are_told_that_a_withdrawn_one_stays(self, client, batch, loose, role):
        attachments.withdraw(attachment_id=loose.pk, reason="No.", actor=make_actor(), at=AT)
        client.force_login(make_person(role, supplier=batch.supplier if role == Role.SUPPLIER else None))

        page = client.get(reverse("attachment", args=[loose.pk])).text

        assert "It does not count any more. The file stays for the record" in page
        assert client.get(reverse("attachment_file", args=[loose.pk])).status_code == 200


class TestAttachmentAdd:
    def test_takes_several_files_and_leads_back(self, supplier, batch):
        response = supplier.post(
            reverse("attachment_add", args=[batch.pk]),
            {"documents": [uploaded(), uploaded("front.jpg", phone_photo())]},
        )

        assert response["Location"] == page_of(batch) + "#documents"
        assert sorted(AttachmentUpload.objects.values_list("file_name", flat=True)) == [
            "RB-0001.pdf",
            "front.jpg",
        ]
        assert "Opening what you sent" in supplier.get(page_of(batch)).content.decode()
        balance()

    def test_tells_every_refusal_of_many(self, supplier, batch):
        for number in range(8):
            take_in(batch, f"{number}.html", b"<html>" + bytes([number]))
        take_in(batch, "<b>good.pdf")

        page = supplier.get(page_of(batch)).text

        assert [f"{number}.html" in page for number in range(8)] == [True] * 8
        assert page.index("0.html") < page.index("&lt;b&gt;good.pdf")
        assert reverse("attachment_uploads", args=[batch.pk]) in page and "All 9 files sent" in page

    def test_wants_a_file(self, supplier, batch):
        response = supplier.post(reverse("attachment_add", args=[batch.pk]), follow=True)

        assert "Choose at least one file" in response.content.decode()

    def test_takes_the_others_when_one_is_too_large(self, supplier, batch, settings):
        settings.UPLOAD_LIMIT_BYTES = 50

        response = supplier.post(
            reverse("attachment_add", args=[batch.pk]),
            {"documents": [uploaded("big.pdf", PDF * 100), uploaded()]},
            follow=True,
        )

        assert "big.pdf: The file is larger" in response.content.decode()
        assert AttachmentUpload.objects.get().file_name == "RB-0001.pdf"

    def test_tells_how_to_send_more_than_a_form_can_hold(self, supplier, batch):
        files = [uploaded(f"{number}.pdf") for number in range(101)]

        response = supplier.post(reverse("attachment_add", args=[batch.pk]), {"documents": files})

        assert response.status_code == 400
        assert "Put them into a zip" in response.content.decode()
        assert not AttachmentUpload.objects.exists()


class TestPane:
    def test_shows_what_became_of_what_was_sent(self, supplier, batch):
        take_in(batch, "all.zip", zip_of({"RB-0001.pdf": PDF, "x.pdf": PDF, "y.html": b"<html>"}))
        take_in(batch, "bad.html", b"<html>")

        page = supplier.get(page_of(batch)).content.decode()

        assert "2 added, 1 without a pack, 1 left out." in page and "y.html" in page
        assert "It is HTML, SVG or XML" in page
        assert "Without a pack: 1" in page and "Names no serial of this batch" in page

    def test_names_the_candidates(self, supplier, batch):
        make_attachment(batch, "RB-0001 RB-0002.pdf")

        assert "May be RB-0001 or RB-0002" in supplier.get(page_of(batch)).content.decode()

    def test_says_that_there_is_nothing(self, supplier, batch):
        assert "No document yet." in supplier.get(page_of(batch)).content.decode()


class TestAttachmentsProgress:
    def test_follows_until_all_is_settled(self, supplier, batch):
        upload = send(batch, "RB-0001.pdf")
        address = reverse("attachments_progress", args=[batch.pk])

        waiting = supplier.get(address)
        attachments.run(upload_id=upload.pk, actor=make_actor(), at=AT)
        done = supplier.get(address)

        assert address in waiting.content.decode() and "HX-Refresh" not in waiting
        assert done["HX-Refresh"] == "true"


class TestAttachmentAssign:
    @pytest.mark.parametrize(("back", "leads_to_batch"), [("batch", True), ("", False)])
    def test_gives_it_to_the_pack(self, supplier, batch, loose, back, leads_to_batch):
        address = reverse("attachment_assign", args=[loose.pk])

        response = supplier.post(address, {"serial": "rb-0002", "back": back})

        assert Attachment.objects.get().pack.serial == "RB-0002"
        assert response["Location"].startswith(page_of(batch)) is leads_to_batch
        balance()

    def test_says_what_was_refused(self, supplier, loose):
        response = supplier.post(
            reverse("attachment_assign", args=[loose.pk]), {"serial": "RB-9"}, follow=True
        )

        assert "has this serial. Nothing was changed." in response.content.decode()


class TestAttachmentWithdraw:
    def test_withdraws_with_a_reason(self, supplier, loose):
        supplier.post(reverse("attachment_withdraw", args=[loose.pk]), {"reason": "Wrong one."})

        assert Attachment.objects.get().withdrawn_reason == "Wrong one."
        balance()

    def test_says_that_it_wants_one(self, supplier, loose):
        response = supplier.post(reverse("attachment_withdraw", args=[loose.pk]), follow=True)

        assert "Nothing was changed." in response.content.decode()
        assert Attachment.objects.get().withdrawn_at is None


class TestAttachmentList:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["RB-0001.pdf", "RB-0002.jpg", "general.pdf"]),
            ("?kind=photo", ["RB-0002.jpg"]),
            ("?show=loose", ["general.pdf"]),
            ("?show=withdrawn", []),
            ("?q=rb-0001", ["RB-0001.pdf"]),
        ],
    )
    def test_filters(self, supplier, batch, loose, query, names):
        make_attachment(batch, "RB-0001.pdf")
        make_attachment(batch, "RB-0002.jpg", phone_photo())

        response = supplier.get(reverse("attachments", args=[batch.pk]) + query)

        assert sorted(row.file_name for row in response.context["page"].rows) == names

    def test_exports(self, supplier, batch, loose):
        response = supplier.get(reverse("attachments", args=[batch.pk]) + "?export=csv")

        assert b"general.pdf" in b"".join(response.streaming_content)


class TestAttachmentFile:
    def test_is_a_download_that_no_browser_opens(self, supplier, loose):
        response = supplier.get(reverse("attachment_file", args=[loose.pk]))

        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'attachment; filename="general.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]

    def test_is_the_clean_copy_of_a_photo(self, supplier, batch):
        photo = make_attachment(batch, "RB-0001/label.png", phone_photo())

        response = supplier.get(reverse("attachment_file", args=[photo.pk]))

        assert (response["Content-Type"], response["Content-Disposition"]) == (
            "image/jpeg",
            'attachment; filename="label.jpg"',
        )
        assert b"SpyPhone" not in b"".join(response.streaming_content)


class TestPack:
    def test_shows_its_documents_to_those_who_may_see_it(self, supplier, client, batch):
        attachment = make_attachment(batch, "RB-0001.pdf")

        page = supplier.get(reverse("pack", args=[attachment.pack_id])).content.decode()

        assert reverse("attachment_file", args=[attachment.pk]) in page

    def test_leaves_withdrawn_ones_out(self, supplier, batch):
        attachment = make_attachment(batch, "RB-0001.pdf")
        attachments.withdraw(attachment_id=attachment.pk, reason="No.", actor=make_actor(), at=AT)

        page = supplier.get(reverse("pack", args=[attachment.pack_id])).content.decode()

        assert reverse("attachment_file", args=[attachment.pk]) not in page
