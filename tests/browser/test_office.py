"""The office's part of the tour: two reviewers, the administrator, the auditor, a stranger."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from grading.models import ReviewCase
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.audit.trail import events
from rebattery.audit.verify import verify
from tests.browser import steps
from tests.browser.axe import faults_of
from tests.evidence import make_reviews, publish_seed
from tests.factories import make_pack, make_person

pytestmark = pytest.mark.browser
NEW_PASSWORD = "fifteen or more letters"


@pytest.fixture
def case(committed_db) -> ReviewCase:
    publish_seed()
    [case] = make_reviews()
    return case


@pytest.fixture
def reviewers(committed_db) -> list[User]:
    return [make_person(Role.REVIEWER, name=name) for name in ("Rosa", "Ravi")]


def status_of(case: ReviewCase) -> str:
    return Pack.objects.get(pk=case.pack_id).status


def open_case(page: Page, case: ReviewCase) -> None:
    page.goto(reverse("review_queue"))
    page.get_by_role("region", name="Reviews").get_by_role("link", name=case.pack.serial).click()


class TestReviewers:
    @pytest.mark.rule(4)
    def test_override_only_as_two(self, windows, case, reviewers):
        rosa, ravi = (windows.open(person) for person in reviewers)
        open_case(rosa, case)
        form = steps.open_step(rosa, "Override")
        form.get_by_label("Grade instead").select_option("C")
        form.get_by_label("Counts for").select_option("any_use")
        steps.give_reason(form, "customer", "A customer takes it for lamps.")
        form.get_by_role("button", name="Ask a second person").click()
        expect(rosa.get_by_text("A second reviewer must answer")).to_be_visible()

        open_case(rosa, case)
        expect(rosa.get_by_role("button", name="Approve")).to_be_disabled()
        expect(rosa.get_by_text("a second person must answer")).to_be_visible()

        open_case(ravi, case)
        steps.give_reason(ravi.locator("#answer form"), "evidence_convinces", "Seen the order.")
        ravi.get_by_role("button", name="Approve: grade C").click()
        expect(ravi.get_by_text("is now C by override")).to_be_visible()
        steps.open_pack(ravi, "pack", case.pack.serial)
        expect(ravi.locator("#decision")).to_contain_text("set by two reviewers against the policy")
        assert status_of(case) == "graded"
        assert rosa.said + ravi.said == [] == list(verify())

    def test_order_a_retest_that_the_bench_sees_first(self, windows, case, reviewers):
        page = windows.open(reviewers[0])
        open_case(page, case)
        form = steps.open_step(page, "Order a retest")
        steps.give_reason(form, "wrong_conditions", "Tested in the cold.")
        form.get_by_role("button", name="Order the retest").click()
        expect(page.get_by_text(f"Retest of pack {case.pack.serial} ordered")).to_be_visible()

        bench = windows.open(make_person(Role.WAREHOUSE), path=reverse("bench"))
        waiting = bench.get_by_role("region", name="Packs ordered for a retest")
        expect(waiting.get_by_role("row").filter(has_text=case.pack.serial)).to_contain_text("in the cold")
        assert status_of(case) == "inspected"
        assert page.said + bench.said == []


class TestAdministrator:
    def test_invites_a_person_and_locks_them_out(self, windows, web_server):
        office = windows.open(make_person(Role.ADMINISTRATOR))
        self.invite(office, "wim@example.com")

        wim = windows.open(None, path=self.link_in_the_mail(web_server))
        assert faults_of(wim) == []
        wim.get_by_label("New Password", exact=True).fill(NEW_PASSWORD)
        wim.get_by_label(re.compile("again")).fill(NEW_PASSWORD)
        wim.get_by_role("button", name="Save the password").click()
        steps.sign_in(wim, "wim@example.com", NEW_PASSWORD)
        expect(wim.get_by_role("link", name="Dock", exact=True)).to_be_visible()

        office.get_by_role("button", name="Deactivate").click()
        office.get_by_role("dialog").get_by_label("Reason").fill("Left us.")
        office.get_by_role("button", name="Lock out now").click()
        expect(office.get_by_text("Wim is locked out")).to_be_visible()
        wim.goto(reverse("dock"))
        expect(wim.get_by_role("heading", name="Sign in")).to_be_visible()
        assert office.said + wim.said == []

    def invite(self, page: Page, email: str) -> None:
        page.get_by_text("More", exact=True).click()
        page.get_by_role("link", name="People").click()
        page.get_by_role("link", name="Invite a person").click()
        page.get_by_label("Name").fill("Wim")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Role").select_option(Role.WAREHOUSE)
        page.get_by_role("button", name="Send the invitation").click()
        expect(page.get_by_text(f"The invitation was sent to {email}")).to_be_visible()

    def link_in_the_mail(self, web_server) -> str:
        return re.findall(rf"{web_server.url}(/accounts/password/reset/\S+)", web_server.log.read_text())[-1]


class TestAuditor:
    def test_follows_the_trail_and_cannot_write(self, windows, case):
        page = windows.open(make_person(Role.AUDITOR), path=reverse("trail"))
        page.get_by_label("Pack serial").fill(case.pack.serial)
        page.get_by_role("button", name="Show").click()
        found = page.get_by_role("region", name="Trail").get_by_role("row")
        expect(found.filter(has_text="Sent to review with grade D")).to_have_count(1)
        found.get_by_role("link").last.click()
        expect(page.get_by_role("heading", name="Before and after")).to_be_visible()

        before = events().count()
        page.goto(reverse("review_case", args=[case.pk]))
        expect(page.get_by_role("button", name="Confirm")).to_be_disabled()
        assert page.said == []
        for name in ("batch_upload", "dock", "bench", "people", "person_invite", "instrument_new"):
            assert page.goto(reverse(name)).status == 403, name
        assert page.request.post(reverse("review_confirm", args=[case.pk])).status == 403
        assert events().count() == before


class TestStranger:
    @pytest.mark.rule(5)
    def test_finds_no_page_about_anothers_pack(self, windows, committed_db):
        pack = make_pack()
        page = windows.open(make_person(Role.SUPPLIER), path=reverse("packs"))
        expect(page.get_by_text("No packs yet")).to_be_visible()
        assert faults_of(page) == []

        assert page.goto(reverse("pack", args=[pack.pk])).status == 404
        expect(page.get_by_role("heading", level=1)).to_contain_text("404")
        assert faults_of(page) == []
        assert page.goto(reverse("batch", args=[pack.batch_id])).status == 404
        assert page.get_by_text(pack.serial).count() == 0
