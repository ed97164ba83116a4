from datetime import timedelta

import pytest

from grading.models import ReviewCase
from grading.queries.decisions import decision_in_force
from grading.services import dispositions, disputes
from grading.services.dispositions.ending import OrderChanged
from grading.services.dispositions.standings import DispositionRefused
from intake.domain.lifecycle import Status
from intake.models import DispositionPack, Pack
from intake.services.waste import change_operator
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import events, events_of_pack
from rebattery.notices.models import Notice
from tests.evidence import publish_seed
from tests.factories import balance, make_actor, make_person, make_supplier
from tests.grading.sending_off import (
    LEFT_AT,
    hand_over,
    make_code,
    make_quarantined,
    make_rejected,
    send_off,
    to_recycling,
)


@pytest.fixture(autouse=True)
def policy(db):
    publish_seed()


def told(code: str) -> int:
    return events().filter(event_type=code).count()


def release(order, packs, *, reason="The supplier asked", **more):
    values = {"order_id": order.pk, "version": order.version, "actor": make_actor(), "at": LEFT_AT}
    return dispositions.release(**values | {"pack_ids": [pack.pk for pack in packs], "reason": reason} | more)


def states() -> list[tuple[str, str]]:
    return list(Pack.objects.order_by("pk").values_list("status", "legal_status"))


class TestHandOver:
    def test_takes_returned_packs_out_of_the_house_with_their_paper(self):
        order = send_off(make_rejected(2))

        order = hand_over(order)

        assert states() == [("returned", "product")] * 2
        assert (order.state, order.document_number, order.ended_at) == ("handed_over", "CMR-7", LEFT_AT)
        assert set(order.lines.values_list("state", flat=True)) == {"handed_over"}
        assert (told("pack.returned"), told("disposition_pack.handed_over")) == (2, 2)
        event = events_of_pack(pack_id=Pack.objects.first().pk).get(event_type="pack.returned")
        assert event.facts == {"order": order.number, "document": "CMR-7"}
        balance()

    def test_keeps_recycled_packs_waste_for_ever(self):
        order = send_off(make_rejected(), to_recycling())

        hand_over(order)

        assert states() == [("recycled", "waste")]
        assert told("pack.recycled") == 1
        balance()

    def test_closes_the_review_of_a_dangerous_pack_that_leaves_before(self):
        packs = make_quarantined()
        order = send_off(packs, to_recycling(transport_remark="Expert"))
        assert ReviewCase.objects.get().state == "open"

        hand_over(order)

        assert ReviewCase.objects.get().state == "superseded"
        assert told("review.overtaken") == 1
        balance()

    def test_tells_each_supplier_once_and_names_no_recycler(self):
        supplier, other = make_supplier(), make_supplier()
        packs = make_rejected(2, supplier=supplier) + make_rejected(supplier=other)

        hand_over(send_off(packs, to_recycling()))

        notices = {notice.supplier_id: notice for notice in Notice.objects.filter(topic="packs_left")}
        assert set(notices) == {supplier.pk, other.pk}
        assert (
            packs[0].serial in notices[supplier.pk].text and packs[2].serial not in notices[supplier.pk].text
        )
        assert "Recycling Works" not in notices[supplier.pk].text

    def test_asks_for_every_pack_and_the_paper(self):
        packs = make_rejected(2)
        order = send_off(packs)

        with pytest.raises(DispositionRefused, match=f"{packs[1].serial} is not ticked"):
            hand_over(order, ticked=[packs[0].pk])
        with pytest.raises(OrderChanged):
            hand_over(order, ticked=[*(pack.pk for pack in packs), 999_999])
        with pytest.raises(DispositionRefused) as refused:
            hand_over(order, document=" ")
        assert set(refused.value.fields) == {"document_number"}
        assert {status for status, _ in states()} == {"rejected"}

    def test_waits_for_the_answer_to_a_dispute(self):
        [pack] = make_rejected()
        order = send_off([pack])
        dispute(pack)

        with pytest.raises(DispositionRefused, match="disputed"):
            hand_over(order)

    def test_asks_again_for_permit_and_code_on_the_day(self):
        lasting = make_code(applies_until=LEFT_AT.date())
        order = send_off(make_rejected(), to_recycling(waste_code_id=lasting.pk))
        tomorrow = LEFT_AT + timedelta(days=1)

        with pytest.raises(DispositionRefused, match="does not apply any more"):
            hand_over(order, at=tomorrow)
        change_operator(
            operator_id=order.operator_id,
            values={"permit_valid_until": LEFT_AT.date() - timedelta(days=1)},
            reason="Withdrawn",
            actor=make_actor(),
            at=LEFT_AT,
        )
        with pytest.raises(DispositionRefused, match="may not take waste any more"):
            hand_over(order)
        assert states() == [("rejected", "waste")]

    def test_happens_once(self):
        order = send_off(make_rejected())
        hand_over(order)

        for version in (order.version, order.version + 1):
            with pytest.raises(OrderChanged):
                hand_over(order, version=version, ticked=[])


