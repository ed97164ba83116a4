"""Uploads opened: matched, told, once, whatever happens to the worker."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from intake.domain import limited_process
from intake.models import Attachment, AttachmentRun, AttachmentUpload, StoredFile
from intake.services import attachments, files
from intake.services.attachments import lease as leases
from intake.services.attachments import running
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor
from tests.intake.pictures import phone_photo
from tests.intake.sending import PDF, send, take_in, zip_of

pytestmark = pytest.mark.django_db
HTML = b"<html><script>alert(1)</script>"


def names(*, pack: str | None) -> list[str]:
    return sorted(Attachment.objects.filter(pack__serial=pack).values_list("file_name", flat=True))


def run(upload: AttachmentUpload) -> AttachmentUpload:
    return attachments.run(upload_id=upload.pk, actor=make_actor(), at=AT)


class TestRun:
    def test_matches_a_zip_to_packs_and_tells_it(self, batch):
        content = zip_of({
            "certs/RB-0001.pdf": PDF,
            "RB-0002/front.jpg": phone_photo(),
            "rb0002_bms.csv": b"a;b\n1;2\n",
            "RB-0001 RB-0003.pdf": PDF + b"both",
            "general.pdf": PDF + b"general",
            "page.html": HTML,
        })  # fmt: skip

        upload = take_in(batch, "all.zip", content)

        assert names(pack="RB-0001") == ["certs/RB-0001.pdf"]
        assert names(pack="RB-0002") == ["RB-0002/front.jpg", "rb0002_bms.csv"]
        assert names(pack=None) == ["RB-0001 RB-0003.pdf", "general.pdf"]
        assert Attachment.objects.get(file_name__startswith="RB-0001 ").candidates == ["RB-0001", "RB-0003"]
        assert (upload.state, upload.added_count, upload.unmatched_count) == ("done", 5, 2)
        assert (upload.left_out_count, upload.left_out[0]["name"]) == (1, "page.html")
        [_, event] = events_of(subject_type="attachment_upload", subject_id=upload.pk)
        assert entry_of(event).sentence == (
            "The file all.zip was taken in: 5 added, 2 without a pack, 1 left out."
        )
        balance()

    def test_tells_each_document_in_the_story_of_its_pack(self, batch):
        attachment = take_in(batch, "RB-0001.pdf").attachments.get()

        [event] = events_of(subject_type="attachment", subject_id=attachment.pk)
        assert (event.event_type, event.pack_id) == ("attachment.added", attachment.pack_id)
        assert event.facts["sha256"] == attachment.sha256
        balance()

    def test_hands_out_photos_without_their_metadata(self, batch):
        attachment = take_in(batch, "RB-0001.jpg", phone_photo()).attachments.get()

        assert attachment.captured_at == "2026-11-22T07:59:30"
        assert (attachment.media_type, attachment.kind) == ("image/jpeg", "photo")
        assert b"SpyPhone" not in files.path_of(attachment.stored_file).read_bytes()

    def test_adds_the_same_bytes_under_the_same_name_once(self, batch):
        take_in(batch, "RB-0001.pdf")

        again = take_in(batch, "RB-0001.pdf")
        inside = take_in(batch, "z.zip", zip_of({"RB-0001.pdf": PDF, "RB-0002.pdf": PDF}))

        assert (again.added_count, again.repeated_count) == (0, 1)
        assert (inside.added_count, inside.repeated_count) == (1, 1)
        assert Attachment.objects.count() == 2
        balance()

    def test_adds_a_withdrawn_one_again(self, batch):
        first = take_in(batch, "RB-0001.pdf").attachments.get()
        attachments.withdraw(attachment_id=first.pk, reason="Wrong pack.", actor=make_actor(), at=AT)

        assert take_in(batch, "RB-0001.pdf").added_count == 1
        balance()

    @pytest.mark.parametrize(
        ("name", "content", "why"),
        [
            ("a.pdf", HTML, "HTML"),
            ("a.zip", zip_of({"a.html": HTML}), "Nothing in it can be taken in."),
            ("a.zip", zip_of({"bomb": bytes(60_000_000)}), "unpacks to far more"),
            ("a.jpg", phone_photo()[:300], "damaged"),
        ],
    )
    def test_refuses_with_a_sentence_and_keeps_nothing_of_it(self, batch, name, content, why):
        upload = take_in(batch, name, content)

        assert upload.state == "refused" and why in upload.refusal
        assert not Attachment.objects.exists()
        assert not StoredFile.objects.exclude(pk__in=[upload.stored_file_id, batch.manifest.stored_file_id])
        [_, event] = events_of(subject_type="attachment_upload", subject_id=upload.pk)
        assert why in entry_of(event, for_supplier=True).sentence
        balance()

    def test_keeps_a_list_of_what_was_left_out_up_to_its_cap(self, batch, monkeypatch):
        monkeypatch.setattr(running, "LEFT_OUT_KEPT", 2)

        upload = take_in(batch, "a.zip", zip_of({f"{n}.html": HTML for n in range(5)} | {"a.pdf": PDF}))

        assert (upload.left_out_count, len(upload.left_out)) == (5, 2)

    def test_does_nothing_to_what_is_settled_or_at_work(self, batch):
        done = take_in(batch, "a.pdf")
        busy = send(batch, "b.pdf")
        leases.claim(upload_id=busy.pk)

        assert run(done).state == "done"
        assert run(busy).state == "queued"
        assert Attachment.objects.count() == 1
        balance()


class TestDeadWorker:
    def test_is_followed_by_another_and_nothing_is_doubled(self, batch):
        upload = send(batch, "RB-0001.pdf")
        leases.claim(upload_id=upload.pk)
        assert attachments.sweep() == 0

        AttachmentRun.objects.update(lease_until=Now() - timedelta(seconds=1))

        assert run(upload).state == "done"
        assert (Attachment.objects.count(), AttachmentRun.objects.get().attempts) == (1, 2)
        balance()

    def test_may_not_write_when_another_has_taken_over(self, batch, monkeypatch):
        upload = send(batch, "RB-0001.pdf")

        def overtaken(*args, **options):
            AttachmentRun.objects.update(lease_token="00000000-0000-0000-0000-000000000000")
            return original(*args, **options)

        original = limited_process.lines_of
        monkeypatch.setattr("intake.services.attachments.opening.lines_of", overtaken)

        assert run(upload).state == "queued"
        assert not Attachment.objects.exists()
        balance()

    def test_is_given_up_after_some_attempts(self, batch):
        upload = send(batch, "RB-0001.pdf")
        AttachmentRun.objects.update(attempts=leases.MAX_ATTEMPTS)

        assert run(upload).state == "failed"
        [_, event] = events_of(subject_type="attachment_upload", subject_id=upload.pk)
        assert event.event_type == "attachments.failed"
        balance()

    def test_hands_the_work_back_when_something_unforeseen_happens(self, batch):
        upload = send(batch, "RB-0001.pdf")
        files.path_of(upload.stored_file).unlink()

        with pytest.raises(RuntimeError):
            run(upload)

        run_row = AttachmentRun.objects.get()
        assert (run_row.lease_token, run_row.attempts) == (None, 1)
        assert AttachmentUpload.objects.get().state == "queued"


class TestSweep:
    def test_nudges_what_waits_and_nothing_else(self, batch, monkeypatch):
        take_in(batch, "done.pdf")
        waiting = send(batch, "a.pdf")
        sent = []
        monkeypatch.setattr("intake.services.leases.send", lambda job, **ids: sent.append(ids) or True)

        assert attachments.sweep() == 1
        assert sent == [{"upload_id": waiting.pk}]
