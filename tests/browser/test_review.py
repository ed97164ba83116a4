"""A reviewer's desk: decided by keys alone, by two people at once, and without JavaScript."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from grading.models import ReviewCase
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.audit.verify import verify
from tests.browser.axe import faults_of, overflow_of
from tests.browser.looks import THEMES, assert_fine, keep
from tests.evidence import make_reviews, publish_seed
from tests.factories import make_pack_type, make_person, make_supplier

pytestmark = pytest.mark.browser


@pytest.fixture
def cases(committed_db) -> list[ReviewCase]:
    """Six rejects and a hold of one supplier, of a type that is measured often enough for a picture."""
    publish_seed()
    kind, supplier = make_pack_type(), make_supplier()
    own = {"pack_type": kind, "supplier": supplier, "declared_soh_percent": "84.5"}
    make_reviews(1, soh="74", ratio=None, supplier=supplier)
    make_reviews(1, chemistry="NMC", soh="71", pack_type=make_pack_type(), supplier=supplier)
    for soh in ("64", "69.5", "76", "79", "79.5"):
        make_reviews(1, chemistry="NMC", soh=soh, **own)
    return list(ReviewCase.objects.filter(rule="NMC_SOH_NOT_ABOVE_80").order_by("pk"))


@pytest.fixture
def rosa(committed_db) -> User:
    return make_person(Role.REVIEWER, name="Rosa Recht")


@pytest.fixture
def ravi(committed_db) -> User:
    return make_person(Role.REVIEWER, name="Ravi Richter")


def address(case: ReviewCase) -> str:
    return reverse("review_case", args=[case.pk])


def state(case: ReviewCase) -> str:
    return ReviewCase.objects.get(pk=case.pk).state


def heading(page: Page, case: ReviewCase) -> None:
    """Expect the review's page, and wait until its keys are heard."""
    expect(page.get_by_role("heading", level=1, name=case.pack.serial)).to_be_visible()
    page.wait_for_load_state()


class TestKeys:
    def test_lead_from_the_queue_to_a_decision_and_back(self, windows, cases, rosa):
        page = windows.open(rosa, path=f"{reverse('review_queue')}?rule={cases[0].rule}")
        page.keyboard.press("j")
        expect(
            page.get_by_role("region", name="Reviews").get_by_role("link", name=cases[0].pack.serial)
        ).to_be_focused()
        page.keyboard.press("Enter")
        heading(page, cases[0])
        page.keyboard.press("a")
        expect(page.locator("#confirmform_reason_code")).to_have_value("policy_right")
        expect(page.locator("#confirmform_reason")).to_be_focused()
        page.keyboard.type("Two cells are weak.")
        page.keyboard.press("Enter")
        heading(page, cases[1])
        assert page.url.endswith(f"?rule={cases[0].rule}")
        expect(page.get_by_text(f"D of pack {cases[0].pack.serial} confirmed.")).to_be_visible()
        keep(page, "review-2-undo")
        assert state(cases[0]) == "confirmed"

        page.reload()
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        page.keyboard.press("u")
        heading(page, cases[0])
        expect(page.get_by_text(f"Taken back: {cases[0].pack.serial}")).to_be_visible()
        assert (state(cases[0]), page.said, list(verify())) == ("open", [], [])

    def test_open_each_step_and_move_in_the_queue(self, windows, cases, rosa):
        page = windows.open(rosa, path=address(cases[1]))
        for key, field in (
            ("o", "overrideform_grade"),
            ("r", "retestform_reason_code"),
            ("h", "holdform_until"),
        ):
            page.keyboard.press(key)
            expect(page.locator(f"#{field}")).to_be_focused()
            assert page.locator("#decide details[open]").count() == 1
            page.keyboard.press("Escape")
            expect(page.locator("#decide details[open]")).to_have_count(0)
            page.wait_for_timeout(100)
        page.keyboard.press("n")
        expect(page.locator("#confirmform_reason")).to_be_focused()
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Order a retest")
        page.keyboard.press("Escape")
        page.get_by_role("heading", level=1).click()
        page.wait_for_timeout(100)
        page.keyboard.press("ArrowRight")
        heading(page, cases[2])
        page.keyboard.press("k")
        heading(page, cases[1])
        page.keyboard.press("ArrowLeft")
        heading(page, cases[0])
        assert page.said == []


