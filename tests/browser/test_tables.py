"""Tables of every page: what is wider than its box scrolls there, never the document."""

import os
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from intake.services.arrivals import put_expected
from rebattery.accounts.roles import Role
from tests.browser.axe import faults_of, overflow_of
from tests.evidence import publish_seed
from tests.factories import AT, make_actor, make_batch, make_person
from tests.grading.cast import STATES

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SHOTS")
SIZES = [(1280, 800), (1180, 820), (1100, 800), (800, 1180)]


@pytest.fixture
def graded(committed_db):
    """Return a pack whose row of results is wide: a grade, a route, a sentence."""
    publish_seed()
    return STATES["graded"]()


class TestResults:
    @pytest.mark.parametrize("size", SIZES, ids=str)
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_scroll_in_their_box(self, windows, graded, size, theme):
        path = reverse("batch_results", args=[graded.batch_id])
        page = windows.open(make_person(Role.REVIEWER), theme=theme, path=path)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        # A serial may be long; nothing of the table may widen the document.
        page.locator("#packs [data-rows] th[scope=row] a").first.evaluate(
            "cell => cell.textContent = 'X'.repeat(120)"
        )

        box = page.locator("#packs .data-scroll")
        expect(box).not_to_have_attribute("data-fits", "")

        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        assert overflow_of(page) == 0
        assert faults_of(page) == []


class TestApplications:
    @pytest.mark.parametrize("size", SIZES, ids=str)
    def test_hides_no_reason_beyond_its_edge(self, windows, graded, size):
        page = windows.open(make_person(Role.REVIEWER), path=reverse("pack", args=[graded.pk]))
        page.set_viewport_size({"width": size[0], "height": size[1]})

        box = page.get_by_role("region", name="Applications")

        assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0


class TestLongList:
    def test_keeps_its_head_in_sight_where_it_fits(self, windows, committed_db):
        batch = make_batch(packs=50)
        page = windows.open(make_person(Role.REVIEWER), path=f"{reverse('batch', args=[batch.pk])}#packs")
        expect(page.locator("#packs .data-scroll")).to_have_attribute("data-fits", "")
        head = page.locator("#packs thead")
        page.locator("#packs tbody tr").last.scroll_into_view_if_needed()

        assert head.evaluate("head => head.rows[0].cells[0].getBoundingClientRect().top") >= 0


class TestDock:
    @pytest.mark.parametrize("size", SIZES, ids=str)
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_says_overdue_and_sorts_by_the_day(self, windows, committed_db, size, theme):
        late, plain = make_batch(), make_batch()
        with transaction.atomic():
            put_expected(late, timezone.now().date() - timedelta(days=1), make_actor(), AT)
        page = windows.open(make_person(Role.WAREHOUSE), theme=theme, path=reverse("dock"))
        page.set_viewport_size({"width": size[0], "height": size[1]})

        page.get_by_role("link", name="Expected").click()
        rows = page.locator("[data-rows] tbody tr")

        expect(page.locator("[aria-sort=ascending]")).to_contain_text("Expected")
        expect(rows.nth(0)).to_contain_text(late.number)
        expect(rows.nth(0)).to_contain_text("Overdue")
        expect(rows.nth(1)).to_contain_text(plain.number)
        assert overflow_of(page) == 0
        assert faults_of(page) == page.said == []
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/dock-{size[0]}-{theme}.png")
