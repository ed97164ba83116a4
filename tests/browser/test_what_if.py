"""Trying a policy in a real browser: sliders by keyboard, numbers that follow, for everybody."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from grading.models import WhatIfReport
from grading.services.what_if.snapshots import take_population
from tests.browser.looks import assert_fine
from tests.evidence import make_tested, publish_seed
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def reviewer():
    publish_seed()
    for soh, chemistry in (("60", "LFP"), ("61", "LFP"), ("85", "LFP"), ("85", "NMC"), ("15", "LMO")):
        make_tested(soh=soh, chemistry=chemistry, nominal_energy_kwh="50")
    take_population(at=timezone.now())
    return make_person("reviewer")


class TestWhatIf:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_follows_a_slider_moved_by_keys_and_is_kept(self, windows, reviewer, theme):
        page = windows.open(reviewer, theme=theme, path=reverse("what_if"))
        expect(page.locator("#in-words")).to_contain_text("Of 5 packs none")

        page.get_by_label("LFP: SOH limit 60 %").press("ArrowRight")

        expect(page.locator("#in-words")).to_contain_text("Of 5 packs 1 (20.0 %) would move")
        expect(page.locator("#soh-LFP-60-words")).to_have_text("60.5 % (was 60)")
        expect(page.get_by_label("LFP: SOH limit 60 %")).to_be_focused()
        assert_fine(page, "what_if")
        expect(page).to_have_url(re.compile("soh-LFP-60=60.5"))
        page.reload()
        expect(page.locator("#in-words")).to_contain_text("Of 5 packs 1 (20.0 %) would move")
        expect(page.get_by_label("LFP: SOH limit 60 %")).to_have_value("60.5")
        page.get_by_role("button", name="Keep as a report").click()
        expect(page.get_by_role("heading", name="Packs that would move")).to_be_visible()
        assert WhatIfReport.objects.get().numbers["moved"] == 1
        page.get_by_role("link", name="1", exact=True).first.click()
        expect(page).to_have_url(re.compile("old_grade=B"))
        assert_fine(page, "what_if_report")
        assert page.locator("#moves tbody tr").count() == 1

    def test_stops_a_slider_at_its_neighbor_and_says_nothing_to_the_console(self, windows, reviewer):
        page = windows.open(reviewer, path=reverse("what_if"))
        slider = page.get_by_label("LFP: SOH limit 60 %")

        for _ in range(12):
            slider.press("PageUp")

        expect(slider).to_have_value("79.5")
        expect(page.locator("#soh-LFP-60-words")).to_have_text("79.5 % (was 60)")
        expect(page.get_by_text("This policy cannot be used")).to_have_count(0)
        assert page.said == []
