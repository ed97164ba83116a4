"""Documents assigned by hand and withdrawn, with rows and trail."""

import pytest

from intake.models import Attachment
from intake.services import attachments
from intake.services.attachments import AttachmentWithdrawn, UnknownSerial
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_pack, make_person
from tests.intake.sending import make_attachment

pytestmark = pytest.mark.django_db


@pytest.fixture
def loose(batch) -> Attachment:
    return make_attachment(batch, "RB-0001 RB-0002.pdf")


def assign(attachment: Attachment, serial: str) -> Attachment:
    return attachments.assign(
        attachment_id=attachment.pk, serial=serial, actor=make_actor(make_person(name="Ines")), at=AT
    )


def withdraw(attachment: Attachment, reason: str = "Shows another pack.") -> Attachment:
    return attachments.withdraw(attachment_id=attachment.pk, reason=reason, actor=make_actor(), at=AT)


def last_of(attachment: Attachment):
    return events_of(subject_type="attachment", subject_id=attachment.pk).last()


class TestAssign:
    @pytest.mark.parametrize("serial", ["RB-0002", " rb-0002 "])
    def test_gives_it_to_the_pack(self, loose, serial):
        assigned = assign(loose, serial)

        assert (assigned.pack.serial, assigned.candidates) == ("RB-0002", [])
        event = last_of(loose)
        assert (event.before, event.after) == ({"pack_id": None}, {"pack_id": assigned.pack_id})
        assert entry_of(event).sentence == f"Ines assigned the document {loose} to pack RB-0002."
        balance()

    def test_can_be_mended(self, loose):
        assign(loose, "RB-0002")

        assert assign(loose, "RB-0003").pack.serial == "RB-0003"
        balance()

    def test_says_nothing_twice(self, loose):
        assign(loose, "RB-0002")
        before = last_of(loose)

        assign(loose, "RB-0002")

        assert last_of(loose) == before

    @pytest.mark.parametrize("serial", ["", "RB-9999", "x" * 1000])
    def test_refuses_a_serial_of_no_pack_of_the_batch(self, loose, serial):
        make_pack(serial="RB-9999")

        with pytest.raises(UnknownSerial) as refused:
            assign(loose, serial)

        assert "serial" in refused.value.fields
        assert Attachment.objects.get().pack is None


class TestWithdraw:
    def test_keeps_it_with_the_reason(self, loose):
        withdraw(loose)

        kept = Attachment.objects.get()
        assert (kept.withdrawn_at, kept.withdrawn_reason) == (AT, "Shows another pack.")
        event = last_of(loose)
        assert (event.event_type, event.reason) == ("attachment.withdrawn", "Shows another pack.")
        assert "another pack" not in entry_of(event, for_supplier=True).sentence
        balance()

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_wants_a_reason(self, loose, reason):
        with pytest.raises(ReasonMissing):
            withdraw(loose, reason)

        assert Attachment.objects.get().withdrawn_at is None

    def test_happens_once(self, loose):
        withdraw(loose)

        with pytest.raises(AttachmentWithdrawn):
            withdraw(loose)
        with pytest.raises(AttachmentWithdrawn):
            assign(loose, "RB-0001")
