"""Rejects counted in a real browser: bars that lead to their packs, for everybody, on a tablet."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.looks import assert_fine
from tests.evidence import publish_seed
from tests.factories import make_person, make_supplier
from tests.grading.rejecting import found, reject

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def auditor():
    publish_seed()
    acme = make_supplier("ACME")
    for soh, chemistry in (("78", "NMC"), ("70", "NMC"), ("12", "LFP")):
        reject(soh=soh, chemistry=chemistry, supplier=acme)
    found("swelling", "water")
    return make_person("auditor")


class TestRejects:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_a_bar_leads_to_exactly_its_packs(self, windows, auditor, theme):
        page = windows.open(auditor, theme=theme, size="tablet", path=reverse("reject_pareto"))
        expect(page.locator("[data-chart][data-drawn]")).to_be_visible()
        assert page.locator("[data-chart-canvas] text").get_by_text("100", exact=True).count() == 1
        assert_fine(page, "reject_pareto")

        page.get_by_role("link", name="By finding").click()
        expect(page.get_by_text("1 reject with a finding; 3 without.")).to_be_visible()
        assert_fine(page, "reject_pareto_findings")
        page.go_back()
        page.locator("table").last.get_by_role("link", name="Nickel chemistry, SOH not above 80 %").click()

        expect(page.get_by_text("Rejected by: Nickel chemistry, SOH not above 80 %")).to_be_visible()
        assert page.locator("tbody tr").count() == 2
        assert_fine(page, "packs_rejected")
        page.go_back()
        expect(page.locator("[data-chart][data-drawn]")).to_be_visible()
        canvas = page.locator("[data-chart-canvas]")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        # The first of three bars, a little above the axis.
        canvas.click(position={"x": 64 + (box["width"] - 128) / 6, "y": box["height"] - 104 - 12})
        expect(page.get_by_role("heading", name="Packs", level=1)).to_be_visible()