def dispute(pack: Pack) -> None:
    decision = decision_in_force(pack_id=pack.pk)
    disputes.open_dispute(
        pack_id=pack.pk, decision_id=decision.pk, comment="No", uploads=[], actor=SYSTEM, at=LEFT_AT
    )


class TestRelease:
    def test_gives_a_pack_back_what_it_was_and_keeps_the_rest(self):
        packs = make_rejected(2)
        order = send_off(packs, to_recycling())

        order = release(order, packs[:1])

        assert states() == [("rejected", "product"), ("rejected", "waste")]
        assert (order.state, order.pack_count) == ("ordered", 1)
        event = events_of_pack(pack_id=packs[0].pk).get(event_type="pack.order_withdrawn")
        assert (event.before, event.after) == ({"legal_status": "waste"}, {"legal_status": "product"})
        balance()

    def test_of_the_last_cancels_the_order_and_lets_the_pack_go_another_way(self):
        packs = make_rejected()
        order = send_off(packs, to_recycling())

        order = release(order, packs)

        assert (order.state, order.cancel_reason, order.pack_count) == ("cancelled", "The supplier asked", 0)
        assert told("disposition.cancelled") == 1
        assert hand_over(send_off(packs)).state == "handed_over"
        assert states() == [("returned", "product")]
        balance()

    def test_leaves_what_came_as_waste_waste(self):
        packs = make_rejected(received_as="waste")
        order = send_off(packs, to_recycling())

        dispositions.cancel(
            order_id=order.pk, version=order.version, reason="Wrong truck", actor=make_actor(), at=LEFT_AT
        )

        assert states() == [("rejected", "waste")]

    def test_asks_why_and_for_packs_of_the_order(self):
        order = send_off(make_rejected())

        with pytest.raises(ReasonMissing):
            release(order, Pack.objects.all(), reason=" ")
        with pytest.raises(DispositionRefused, match="packs of this order"):
            release(order, make_rejected())
        with pytest.raises(OrderChanged):
            release(order, Pack.objects.none(), version=order.version + 1)
        assert DispositionPack.objects.get(order=order).state == "ordered"

    def test_comes_too_late_once_the_packs_are_gone(self):
        packs = make_rejected()
        order = hand_over(send_off(packs))

        with pytest.raises(OrderChanged):
            dispositions.cancel(
                order_id=order.pk, version=order.version, reason="No", actor=make_actor(), at=LEFT_AT
            )


class TestDispute:
    def test_is_over_when_the_pack_has_left(self):
        [pack] = make_rejected()
        hand_over(send_off([pack]))

        with pytest.raises(disputes.opening.DisputeRefused, match="left our house"):
            dispute(pack)

    def test_that_is_upheld_keeps_the_pack_here(self):
        [pack] = make_rejected()
        order = send_off([pack])
        dispute(pack)
        opened = pack_dispute()
        disputes.answer_dispute(
            dispute_id=opened.pk,
            outcome=disputes.opening.Dispute.State.UPHELD,
            text="Right",
            actor=make_actor(make_person(Role.REVIEWER)),
            at=LEFT_AT + timedelta(hours=1),
        )
        assert Pack.objects.get().status == Status.INSPECTED

        with pytest.raises(Exception, match="is inspected"):
            hand_over(order)
        assert release(order, [pack]).state == "cancelled"
        balance()


def pack_dispute():
    return disputes.opening.Dispute.objects.get()