class TestTwoPeople:
    @pytest.mark.rule(22)
    def test_on_one_review_lose_nothing(self, windows, cases, rosa, ravi):
        first = windows.open(rosa, path=address(cases[0]))
        second = windows.open(ravi, path=address(cases[0]))
        expect(second.get_by_text("Rosa Recht opened this review")).to_be_visible()
        first.keyboard.press("a")
        expect(first.locator("#confirmform_reason")).to_be_focused()
        first.keyboard.type("The policy is right here.")
        first.keyboard.press("Enter")
        heading(first, cases[1])

        second.keyboard.press("r")
        second.locator("#retestform_reason_code").select_option("conflict")
        second.locator("#retestform_reason").fill("The curve bends at the end: measure it again.")
        second.get_by_role("button", name="Order the retest").click()
        card = second.locator("#settled")
        expect(card).to_contain_text("Rosa Recht")
        expect(card).to_contain_text("D confirmed.")
        expect(card).to_contain_text("The policy is right here.")
        typed = second.locator("#typed textarea").last
        expect(typed).to_have_value("The curve bends at the end: measure it again.")
        expect(typed).not_to_be_editable()
        keep(second, "review-3-conflict")
        assert faults_of(second) == [] and overflow_of(second) == 0
        card.get_by_role("link", name="Next review").click()
        heading(second, cases[1])
        assert state(cases[0]) == "confirmed"
        assert first.said + second.said == []

    @pytest.mark.rule(4)
    def test_override_for_one_customer_until_a_day(self, windows, cases, rosa, ravi):
        until = (timezone.now() + timedelta(days=90)).date()
        page = windows.open(rosa, path=address(cases[0]))
        page.keyboard.press("o")
        page.get_by_label("Grade instead").select_option("C")
        page.get_by_label("Counts for").select_option("customer")
        page.get_by_label("Which application, customer or use").fill("Nordspeicher")
        page.get_by_label("Counts until").fill(until.isoformat())
        page.locator("#overrideform_reason_code").select_option("customer")
        page.locator("#overrideform_reason").fill("They take it for lamps.")
        page.get_by_role("button", name="Ask a second person").click()
        expect(page.get_by_text("A second reviewer must answer.")).to_be_visible()

        page = windows.open(ravi, "tablet", "dark", path=f"{reverse('review_queue')}?signed=answer")
        page.get_by_role("row").filter(has_text="Rosa Recht signed for C").get_by_role("link").click()
        expect(page.locator("#answer")).to_contain_text("one customer only: Nordspeicher")
        keep(page, "review-4-answer")
        assert faults_of(page) == [] and overflow_of(page) == 0
        for is_meant in (False, True):
            page.locator("#answerform_reason_code").select_option("evidence_convinces")
            page.locator("#answerform_reason").fill("Seen the order.")
            page.get_by_role("button", name="Approve: grade C").click()
            expect(page.get_by_text("is now C by override.")).to_be_visible()
            expect(page.get_by_role("button", name="Approve: grade C")).to_have_count(0)
            if not is_meant:
                page.get_by_role("button", name="Undo").click()
                heading(page, cases[0])
                expect(page.locator("#answer")).to_contain_text("one customer only: Nordspeicher")
                assert state(cases[0]) == "override_requested"
        page.goto(reverse("pack", args=[cases[0].pack_id]))
        expect(page.locator("#overrides")).to_contain_text("Rosa Recht")
        expect(page.locator("#overrides")).to_contain_text("Ravi Richter")
        keep(page, "review-5-dossier")
        assert faults_of(page) == [] and overflow_of(page) == 0
        assert page.said == [] == list(verify())


