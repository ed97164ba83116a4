"""Grades that end in a real browser: the list, the card with what fits, and facts tried under a draft."""

import pytest
from django.urls import reverse

from tests.browser.looks import assert_all_fine
from tests.factories import make_person
from tests.grading.ending import graded, publish_terms
from tests.grading.policy_drafting import make_draft

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


class TestGradesThatEnd:
    def test_are_for_everybody(self, windows):
        publish_terms()
        [best], _ = graded(soh="85"), graded(2)
        person = make_person("reviewer")
        draft = make_draft(person, title="Strict")
        page = windows.open(person)

        simulate = f"{reverse('policy_draft_simulate', args=[draft.pk])}?pack={best.pk}"
        assert_all_fine(page, reverse("running_out"), reverse("pack", args=[best.pk]), simulate)

    def test_are_filtered_and_opened_with_the_keyboard(self, windows):
        publish_terms()
        [best], [good] = graded(soh="85"), graded()
        page = windows.open(make_person("warehouse"), path=f"{reverse('running_out')}?grade=A")

        assert page.get_by_role("link", name=good.serial).count() == 0
        page.get_by_role("link", name=best.serial).focus()
        page.keyboard.press("Enter")
        page.get_by_text("Counts until 20 May 2027; measure again from 20 Feb 2027.").wait_for()
        assert page.said == []
