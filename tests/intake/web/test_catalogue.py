from decimal import Decimal

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse

from intake.models import PackType
from rebattery.accounts.roles import Role
from rebattery.audit.trail import events_of
from tests.factories import balance, make_pack_type, make_person

FORM = {"key": "leaf-40", "make": "Nissan", "model": "Leaf", "chemistry": "NMC", "nominal_energy_kwh": "39,5"}


@pytest.fixture
def administrator(client, db):
    client.force_login(make_person(Role.ADMINISTRATOR))


def form_of(pack_type, **changes):
    values = {name: "" if value is None else value for name, value in model_to_dict(pack_type).items()}
    return values | changes


class TestCatalogue:
    def test_is_not_for_suppliers(self, client, db):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(reverse("catalogue")).status_code == 403

    def test_asks_the_same_queries_for_any_number(self, client, administrator, django_assert_num_queries):
        make_pack_type()
        client.get(reverse("catalogue"))
        with django_assert_num_queries(3) as counted:
            assert "Nissan" in client.get(reverse("catalogue")).content.decode()
        for _ in range(10):
            make_pack_type()

        with django_assert_num_queries(len(counted)):
            client.get(reverse("catalogue"))


class TestPackType:
    def test_shows_what_nobody_confirmed(self, client, administrator):
        pack_type = make_pack_type(mass_kg=None, usable_energy_kwh=Decimal(39))

        page = client.get(reverse("pack_type", args=[pack_type.pk])).content.decode()

        assert "not confirmed" in page and "39" in page


class TestPackTypeNew:
    def test_is_for_administrators_only(self, client, db):
        client.force_login(make_person(Role.REVIEWER))

        assert client.post(reverse("pack_type_new"), FORM).status_code == 403

    def test_adds_with_a_decimal_comma(self, client, administrator):
        response = client.post(reverse("pack_type_new"), FORM, follow=True)

        assert "Pack type LEAF-40 added." in response.content.decode()
        assert PackType.objects.get(key="LEAF-40").nominal_energy_kwh == Decimal("39.5")
        balance()

    def test_says_when_the_key_is_taken(self, client, administrator):
        make_pack_type(key="LEAF-40")

        assert "Taken." in client.post(reverse("pack_type_new"), FORM).content.decode()


class TestPackTypeEdit:
    def test_changes_with_its_reason(self, client, administrator):
        pack_type = make_pack_type()
        form = form_of(pack_type, mass_kg="303", reason="Weighed two of them.")

        client.post(reverse("pack_type_edit", args=[pack_type.pk]), form)

        event = events_of(subject_type="pack_type", subject_id=pack_type.pk).last()
        assert (event.before, event.after) == ({"mass_kg": None}, {"mass_kg": "303"})
        assert event.reason == "Weighed two of them."
        balance()

    def test_asks_for_the_reason(self, client, administrator):
        pack_type = make_pack_type()

        client.post(reverse("pack_type_edit", args=[pack_type.pk]), form_of(pack_type, mass_kg="303"))

        pack_type.refresh_from_db()
        assert pack_type.mass_kg is None
