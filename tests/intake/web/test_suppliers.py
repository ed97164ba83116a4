import pytest
from django.urls import reverse

from intake.models import Supplier
from rebattery.accounts.roles import Role
from tests.factories import balance, make_batch, make_person, make_supplier

FORM = {"code": "gx-1", "name": "Green Cars", "country": "de"}


@pytest.fixture
def administrator(client, db):
    client.force_login(make_person(Role.ADMINISTRATOR))


class TestSuppliers:
    def test_is_not_for_suppliers(self, client, db):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(reverse("suppliers")).status_code == 403

    def test_lists_them_with_their_counts(self, client, administrator):
        make_batch(make_supplier("GX-1", name="Green Cars"), packs=73)

        page = client.get(reverse("suppliers"), {"q": "green"}).content.decode()

        assert "GX-1" in page and ">73<" in page

    def test_asks_the_same_queries_for_any_number(self, client, administrator, django_assert_num_queries):
        client.get(reverse("suppliers"))
        with django_assert_num_queries(3) as counted:
            client.get(reverse("suppliers"))
        for _ in range(10):
            make_batch()

        with django_assert_num_queries(len(counted)):
            client.get(reverse("suppliers"))


class TestSupplier:
    def test_shows_people_counts_and_story(self, client, administrator):
        supplier = make_supplier("GX-1", name="Green Cars")
        make_person(Role.SUPPLIER, supplier=supplier, name="Sue")

        page = client.get(reverse("supplier", args=[supplier.pk])).content.decode()

        assert "Sue" in page
        assert "ReBattery added supplier" in page
        assert "?supplier=GX-1" in page


class TestSupplierNew:
    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.WAREHOUSE, Role.REVIEWER, Role.AUDITOR])
    def test_is_for_administrators_only(self, client, db, role):
        client.force_login(make_person(role))

        assert client.post(reverse("supplier_new"), FORM).status_code == 403
        assert not Supplier.objects.filter(code="GX-1").exists()

    def test_adds(self, client, administrator):
        response = client.post(reverse("supplier_new"), FORM, follow=True)

        assert "Supplier Green Cars added." in response.content.decode()
        assert Supplier.objects.get(code="GX-1").country == "DE"
        balance()

    def test_says_when_the_code_is_taken(self, client, administrator):
        make_supplier("GX-1")

        assert "Taken." in client.post(reverse("supplier_new"), FORM).content.decode()


class TestSupplierEdit:
    def test_switches_a_supplier_off(self, client, administrator):
        supplier = make_supplier("GX-1")

        client.post(reverse("supplier_edit", args=[supplier.pk]), {"name": "Green Cars", "country": "DE"})

        supplier.refresh_from_db()
        assert (supplier.name, supplier.is_active) == ("Green Cars", False)
        balance()