class TestDesk:
    @pytest.mark.parametrize("theme", THEMES)
    def test_keeps_nobody_out(self, windows, cases, rosa, theme):
        page = windows.open(rosa, theme=theme, path=reverse("review_queue"))
        keep(page, f"review-0-queue-{theme}")
        assert_fine(page, "queue")
        page.goto(f"{reverse('review_queue')}?rule={cases[0].rule}")
        assert_fine(page, "queue of one rule")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address(cases[-1]))
        expect(page.locator("#type svg")).to_be_visible()
        page.keyboard.press("o")
        expect(page.locator("#overrideform_grade")).to_be_focused()
        keep(page, f"review-1-case-{theme}")
        assert_fine(page, "review with an open step")

    def test_folds_its_queue_away_on_a_tablet(self, windows, cases, rosa):
        page = windows.open(rosa, "tablet", path=address(cases[0]))
        queue = page.get_by_role("navigation", name="Queue")
        expect(queue).to_be_hidden()
        page.get_by_role("button", name="Queue (7)").click()
        expect(queue).to_be_visible()
        keep(page, "review-6-tablet-queue")
        assert faults_of(page) == []
        queue.get_by_role("link", name=cases[2].pack.serial).click()
        heading(page, cases[2])
        assert page.said == []

    def test_needs_no_javascript(self, windows, cases, rosa):
        page = windows.open(rosa, path=address(cases[0]), java_script_enabled=False)
        page.locator("#decide summary").filter(has_text="Hold").click()
        form = page.locator("#decide details[open] form")
        form.get_by_label("Until").fill((timezone.now() + timedelta(days=9)).date().isoformat())
        form.get_by_label("Reason", exact=True).select_option("awaits_maker")
        form.get_by_label("In your words").fill("The maker answers next week.")
        form.get_by_role("button", name="Put it aside").click()
        heading(page, cases[1])
        page.get_by_role("button", name="Undo").click()
        heading(page, cases[0])
        assert ReviewCase.objects.get(pk=cases[0].pk).held_until is None

    def test_confirms_a_group_after_its_sample(self, windows, cases, rosa):
        page = windows.open(rosa, path=f"{reverse('review_queue')}?rule={cases[0].rule}")
        expect(page.get_by_text("Opened 0 of 3 needed.")).to_be_visible()
        button = page.get_by_role("button", name="Confirm the ticked decisions")
        expect(button).to_be_disabled()
        for case in cases[:3]:
            page.goto(f"{address(case)}?rule={case.rule}")
        page.get_by_role("link", name="← Review").click()
        page.get_by_label("Tick all on this page").check()
        for case in cases[3:]:
            page.get_by_label(f"Pack {case.pack.serial}").uncheck()
        for box, is_disabled in (("uncheck", True), ("check", False)):
            page.get_by_label(f"Pack {cases[3].pack.serial}").check()
            getattr(page.get_by_label(f"Pack {cases[0].pack.serial}"), box)()
            expect(button).to_be_disabled() if is_disabled else expect(button).to_be_enabled()
        page.get_by_label(f"Pack {cases[3].pack.serial}").uncheck()
        expect(page.get_by_text("3 ticked: you opened 3 of them")).to_be_visible()
        page.get_by_label("Reason", exact=True).select_option("policy_right")
        page.get_by_label("In your words").fill("Looked at three.")
        button.click()
        expect(page.get_by_text("3 decisions confirmed.")).to_be_visible()
        page.wait_for_load_state()
        page.keyboard.press("u")
        expect(page.get_by_text("Taken back: ")).to_be_visible()
        assert [state(case) for case in cases] == ["open"] * 6
        assert page.said == []
