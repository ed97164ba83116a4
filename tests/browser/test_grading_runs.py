"""Grading runs in a real browser: choose packs, order, watch, see what changed."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from grading.models import GradingRun
from grading.services import regrading
from grading.services.decisions import grade_waiting
from rebattery.actor import SYSTEM
from tests.browser.looks import assert_all_fine
from tests.evidence import add_inspection, make_tested, publish_seed
from tests.factories import make_person
from tests.grading.regrading import carry_out, decide_since, make_graded, order, publish_stricter

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


def work(run: GradingRun) -> None:
    regrading.run(grading_run_id=run.pk, actor=SYSTEM, now=timezone.now)


class TestGradingRuns:
    def test_are_for_everybody(self, windows):
        publish_seed()
        packs = make_graded(4)
        make_tested(2, soh="15")
        grade_waiting(actor=SYSTEM, now=timezone.now)
        publish_stricter()
        add_inspection(packs[:1], "odd")
        done = carry_out(order(packs[:3]))
        late = order(packs[1:3])
        decide_since(packs[1:2])
        carry_out(late)
        open_order = order(packs[3:])
        page = windows.open(make_person("reviewer"))

        assert_all_fine(
            page,
            reverse("grading_runs"),
            reverse("grading_run", args=[done.pk]),
            reverse("grading_run", args=[open_order.pk]),
            reverse("grading_run_packs", args=[done.pk]),
            reverse("grading_run_left", args=[late.pk]),
            f"{reverse('regrade_new')}?all=1",
            reverse("regrade_new"),
            reverse("packs"),
        )

    def test_go_from_ticks_to_what_changed(self, windows):
        publish_seed()
        packs = make_graded(3)
        publish_stricter()
        rita = windows.open(make_person("reviewer"), path=reverse("packs"))
        for pack in packs[:2]:
            rita.get_by_role("checkbox", name=f"Pack {pack.serial}").check()
        rita.get_by_role("button", name="Grade the ticked packs again").click()
        rita.get_by_label("Reason", exact=True).select_option("newer_policy")
        rita.get_by_label("In your words").fill("Version 2 is in force")
        rita.get_by_role("button", name="Grade 2 packs again").click()
        expect(rita.get_by_text("Ordered: 2 packs")).to_be_visible()
        expect(rita.get_by_role("progressbar")).to_be_visible()

        rita.reload()
        expect(rita.get_by_text("0 of 2")).to_be_visible()
        work(GradingRun.objects.get(kind="regrade"))

        expect(rita.get_by_text("2 of 2 packs got another grade.")).to_be_visible()
        rita.locator("#changed").get_by_role("link", name="2", exact=True).click()
        expect(rita.get_by_role("link", name=packs[0].serial)).to_be_visible()
        expect(rita.get_by_role("link", name=packs[2].serial)).to_have_count(0)

    def test_need_no_script(self, windows):
        publish_seed()
        packs = make_graded(2)
        run = order(packs)
        rita = windows.open(
            make_person("reviewer"), path=reverse("grading_run", args=[run.pk]), java_script_enabled=False
        )
        expect(rita.get_by_text("0 of 2")).to_be_visible()
        work(run)
        rita.get_by_role("link", name="Refresh").first.click()
        expect(rita.get_by_text("No pack got another grade.")).to_be_visible()
