"""Django's admin: reference data, through the services, for administrators."""

import pytest
from django.contrib import admin
from django.test import Client, override_settings
from django.urls import reverse

from grading.models import Instrument
from intake.models import PackType, Supplier
from rebattery.accounts.roles import Role
from rebattery.audit.trail import entry_of, events_of
from rebattery.ui.admin import ReferenceAdmin
from tests.factories import balance, make_instrument, make_pack_type, make_person, make_supplier

REGISTERED = {PackType: "packtype", Supplier: "supplier", Instrument: "instrument"}


@pytest.fixture
def administrator(client: Client, db: None) -> Client:
    client.force_login(make_person(Role.ADMINISTRATOR, name="Ada"))
    return client


def story(kind: str, row: object) -> list[str]:
    return [entry_of(event).sentence for event in events_of(subject_type=kind, subject_id=row.pk)]


def form_of(client: Client, path: str) -> dict[str, str]:
    """Return what the form of a page would send if nobody touched it."""
    fields = client.get(path).context["adminform"].form
    values = {name: fields[name].value() for name in fields.fields}
    return {name: str(value) for name, value in values.items() if value not in (None, False)}


class TestSite:
    def test_shows_reference_data_and_nothing_else(self):
        reverse("admin:index")  # the addresses fill the site; no test before this one may have asked for any
        assert set(admin.site._registry) == set(REGISTERED)

    def test_deletes_and_bulk_changes_nothing(self, administrator):
        request = administrator.get("/admin/").wsgi_request

        for site in admin.site._registry.values():
            assert isinstance(site, ReferenceAdmin)
            assert not site.has_delete_permission(request) and site.get_actions(request) == {}

    def test_sends_a_stranger_to_sign_in(self, client, db):
        assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")

    @override_settings(SECOND_FACTOR_REQUIRED=True)
    def test_wants_the_second_factor(self, administrator):
        assert administrator.get("/admin/")["Location"] == "/accounts/2fa/"


class TestSupplierAdmin:
    def test_adds_and_changes_with_events(self, administrator):
        administrator.post("/admin/intake/supplier/add/", {"code": "GX-1", "name": "Green", "country": "de"})
        supplier = Supplier.objects.get()

        administrator.post(
            f"/admin/intake/supplier/{supplier.pk}/change/", {"name": "Greener", "country": "DE"}
        )

        supplier.refresh_from_db()
        assert (supplier.code, supplier.name, supplier.is_active) == ("GX-1", "Greener", False)
        assert story("supplier", supplier) == [
            "Ada added supplier Green (GX-1).",
            "Ada changed supplier Greener (GX-1).",
        ]
        balance()

    def test_says_when_a_code_is_taken_in_another_case(self, administrator):
        make_supplier("GX-1")

        page = administrator.post(
            "/admin/intake/supplier/add/", {"code": "gx-1", "name": "Other", "country": ""}, follow=True
        )

        assert "Nothing was changed." in page.content.decode()
        assert Supplier.objects.count() == 1

    def test_never_changes_the_code(self, administrator):
        supplier = make_supplier("GX-1")

        administrator.post(
            f"/admin/intake/supplier/{supplier.pk}/change/",
            {"code": "EVIL", "name": supplier.name, "country": "", "is_active": "on"},
        )

        supplier.refresh_from_db()
        assert supplier.code == "GX-1" and len(story("supplier", supplier)) == 1
        balance()

    def test_deletes_nothing(self, administrator):
        supplier = make_supplier("GX-1")

        assert administrator.post(f"/admin/intake/supplier/{supplier.pk}/delete/").status_code == 403
        assert Supplier.objects.exists()


class TestPackTypeAdmin:
    def test_changes_with_a_reason(self, administrator):
        pack_type = make_pack_type()
        path = reverse("admin:intake_packtype_change", args=[pack_type.pk])

        untouched = form_of(administrator, path)
        administrator.post(path, untouched | {"mass_kg": "303.0", "reason": ""})
        pack_type.refresh_from_db()
        assert pack_type.mass_kg is None

        administrator.post(path, untouched | {"mass_kg": "303.0", "reason": "Data sheet of 2019"})
        pack_type.refresh_from_db()
        assert pack_type.mass_kg == 303
        assert len(story("pack_type", pack_type)) == 2
        balance()

    def test_adds(self, administrator):
        administrator.post(
            "/admin/intake/packtype/add/",
            {"key": "BYD-1", "make": "BYD", "model": "Blade", "chemistry": "LFP", "is_active": "on"},
        )

        assert story("pack_type", PackType.objects.get()) == ["Ada added the pack type BYD-1 BYD Blade."]
        balance()


class TestInstrumentAdmin:
    def test_changes_with_an_event(self, administrator):
        instrument = make_instrument()

        administrator.post(
            f"/admin/grading/instrument/{instrument.pk}/change/",
            {"name": "Cycler", "kind": "cycler", "maker_serial": "S-1", "reason": "Out of service"},
        )

        instrument.refresh_from_db()
        assert (instrument.maker_serial, instrument.is_active) == ("S-1", False)
        assert len(story("instrument", instrument)) == 2
        balance()

    def test_adds_none_because_a_certificate_belongs_to_it(self, administrator):
        assert administrator.get("/admin/grading/instrument/add/").status_code == 403
