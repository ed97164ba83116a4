import pytest
from django.urls import reverse

from grading.services import dispositions
from intake.models import DispositionOrder, Pack
from rebattery.accounts.roles import Role
from tests.evidence import make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.sending_off import (
    LEFT_AT,
    make_code,
    make_operator,
    make_rejected,
    send_off,
    to_recycling,
)


@pytest.fixture(autouse=True)
def policy(db):
    publish_seed()


@pytest.fixture
def reviewer(client):
    person = make_person(Role.REVIEWER)
    client.force_login(person)
    return person


@pytest.fixture
def warehouse(client):
    person = make_person(Role.WAREHOUSE)
    client.force_login(person)
    return person


NEW = "/dispositions/new/"


def page(order: DispositionOrder, step: str = "") -> str:
    return reverse("disposition" + (f"_{step}" if step else ""), args=[order.pk])


def shown(response) -> str:
    return response.content.decode()


class TestList:
    def test_finds_an_order_by_the_serial_of_its_pack(self, client, reviewer):
        packs = make_rejected() + make_rejected()
        first, second = (send_off([pack]) for pack in packs)

        found = shown(client.get(f"/dispositions/?q={packs[0].serial.lower()}"))

        assert first.number in found and second.number not in found
        assert "To be handed over" in found

    def test_can_be_exported(self, client, reviewer):
        order = send_off(make_rejected())

        assert order.number in client.get("/dispositions/?export=csv").getvalue().decode()

    def test_is_for_staff(self, client):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get("/dispositions/").status_code == 403


class TestNew:
    def test_is_for_those_who_may_order(self, client):
        for role in (Role.WAREHOUSE, Role.AUDITOR, Role.SUPPLIER):
            client.force_login(make_person(role))
            assert client.get(NEW).status_code == 403

    def test_orders_the_named_packs_back(self, client, reviewer):
        packs = make_rejected(2)
        keys = [pack.pk for pack in packs]
        assert packs[0].serial in shown(client.get(NEW, {"pack": keys}))

        answers = {"pack": keys, "kind": "return", "address": "Bremen", "reason": "No use"}
        response = client.post(NEW, answers)

        order = DispositionOrder.objects.get()
        assert response["Location"] == page(order)
        assert (order.pack_count, order.consignee["address"]) == (2, "Bremen")

    def test_suggests_where_the_last_return_went(self, client, reviewer):
        [pack] = make_rejected()
        send_off([pack])
        again = make_rejected(supplier=pack.supplier)

        assert "Rampe 2, Bremen" in shown(client.get(NEW, {"pack": again[0].pk}))

    def test_takes_all_rejects_of_a_batch_to_recycling(self, client, reviewer):
        packs = make_rejected(2)
        operator, code = make_operator(), make_code()

        client.post(
            f"{NEW}?batch={packs[0].batch_id}",
            {
                "pack": [pack.pk for pack in packs],
                "kind": "recycling",
                "operator": operator.pk,
                "waste_code": code.pk,
                "reason": "No use",
            },
        )

        assert set(Pack.objects.values_list("legal_status", flat=True)) == {"waste"}

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, client, reviewer):
        [pack] = make_rejected()

        response = client.post(NEW, {"pack": [pack.pk], "kind": "recycling", "reason": "My words"})

        assert "Choose who takes the packs." in shown(response) and "My words" in shown(response)
        assert not DispositionOrder.objects.exists()

    def test_names_the_pack_that_cannot_go(self, client, reviewer):
        [case] = make_reviews()

        answers = {"pack": [case.pack_id], "kind": "return", "address": "x", "reason": "x"}
        assert f"{case.pack.serial} is in review" in shown(client.post(NEW, answers))

    @pytest.mark.parametrize("query", ["", "?pack=x&pack=-1&batch=x", "?batch=999999999999999999"])
    def test_says_so_without_packs(self, client, reviewer, query):
        assert "No pack chosen." in shown(client.get(NEW + query))


