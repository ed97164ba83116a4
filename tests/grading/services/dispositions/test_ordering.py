from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from grading.queries.decisions import decision_in_force
from grading.services import dispositions, disputes
from grading.services.dispositions import Consignment
from grading.services.dispositions.standings import DispositionRefused
from intake.domain.dispositions import MOST_PACKS, OrderKind
from intake.models import DispositionOrder, DispositionPack, Pack
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import events, events_of_pack
from tests.evidence import make_reviews, publish_seed
from tests.factories import balance, make_actor, make_person, make_supplier
from tests.grading.sending_off import (
    ORDERED_AT,
    REJECTED_AT,
    back,
    make_code,
    make_operator,
    make_quarantined,
    make_rejected,
    send_off,
    to_recycling,
)
from tests.together import at_once


@pytest.fixture
def policy(db):
    publish_seed()


def told(code: str) -> int:
    return events().filter(event_type=code).count()


@pytest.mark.usefixtures("policy")
class TestOrder:
    def test_of_a_return_leaves_a_product_a_product(self):
        packs = make_rejected(2)

        order = send_off(packs)

        assert (order.number[:8], order.state, order.pack_count) == ("RT-2026-", "ordered", 2)
        assert order.consignee["address"] == "Rampe 2, Bremen" and order.waste_code is None
        found = list(Pack.objects.order_by("pk"))
        assert [(p.status, p.legal_status) for p in found] == [("rejected", "product")] * 2
        assert [p.version for p in found] == [p.version + 1 for p in packs]
        assert (told("disposition.ordered"), told("disposition_pack.added")) == (1, 2)
        assert told("pack.return_ordered") == 2
        balance()

    def test_of_recycling_makes_waste_with_code_and_operator_at_once(self):
        [pack] = make_rejected()

        order = send_off([pack], to_recycling())

        pack.refresh_from_db()
        assert (pack.legal_status, pack.status) == ("waste", "rejected")
        assert (order.waste_code.code, order.operator.name) == ("16 06 99*", "Recycling Works")
        assert order.consignee["permit_number"] == order.operator.permit_number
        event = events_of_pack(pack_id=pack.pk).get(event_type="pack.recycling_ordered")
        assert (event.before, event.after) == ({"legal_status": "product"}, {"legal_status": "waste"})
        assert event.facts == {"order": order.number, "waste_code": "16 06 99*"}
        assert order.lines.get().transport_class == "waste_disposal"
        balance()

    def test_takes_packs_of_several_suppliers_to_recycling_but_not_back(self):
        packs = make_rejected() + make_rejected()

        with pytest.raises(DispositionRefused, match="one supplier"):
            send_off(packs)
        assert DispositionOrder.objects.count() == 0
        assert send_off(packs, to_recycling()).supplier is None

    def test_refuses_all_for_one_and_names_it(self):
        supplier = make_supplier()
        good = make_rejected(supplier=supplier)
        [case] = make_reviews(supplier=supplier)

        with pytest.raises(DispositionRefused, match=f"{case.pack.serial} is in review"):
            send_off([*good, case.pack])

        assert DispositionPack.objects.count() == 0
        assert told("pack.return_ordered") == 0

    def test_refuses_a_pack_that_is_in_another_order(self):
        [pack] = make_rejected()
        first = send_off([pack])

        with pytest.raises(DispositionRefused, match=f"in order {first.number} already"):
            send_off([pack], to_recycling())

    def test_refuses_what_can_still_be_taken_back(self):
        [pack] = make_rejected()

        with pytest.raises(DispositionRefused, match="just now"):
            send_off([pack], at=REJECTED_AT + timedelta(seconds=59))
        assert send_off([pack], at=REJECTED_AT + timedelta(seconds=60)).pk

    def test_refuses_a_disputed_pack(self):
        [pack] = make_rejected()
        decision = decision_in_force(pack_id=pack.pk)
        disputes.open_dispute(
            pack_id=pack.pk, decision_id=decision.pk, comment="No", uploads=[], actor=SYSTEM, at=ORDERED_AT
        )

        with pytest.raises(DispositionRefused, match="disputed"):
            send_off([pack])

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("operator", {"operator_id": -1}),
            ("waste_code", {"waste_code_id": -1}),
        ],
    )
    def test_of_recycling_asks_for_code_and_operator(self, field, values):
        [pack] = make_rejected()

        with pytest.raises(DispositionRefused) as refused:
            send_off([pack], to_recycling(**values))

        assert set(refused.value.fields) == {field}

    @pytest.mark.parametrize(("until", "is_taken"), [(date(2026, 11, 19), False), (date(2026, 11, 20), True)])
    def test_asks_for_a_valid_permit(self, until, is_taken):
        [pack] = make_rejected()
        consignment = to_recycling(operator_id=make_operator(permit_valid_until=until).pk)

        if is_taken:
            assert ORDERED_AT.date() == until and send_off([pack], consignment)
        else:
            with pytest.raises(DispositionRefused) as refused:
                send_off([pack], consignment)
            assert "ended on 2026-11-19" in refused.value.fields["operator"]

    @pytest.mark.parametrize(
        ("days", "is_taken"),
        [
            ({"applies_until": date(2026, 11, 19)}, False),
            ({"applies_until": date(2026, 11, 20)}, True),
            ({"applies_from": date(2026, 11, 20)}, True),
            ({"applies_from": date(2026, 11, 21)}, False),
        ],
    )
    def test_asks_for_a_code_that_applies(self, days, is_taken):
        [pack] = make_rejected()
        consignment = to_recycling(waste_code_id=make_code("16 06 98*", **days).pk)

        if is_taken:
            assert send_off([pack], consignment)
        else:
            with pytest.raises(DispositionRefused):
                send_off([pack], consignment)
            assert DispositionOrder.objects.count() == 0

    def test_of_waste_going_back_needs_a_code_too(self):
        [pack] = make_rejected(received_as="waste")

        with pytest.raises(DispositionRefused) as refused:
            send_off([pack])
        assert set(refused.value.fields) == {"waste_code"}
        assert send_off([pack], back(waste_code_id=make_code().pk)).waste_code

    def test_back_needs_an_address(self):
        with pytest.raises(DispositionRefused) as refused:
            send_off(make_rejected(), back(address=" "))

        assert set(refused.value.fields) == {"address"}

    def test_of_a_damaged_pack_says_who_judged_it(self):
        packs = make_quarantined("swelling")

        with pytest.raises(DispositionRefused) as refused:
            send_off(packs, to_recycling())
        assert "Damaged: " in refused.value.fields["transport_remark"]

    def test_takes_a_dangerous_pack_from_quarantine_with_its_hazards(self):
        [pack] = make_quarantined()

        order = send_off([pack], to_recycling(transport_remark="Our expert, by the maker's criteria"))

        line = order.lines.get()
        assert (line.hazards, line.transport_class) == (["Warm to the touch, or getting warmer"], "critical")
        assert Pack.objects.get().legal_status == "waste"
        balance()

    def test_never_gives_a_pack_in_quarantine_back(self):
        with pytest.raises(DispositionRefused, match="only to recycling"):
            send_off(make_quarantined())

    def test_of_an_unreviewed_pack_is_not_for_the_one_who_inspected_it(self):
        inspector = make_person(Role.REVIEWER)
        packs = make_quarantined(by=inspector)
        consignment = to_recycling(transport_remark="Expert")

        with pytest.raises(DispositionRefused, match="by you"):
            send_off(packs, consignment, by=inspector)
        assert send_off(packs, consignment)

    def test_asks_why_and_for_packs_and_not_for_too_many(self):
        [pack] = make_rejected()

        with pytest.raises(DispositionRefused, match="at least one"):
            send_off([])
        with pytest.raises(DispositionRefused, match=f"At most {MOST_PACKS}"):
            send_off([Pack(pk=number) for number in range(MOST_PACKS + 1)])
        with pytest.raises(ReasonMissing):
            dispositions.order(
                pack_ids=[pack.pk], consignment=back(), reason=" ", actor=make_actor(), at=ORDERED_AT
            )

    def test_asks_the_same_for_one_pack_and_for_many(self, django_assert_max_num_queries):
        packs = make_rejected(12)

        with django_assert_max_num_queries(25):
            send_off(packs)

    def test_keeps_a_pack_in_one_order_by_the_database_too(self):
        [pack] = make_rejected()
        order = send_off([pack])
        other = Consignment(kind=OrderKind.RETURN, address="x")
        assert other.kind == order.kind

        with pytest.raises(IntegrityError), transaction.atomic():
            second = DispositionOrder.objects.create(
                number="RT-2026-X", kind="return", state="ordered", supplier=order.supplier, consignee={},
                pack_count=1, reason="x", ordered_at=ORDERED_AT, ordered_by="x",
            )  # fmt: skip
            DispositionPack.objects.create(
                order=second,
                pack=pack,
                state="ordered",
                legal_status_before="product",
                transport_class="normal",
            )


class TestTwoAtOnce:
    def test_order_a_pack_once(self, committed_db):
        publish_seed()
        [pack] = make_rejected()
        people = [make_person(Role.REVIEWER) for _ in range(2)]

        def attempt(person):
            try:
                return send_off([pack], by=person).number
            except DispositionRefused as refused:
                return refused.message

        answers = at_once(attempt, people)

        assert sum(answer.startswith("RT-") for answer in answers) == 1
        assert sum("already" in answer for answer in answers) == 1
        assert DispositionOrder.objects.count() == 1
