import re
from urllib.parse import unquote

import pytest
from django.urls import reverse

from intake.models import Scan
from rebattery.accounts.roles import Role
from tests.factories import make_batch, make_pack, make_person


def receipt(client, batch):
    return client.get(reverse("batch_receipt", args=[batch.pk]))


class TestBatchReceipt:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, db):
        client.force_login(make_person(Role.SUPPLIER))

        assert receipt(client, make_batch()).status_code == 404

    def test_shows_what_travels_with_the_pallet(self, client, db):
        person = make_person(Role.SUPPLIER)
        batch = make_batch(person.supplier, packs=[{"serial": "RB-1", "declared": {"mass_kg": "303"}}])
        client.force_login(person)

        page = receipt(client, batch).content.decode()

        assert re.search(rf"receipt-number[^>]*>{batch.number}<", page)
        for text in (person.supplier.name, "RB-1", "40.0", "303.0", batch.manifest.stored_file.sha256):
            assert text in page
        assert f"http://testserver{reverse('batch', args=[batch.pk])}" in page
        assert unquote(re.search(r'src="(data:image/svg[^"]+)"', page)[1]).count("<path") >= 1
        assert "style=" not in page and "not stated" in page

    def test_is_offered_on_the_page_of_the_batch(self, client, db):
        batch = make_batch()
        client.force_login(make_person(Role.WAREHOUSE))

        assert (
            reverse("batch_receipt", args=[batch.pk])
            in client.get(reverse("batch", args=[batch.pk])).content.decode()
        )


@pytest.fixture
def warehouse(client, db):
    client.force_login(make_person(Role.WAREHOUSE))
    return client


def code_of(batch):
    return f"http://testserver/batches/{batch.pk}/?number={batch.number}"


class TestScanOfAReceipt:
    @pytest.mark.parametrize("code", [code_of, lambda batch: batch.number.lower()])
    def test_opens_the_batch_at_the_dock(self, warehouse, code):
        batch = make_batch()

        response = warehouse.get(reverse("scan"), {"code": code(batch)})

        assert response.url == reverse("dock_batch", args=[batch.pk])

    def test_opens_the_page_for_those_who_do_not_receive(self, client, db):
        batch = make_batch()
        client.force_login(make_person(Role.REVIEWER))

        response = client.get(reverse("scan"), {"code": code_of(batch)})

        assert response.url == reverse("batch", args=[batch.pk])

    def test_says_that_nothing_is_known(self, warehouse):
        response = warehouse.get(
            reverse("scan"), {"code": "http://testserver/batches/7/?number=B-2026-99999"}
        )

        assert "Nothing known" in response.content.decode()

    def test_changes_the_batch_while_another_is_received(self, warehouse):
        batch, other = make_batch(), make_batch()

        response = warehouse.post(reverse("dock_batch", args=[batch.pk]), {"code": code_of(other)})

        assert response.url == reverse("dock_batch", args=[other.pk])
        assert not Scan.objects.exists()

    def test_receives_a_pack_whose_serial_looks_like_a_batch(self, warehouse):
        other = make_batch()
        pack = make_pack(serial=other.number)

        warehouse.post(reverse("dock_batch", args=[pack.batch_id]), {"code": other.number})

        pack.refresh_from_db()
        assert pack.status == "received"
