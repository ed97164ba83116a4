"""Long words on a tablet: nothing runs out of its card, and no list hides its last columns."""

import pytest
from django.db import transaction
from django.urls import reverse

from grading.services import decisions
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_tested, publish_seed
from tests.factories import make_person
from tests.grading.policy_drafting import make_draft, make_report, numbers
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import read, send

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]
OUT_OF_CARDS = """() => [...document.querySelectorAll(".pane")].flatMap(pane => {
    const edge = pane.getBoundingClientRect().right;
    return [...pane.querySelectorAll("*")]
        .filter(part => !part.closest(".data-scroll, .visually-hidden, svg, details:not([open])"))
        .filter(part => part.getBoundingClientRect().right > edge + 1)
        .map(part => part.outerHTML.slice(0, 120));
})"""
SCROLLS = """() => [...document.querySelectorAll(".data-scroll")]
    .filter(box => box.scrollWidth > box.clientWidth + 1).length"""


class TestTablet:
    def test_a_hash_stays_in_its_card(self, windows):
        publish_seed()
        [pack] = make_tested()
        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
        page = windows.open(make_person("warehouse"), "tablet", path=reverse("pack", args=[pack.pk]))

        page.get_by_text("SHA-256").first.wait_for()

        assert page.evaluate(OUT_OF_CARDS) == []

    def test_the_hashes_of_policies_stay_in_their_cards(self, windows):
        live, draft = publish_seed(), make_draft()
        with transaction.atomic():
            report = make_report(live, draft, "a" * 64, numbers=numbers())
        for name, key in (("policy", live.pk), ("policy_draft", draft.pk), ("what_if_report", report.pk)):
            page = windows.open(make_person("auditor"), "tablet", path=reverse(name, args=[key]))
            page.get_by_text("SHA-256").first.wait_for()

            assert page.evaluate(OUT_OF_CARDS) == [], name

    def test_the_list_of_tester_files_shows_what_each_waits_for(self, windows):
        name = "2026-11-20_rig-2_channel-03_nissan-leaf-40kwh_capacity-and-pulses_25degC_run-0001.csv"
        read(send(name.replace("-", "_"), full_test(sign=-1)))
        read(send("0" * 64 + ".csv", b"nothing\n" * 9))
        page = windows.open(make_person("warehouse"), "tablet", path=reverse("tester_files"))

        assert page.evaluate(SCROLLS) == 0
