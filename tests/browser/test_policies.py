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
            *(
                ("policy_draft_part", [draft.pk, part])
                for part in ("overlays", "evidence", "texts", "chemistries")
            ),
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

    def test_are_tables_at_a_desk_and_cards_on_a_tablet(self, windows, author):
        draft = make_draft(author)
        page = windows.open(author, path=reverse("policy_draft_table", args=[draft.pk, "LFP"]))
        grid = page.get_by_role("table", name="Decision table of LFP")
        first, second = page.locator("#row-0-lo"), page.locator("#row-0-route")

        assert first.bounding_box()["y"] == pytest.approx(second.bounding_box()["y"], abs=2)
        assert grid.get_by_role("columnheader", name="Against live").is_visible()
        page.set_viewport_size({"width": 800, "height": 1180})
        assert first.bounding_box()["y"] < second.bounding_box()["y"]
        assert grid.get_by_role("row").count() == 7
        assert grid.get_by_role("rowheader", name="Row 2").is_visible()

    def test_are_walked_by_keys_without_losing_anything(self, windows, author):
        draft = make_draft(author)
        page = windows.open(author, path=reverse("policy_draft_table", args=[draft.pk, "LFP"]))

        page.locator("#row-1-hi").fill("65")
        page.keyboard.press("Enter")
        page.locator("#fault-2-lo").get_by_text("Overlap between 60 and 65 %.").wait_for()
        assert page.evaluate("document.activeElement.id") == "row-2-hi"
        page.locator("#row-2-lo").fill("65")
        page.keyboard.press("ArrowDown")
        page.keyboard.type("65")
        page.keyboard.press("ArrowUp")
        page.locator("#direction-1").get_by_text("stricter").wait_for()
        assert page.evaluate("document.activeElement.id") == "row-2-lo"
        assert page.locator("#row-2-lo").get_attribute("aria-invalid") is None
        page.locator("#row-2-grade").focus()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.id") == "row-2-grade"
        assert page.locator("#row-2-grade").input_value() == "C"
        page.get_by_text("Not saved yet.").wait_for()
        page.locator("#row-2-grade").select_option("B")
        page.locator("#flags-1").click()
        page.get_by_label("A reviewer looks at this pack").and_(page.locator("[name=row-1-flags]")).check()
        page.keyboard.press("Enter")
        page.locator("#flags-1").get_by_text("REVIEW").wait_for()
        page.locator("#row-1-lo").focus()
        page.keyboard.press("Control+Enter")
        page.get_by_text("Table of LFP saved.").wait_for()

        rows = PolicyDraft.objects.get(pk=draft.pk).document["bands"]
        assert (rows[1]["hi"], rows[2]["lo"], rows[3]["lo"]) == ("65", "65", "65")
        assert (rows[1]["flags"], rows[2]["grade"]) == (["REVIEW"], "B")
        assert page.said == []

    def test_ask_before_what_is_not_saved_is_left(self, windows, author):
        draft = make_draft(author)
        page = windows.open(author, path=reverse("policy_draft_table", args=[draft.pk, "LFP"]))
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

        page.locator("#row-1-hi").fill("65")
        page.keyboard.press("Enter")
        page.get_by_text("Not saved yet.").wait_for()
        page.get_by_role("link", name="The draft").click()
        assert page.locator("#row-1-hi").input_value() == "65"
        assert asked == ["beforeunload"]
        page.get_by_role("button", name="Add a row", exact=True).click()
        page.locator("#row-6-hi").wait_for()
        assert page.evaluate("document.activeElement.id") == "row-6-hi"
        page.get_by_role("link", name="Cancel").click()
        page.get_by_role("heading", name="Try it").wait_for()
        assert asked == ["beforeunload"]

    def test_are_filled_in_without_a_script(self, windows, author):
        draft = make_draft(author)
        path = reverse("policy_draft_table", args=[draft.pk, "LFP"])
        page = windows.open(author, path=path, java_script_enabled=False)

        page.locator("#row-1-hi").fill("65")
        page.locator("#row-1-hi").press("Enter")
        page.locator("#fault-2-lo").get_by_text("Overlap between 60 and 65 %.").wait_for()
        assert page.locator("#row-1-hi").input_value() == "65"
        page.locator("#row-2-lo").fill("65")
        page.locator("#row-3-lo").fill("65")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Table of LFP saved.").wait_for()

        assert PolicyDraft.objects.get(pk=draft.pk).document["bands"][2]["lo"] == "65"
