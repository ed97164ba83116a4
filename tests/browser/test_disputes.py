"""A supplier disputes a reject on the pack's page; a reviewer who had no part in it answers."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from grading.models import ReviewCase
from grading.services import reviews
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.audit.verify import verify
from tests.browser.axe import faults_of, overflow_of
from tests.browser.looks import keep
from tests.evidence import GRADED_AT, make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.disputes.acts import dispute
from tests.grading.services.reviews.acts import WHY, seen
from tests.intake.pictures import jpeg

pytestmark = pytest.mark.browser
LOG = {"name": "bench log.csv", "mimeType": "text/csv", "buffer": b"time,volt\n1,350\n2,351\n"}
PHOTO = {"name": "display.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}


@pytest.fixture
def rejected(committed_db) -> Pack:
    publish_seed()
    [case] = make_reviews(declared={"accident_flag": False, "ir_mohm": "55"})
    decider = make_person(Role.REVIEWER, name="Rosa Recht")
    reviews.confirm(cases=seen([case]), why=WHY, actor=make_actor(decider), at=GRADED_AT)
    return case.pack


class TestDispute:
    @pytest.mark.rule(4)
    def test_of_a_reject_leads_to_a_retest(self, windows, rejected):
        supplier = make_person(Role.SUPPLIER, supplier=rejected.supplier)
        page = windows.open(supplier, "tablet", path=reverse("pack", args=[rejected.pk]))
        expect(page.get_by_text("SOH 78.0 % is not above 80 %").first).to_be_visible()
        expect(page.locator("#trail")).to_contain_text("Measured SOH 78.00 %")
        expect(page.locator("body")).not_to_contain_text("Rosa Recht")
        keep(page, "1-pack-supplier")

        page.get_by_role("link", name="Dispute this result").click()
        page.get_by_label("What is wrong with the result?").fill("Our own test gave 84 %, see the log.")
        page.get_by_label("Files").set_input_files([LOG, PHOTO])
        keep(page, "2-dispute-form")
        assert faults_of(page) == []
        page.get_by_role("button", name="Send the dispute").click()
        expect(page.get_by_text("A reviewer answers.").first).to_be_visible()
        expect(page.get_by_role("link", name="bench log.csv")).to_be_visible()
        assert faults_of(page) == [] and overflow_of(page) == 0

        self.answer(windows, rejected)

        page.goto(reverse("pack", args=[rejected.pk]))
        expect(page.locator("#disputes")).to_contain_text("Upheld")
        expect(page.locator("#disputes")).to_contain_text("You are right about the charge counter.")
        expect(page.locator("body")).not_to_contain_text("Ravi Richter")
        expect(page.get_by_role("link", name="Dispute this result")).to_have_count(0)
        assert faults_of(page) == [] and overflow_of(page) == 0
        keep(page, "5-pack-answered")
        assert page.said == [] == list(verify())

    def answer(self, windows, rejected: Pack) -> None:
        reviewer = make_person(Role.REVIEWER, name="Ravi Richter")
        page = windows.open(reviewer, "desk", "dark", path=reverse("home"))
        page.get_by_role("link", name="dispute to answer").click()
        page.goto(reverse("review_queue"))
        keep(page, "3-queue")
        assert faults_of(page) == []
        page.locator("#disputes").get_by_role("link", name=rejected.serial).click()
        page.get_by_label("Upheld: the pack is measured or inspected again").check()
        page.get_by_label("Answer", exact=True).fill("You are right about the charge counter.")
        keep(page, "4-answer")
        assert faults_of(page) == []
        page.get_by_role("button", name="Send the answer").click()
        expect(page.get_by_text("is upheld: a retest is ordered.")).to_be_visible()
        assert Pack.objects.get(pk=rejected.pk).status == "inspected"
        assert page.said == []

    @pytest.mark.rule(4)
    def test_is_not_answered_by_the_one_who_decided(self, windows, rejected):
        found = dispute(rejected)
        decider = User.objects.get(pk=ReviewCase.objects.get(pack=rejected).closed_by_person_id)

        page = windows.open(decider, path=reverse("dispute", args=[found.pk]))

        expect(page.get_by_role("button", name="Send the answer")).to_be_disabled()
        expect(page.get_by_text("You decided on this pack yourself")).to_be_visible()


class TestBatch:
    def test_shows_its_results_and_what_was_expected(self, windows, rejected):
        supplier = make_person(Role.SUPPLIER, supplier=rejected.supplier)
        page = windows.open(supplier, "tablet", path=reverse("batch", args=[rejected.batch_id]))
        expect(page.locator("#expected")).to_contain_text("not binding.")
        expect(page.locator("#expected")).to_contain_text("Needs the internal resistance: then A or D.")
        keep(page, "6-batch")

        page.get_by_role("link", name="Results").click()
        expect(page.locator("#packs")).to_contain_text("−4.00")
        expect(page.locator("#packs")).to_contain_text("SOH 78.0 % is not above 80 %")
        assert faults_of(page) == [] and overflow_of(page) == 0
        keep(page, "7-results")
        assert page.said == []
