"""Documents sent and fetched by programs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from intake.models import AttachmentUpload, Batch
from intake.services import attachments
from rebattery.accounts.roles import Capability, Role
from tests.factories import AT, balance, make_actor, make_batch, make_person
from tests.intake.sending import PDF, make_attachment
from tests.programs import API, Program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def batch() -> Batch:
    return make_batch(packs=[{"serial": "RB-0001"}])


@pytest.fixture
def program(batch) -> Program:
    return Program(make_person(Role.SUPPLIER, supplier=batch.supplier))


def send(program: Program, batch: Batch, *, key: str = "", **fields):
    content = {"file": SimpleUploadedFile("RB-0001.pdf", PDF)} | fields
    headers = {"Idempotency-Key": key} if key else {}
    return program.client.post(f"{API}batches/{batch.pk}/attachments/", content, headers=headers)


class TestOthers:
    def test_another_supplier_finds_nothing(self, batch):
        attachment = make_attachment(batch, "RB-0001.pdf")
        other = Program(Role.SUPPLIER)

        answers = [
            send(other, batch),
            other.get(f"batches/{batch.pk}/attachments/"),
            other.get(f"batches/{batch.pk}/attachments/{attachment.pk}/file"),
            other.get(f"batches/{batch.pk}/attachments/uploads/{attachment.upload_id}/"),
        ]

        assert {answer.status_code for answer in answers} == {404}

    def test_an_auditor_reads_and_does_not_write(self, batch):
        auditor = Program(Role.AUDITOR)

        assert send(auditor, batch).status_code == 403
        assert auditor.get(f"batches/{batch.pk}/attachments/").status_code == 200

    def test_a_token_to_read_does_not_write(self, batch, program):
        reader = Program(program.person, Capability.VIEW_BATCHES)

        assert send(reader, batch).status_code == 403
        assert reader.get(f"batches/{batch.pk}/attachments/").status_code == 200

    def test_a_token_to_send_does_not_read(self, batch, program):
        sender = Program(program.person, Capability.UPLOAD_MANIFEST)

        assert send(sender, batch).status_code == 202
        assert sender.get(f"batches/{batch.pk}/attachments/").status_code == 403

    def test_a_document_is_found_in_its_own_batch_only(self, batch, program):
        attachment = make_attachment(batch, "RB-0001.pdf")
        second = make_batch(batch.supplier)

        answer = program.get(f"batches/{second.pk}/attachments/{attachment.pk}/file")

        assert answer.status_code == 404


class TestSend:
    def test_is_followed_until_the_document_can_be_fetched(self, batch, program):
        sent = send(program, batch).json()
        assert (sent["state"], sent["file_name"]) == ("queued", "RB-0001.pdf")

        attachments.run(upload_id=sent["id"], actor=make_actor(), at=AT)

        told = program.client.get(sent["progress"]).json()
        assert (told["state"], told["added_count"], told["unmatched_count"]) == ("done", 1, 0)
        [row] = program.get(f"batches/{batch.pk}/attachments/").json()["results"]
        assert (row["pack"], row["kind"], row["upload_id"]) == ("RB-0001", "other", sent["id"])
        fetched = program.client.get(row["file"])
        assert b"".join(fetched.streaming_content) == PDF
        assert fetched["Content-Type"] == "application/pdf"
        balance()

    def test_happens_once_for_a_key(self, batch, program):
        first, again = send(program, batch, key="k").json(), send(program, batch, key="k").json()

        assert first == again and AttachmentUpload.objects.count() == 1

    @pytest.mark.parametrize("fields", [{"file": ""}, {"batch_id": 5}])
    def test_refuses_what_it_cannot_take(self, batch, program, fields):
        assert send(program, batch, **fields).status_code == 422
        assert not AttachmentUpload.objects.exists()
