"""Pages that come with our packages, in a real browser: whole, and silent under our content policy."""

import pytest
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from rebattery.accounts.roles import Role
from tests.factories import make_person, make_supplier

pytestmark = pytest.mark.browser


class TestApiDocs:
    def test_shows_every_endpoint_and_says_nothing_wrong(self, windows):
        page = windows.open(make_person(Role.WAREHOUSE), path=reverse("api_docs"))

        page.locator("#operations-capacity-tests-capacity_tests_create, .opblock").first.wait_for()
        paths = page.locator(".opblock-summary-path").all_inner_texts()
        page.locator(".opblock-summary-path", has_text="capacity-tests").click()
        page.locator(".opblock-body").wait_for()

        described = SchemaGenerator().get_schema(public=True)["paths"]
        assert len(paths) == sum(len(methods) for methods in described.values())
        assert page.said == []


class TestAdmin:
    def test_works_and_says_nothing_wrong(self, windows):
        supplier = make_supplier("GX-1", name="Green Cars")
        page = windows.open(make_person(Role.ADMINISTRATOR), path="/admin/")

        page.get_by_role("link", name="Suppliers", exact=True).first.click()
        page.get_by_role("link", name="GX-1").click()
        page.get_by_label("Name").fill("Greener Cars")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("was changed successfully").wait_for()

        supplier.refresh_from_db()
        assert supplier.name == "Greener Cars"
        assert page.said == []
