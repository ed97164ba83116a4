"""Documents taken in: kept and queued, with their line in the trail."""

import pytest

from intake.models import AttachmentRun, AttachmentUpload
from intake.services import files
from intake.services.files import FileTooLarge
from intake.services.manifests import SupplierInactive
from intake.services.suppliers import change_supplier
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_batch, make_person
from tests.intake.sending import PDF, send, take_in

pytestmark = pytest.mark.django_db


class TestAccept:
    def test_keeps_the_bytes_and_queues_them(self, batch):
        upload = send(batch, "RB-0001.pdf", actor=make_actor(make_person(name="Ines")))

        assert (upload.state, upload.received_by, upload.file_name) == ("queued", "Ines", "RB-0001.pdf")
        assert files.path_of(upload.stored_file).read_bytes() == PDF
        assert AttachmentRun.objects.get().upload == upload
        [event] = events_of(subject_type="attachment_upload", subject_id=upload.pk)
        assert entry_of(event).sentence.startswith(f"Ines sent the file RB-0001.pdf for batch {batch.number}")
        assert "Ines" not in entry_of(event, for_supplier=True).sentence
        balance()

    def test_takes_what_waits_already_once(self, batch):
        first, again, renamed = send(batch, "a.pdf"), send(batch, "a.pdf"), send(batch, "b.pdf")

        assert first == again != renamed
        assert AttachmentUpload.objects.count() == 2
        balance()

    def test_takes_what_is_done_once_more(self, batch):
        done = take_in(batch, "a.pdf")

        assert send(batch, "a.pdf") != done
        balance()

    def test_keeps_the_batches_apart(self, batch):
        assert send(batch, "a.pdf") != send(make_batch(), "a.pdf")

    @pytest.mark.parametrize(
        ("name", "kept"),
        [("../../x.pdf", "x.pdf"), ("C:\\me\\x.pdf", "x.pdf"), ("", "document"), ("n" * 400, "n" * 300)],
    )
    def test_keeps_a_strange_name_as_harmless_text(self, batch, name, kept):
        assert send(batch, name).file_name == kept

    def test_refuses_a_supplier_that_is_switched_off(self, batch):
        change_supplier(
            supplier_id=batch.supplier_id, name="G", country="", is_active=False, actor=make_actor(), at=AT
        )
        batch.supplier.refresh_from_db()

        with pytest.raises(SupplierInactive):
            send(batch, "a.pdf")

    def test_refuses_what_is_too_large(self, batch, settings):
        settings.UPLOAD_LIMIT_BYTES = 5

        with pytest.raises(FileTooLarge):
            send(batch, "a.pdf")
        assert not AttachmentUpload.objects.exists()