class TestHandOver:
    def test_takes_ticked_and_scanned_packs_alike(self, client, warehouse):
        packs = make_rejected(2)
        order = send_off(packs)
        assert "Hand over" in shown(client.get(page(order)))

        client.post(
            page(order, "hand_over"),
            {
                "version": order.version,
                "pack": [packs[0].pk],
                "serials": f"{packs[1].serial.lower()}\r\n",
                "document_number": "CMR-9",
            },
        )

        order.refresh_from_db()
        assert (order.state, order.document_number) == ("handed_over", "CMR-9")
        assert set(Pack.objects.values_list("status", flat=True)) == {"returned"}

    def test_stops_at_a_pack_that_is_not_in_the_order(self, client, warehouse):
        order = send_off(make_rejected())
        [other] = make_rejected()

        answers = {"version": order.version, "serials": other.serial, "document_number": "CMR-9"}
        assert "Not in this order" in shown(client.post(page(order, "hand_over"), answers))

    def test_names_what_is_not_ticked(self, client, warehouse):
        [pack] = make_rejected()
        order = send_off([pack])

        answers = {"version": order.version, "document_number": "CMR-9"}
        assert f"{pack.serial} is not ticked" in shown(client.post(page(order, "hand_over"), answers))

    def test_is_for_the_warehouse(self, client, reviewer):
        order = send_off(make_rejected())

        assert client.post(page(order, "hand_over")).status_code == 403
        assert "Scan the packs" not in shown(client.get(page(order)))


class TestRelease:
    def test_takes_the_ticked_out_or_all(self, client, reviewer):
        packs = make_rejected(3)
        order = send_off(packs, to_recycling())

        client.post(page(order, "release"), {"version": 1, "pack": [packs[0].pk], "reason": "Asked"})
        order.refresh_from_db()
        assert (order.state, order.pack_count) == ("ordered", 2)

        client.post(page(order, "release"), {"version": 2, "all": "1", "reason": "Wrong"})
        order.refresh_from_db()
        assert order.state == "cancelled"
        assert set(Pack.objects.values_list("legal_status", flat=True)) == {"product"}

    def test_is_not_for_the_warehouse(self, client, warehouse):
        order = send_off(make_rejected())

        assert client.post(page(order, "release")).status_code == 403

    def test_shows_that_somebody_was_faster(self, client, reviewer):
        order = send_off(make_rejected())
        dispositions.cancel(order_id=order.pk, version=1, reason="First", actor=make_actor(), at=LEFT_AT)

        response = client.post(page(order, "release"), {"version": 1, "all": "1", "reason": "Second"})

        assert "Somebody changed this order" in shown(response) or "First" in shown(response)


class TestNote:
    def test_is_a_paper_for_staff(self, client, warehouse):
        order = send_off(make_rejected(), to_recycling())

        first, second = (client.get(page(order, "note")) for _ in range(2))

        assert first.content.startswith(b"%PDF-") and first.content == second.content
        client.force_login(make_person(Role.SUPPLIER))
        assert client.get(page(order, "note")).status_code == 403


class TestPackOfACancelledOrder:
    def test_says_to_its_supplier_that_it_is_again_what_it_was(self, client):
        [pack] = make_rejected()
        order = send_off([pack], to_recycling())
        client.force_login(make_person(Role.SUPPLIER, supplier=pack.supplier))
        assert "<dd>Waste, waste code" in shown(client.get(reverse("pack", args=[pack.pk])))

        dispositions.cancel(order_id=order.pk, version=1, reason="Ours", actor=make_actor(), at=LEFT_AT)

        html = shown(client.get(reverse("pack", args=[pack.pk])))
        assert "the pack stays with us and is again what it was" in html
        assert "<dt>In law</dt><dd>Product</dd>" in html
        assert order.number in html
        assert "Ours" not in html
