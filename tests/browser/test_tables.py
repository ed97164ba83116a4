"""Tables of every page: what is wider than its box scrolls there, never the document."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from rebattery.accounts.roles import Role
from tests.browser.axe import faults_of, overflow_of
from tests.evidence import publish_seed
from tests.factories import make_batch, make_person
from tests.grading.cast import STATES

pytestmark = pytest.mark.browser
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


class TestLongList:
    def test_keeps_its_head_in_sight_where_it_fits(self, windows, committed_db):
        batch = make_batch(packs=50)
        page = windows.open(make_person(Role.REVIEWER), path=f"{reverse('batch', args=[batch.pk])}#packs")
        expect(page.locator("#packs .data-scroll")).to_have_attribute("data-fits", "")
        head = page.locator("#packs thead")
        page.locator("#packs tbody tr").last.scroll_into_view_if_needed()

        assert head.evaluate("head => head.rows[0].cells[0].getBoundingClientRect().top") >= 0
