"""Policies in a real browser: readable on both sizes, checked while they are filled in, no mouse needed."""

import pytest
from django.urls import reverse

from grading.models import PolicyDraft
from tests.browser.looks import assert_all_fine
from tests.evidence import publish_seed
from tests.factories import make_person
from tests.grading.policy_drafting import make_draft, make_proposed, with_floor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def author():
    publish_seed()
    return make_person("reviewer")


class TestPolicies:
    def test_are_for_everybody(self, windows, author):
        draft = make_draft(author, floors=with_floor("30"))
        proposed = make_proposed(make_person("administrator"), guard_band_pts="2")
        policy = draft.based_on or publish_seed()
        page = windows.open(author)
        pages = [
            ("policies", []),
            ("policy", [policy.pk]),
            ("policy_difference", [policy.pk]),
            ("policy_draft_new", []),
            ("policy_draft", [draft.pk]),
            ("policy_draft", [proposed.pk]),
            ("policy_draft_table", [draft.pk, "LMO"]),
            *(("policy_draft_part", [draft.pk, part]) for part in ("overlays", "evidence", "texts")),
        ]

        assert_all_fine(page, *(reverse(name, args=keys) for name, keys in pages))

    def test_tell_faults_while_a_table_is_filled_in(self, windows, author):
        draft = make_draft(author)
        page = windows.open(author, path=reverse("policy_draft_table", args=[draft.pk, "LFP"]))

        page.locator("#row-1-lo").fill("21")
        page.locator("#row-1-lo").press("Tab")
        page.locator("#fault-1-lo").get_by_text("Gap between 20 and 21 %.").wait_for()
        assert page.evaluate("document.activeElement.name") == "row-1-hi_incl"
        page.locator("#row-1-lo").fill("20")
        page.locator("#row-1-grade").select_option("D")
        page.locator("#row-1-route").select_option("recycling")
        page.locator("#direction-1").get_by_text("stricter").wait_for()
        assert page.locator("#fault-1-lo").inner_text() == ""
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Table of LFP saved.").wait_for()

        assert PolicyDraft.objects.get(pk=draft.pk).document["bands"][1]["grade"] == "D"
        assert page.said == []
