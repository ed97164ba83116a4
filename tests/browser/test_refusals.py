"""What was refused is in sight, with the focus where script runs."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.evidence import make_inspected, publish_seed

pytestmark = pytest.mark.browser
SIZE = {"width": 1280, "height": 800}


@pytest.fixture
def bench(open_page):
    """Send an empty capacity test from the bench."""
    publish_seed()
    [pack] = make_inspected(chemistry="LFP")

    def refused(**options):
        page = open_page(path=reverse("bench_pack", args=[pack.pk]), **options)
        page.set_viewport_size(SIZE)
        page.get_by_role("button", name="Record capacity test").click()
        return page.locator(".form-errors")

    return refused


class TestBench:
    def test_shows_what_was_refused_and_leads_to_the_field(self, bench):
        box = bench()

        expect(box).to_be_in_viewport()
        expect(box).to_be_focused()
        box.get_by_role("link").first.click()
        expect(box.page.locator(":target")).to_be_in_viewport()

    def test_shows_it_in_the_first_screen_without_script(self, bench):
        expect(bench(java_script_enabled=False)).to_be_in_viewport()
