import pytest

from grading.services import dispositions
from intake.models import DispositionOrder, Pack
from rebattery.notices.models import Notice
from tests.evidence import publish_seed
from tests.factories import make_actor, make_supplier
from tests.grading.sending_off import LEFT_AT, make_rejected, send_off, to_recycling


@pytest.fixture(autouse=True)
def policy(db):
    publish_seed()


def release(order: DispositionOrder, packs: list[Pack]) -> DispositionOrder:
    return dispositions.release(
        order_id=order.pk,
        version=order.version,
        pack_ids=[pack.pk for pack in packs],
        reason="Our own reason",
        actor=make_actor(),
        at=LEFT_AT,
    )


def texts(supplier_id: int) -> list[str]:
    notices = Notice.objects.filter(topic="packs_ordered", supplier_id=supplier_id)
    return list(notices.order_by("pk").values_list("text", flat=True))


class TestTellOrdered:
    def test_tells_each_supplier_that_its_packs_are_waste_before_they_leave(self):
        supplier, other = make_supplier(), make_supplier()
        packs = make_rejected(2, supplier=supplier) + make_rejected(supplier=other)

        order = send_off(packs, to_recycling())

        [text] = texts(supplier.pk)
        assert text == (
            f"2 packs ordered to recycling: {packs[0].serial}, {packs[1].serial}."
            " In law they are waste from now on. You are told again when they leave."
        )
        assert texts(other.pk)[0].startswith(f"1 pack ordered to recycling: {packs[2].serial}.")
        assert (
            Notice.objects.filter(subject_label=order.number, text__contains="Recycling Works").count() == 0
        )

    def test_says_nothing_of_waste_when_packs_go_back(self):
        [pack] = make_rejected()

        send_off([pack])

        assert texts(pack.supplier_id) == [
            f"1 pack ordered back to you: {pack.serial}. You are told again when they leave."
        ]


class TestTellKept:
    def test_tells_each_time_which_packs_stay(self):
        supplier = make_supplier()
        first, second = make_rejected(2, supplier=supplier)
        order = send_off([first, second], to_recycling())

        order = release(order, [first])
        release(order, [second])

        after = "In law they are again what they were before the order."
        assert texts(supplier.pk)[1:] == [
            f"1 pack not recycled after all: {first.serial}. {after}",
            f"1 pack not recycled after all: {second.serial}. {after}",
        ]
        assert not any("Our own reason" in text for text in texts(supplier.pk))
