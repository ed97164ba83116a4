"""The review queue and the steps on a review, through the pages."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import ReviewCase
from intake.models import Pack
from tests.evidence import GRADED_AT, make_inspected, make_reviews, make_tested, publish_seed
from tests.factories import make_person

pytestmark = pytest.mark.django_db
ANSWER = {"reason_code": "policy_right", "reason": "Seen the pack"}


@pytest.fixture(autouse=True)
def policy():
    return publish_seed()


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def ann():
    return signed_in(make_person("reviewer", name="Ann"))


@pytest.fixture
def ben():
    return signed_in(make_person("reviewer", name="Ben"))


def url(name, case):
    return reverse(name, args=[case.pk])


def state(case):
    return ReviewCase.objects.get(pk=case.pk).state


class TestAccess:
    @pytest.mark.parametrize("role", ["supplier", "warehouse"])
    def test_is_not_for_the_floor(self, role):
        [case] = make_reviews()
        client = signed_in(make_person(role))
        assert client.get(reverse("review_queue")).status_code == 403
        assert client.get(url("review_case", case)).status_code == 403

    @pytest.mark.parametrize("role", ["auditor", "administrator"])
    def test_lets_others_look_but_not_decide(self, role):
        [case] = make_reviews()
        client = signed_in(make_person(role))
        page = client.get(url("review_case", case))
        assert "Only reviewers decide." in page.content.decode()
        steps = ("review_confirm", "review_retest", "review_override", "review_answer")
        for name in steps:
            assert client.post(url(name, case), ANSWER | {"version": 1}).status_code == 403
        assert client.post(reverse("review_confirm_group"), ANSWER).status_code == 403
        assert state(case) == "open"


class TestQueue:
    def test_is_empty_at_first(self, ann):
        assert "Nothing waits for review." in ann.get(reverse("review_queue")).content.decode()

    def test_groups_by_rule_with_counts(self, ann):
        make_reviews(3)
        make_reviews(soh="74", ratio=None)
        page = ann.get(reverse("review_queue")).content.decode()
        assert re.search(r'>3</span>\s*<span class="tile-label">Nickel chemistry, SOH not above 80 %', page)
        only = ann.get(reverse("review_queue"), {"rule": "IR_MISSING"}).content.decode()
        assert only.count('name="cases"') == 1

    def test_takes_the_same_queries_for_any_number(self, ann):
        counts = []
        for _ in range(2):
            make_reviews(5)
            ann.get(reverse("review_queue"))
            with CaptureQueriesContext(connection) as queries:
                ann.get(reverse("review_queue"))
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_exports(self, ann):
        [case] = make_reviews()
        response = ann.get(reverse("review_queue"), {"export": "csv"})
        assert case.pack.serial.encode() in b"".join(response)

    def test_confirms_a_ticked_group(self, ann):
        cases = make_reviews(3)
        ticked = [f"{case.pk}:1" for case in cases[:2]]
        response = ann.post(reverse("review_confirm_group"), ANSWER | {"cases": ticked}, follow=True)
        assert "2 decisions confirmed." in response.content.decode()
        assert [state(case) for case in cases] == ["confirmed", "confirmed", "open"]

    @pytest.mark.rule(21)
    def test_names_the_forbidden_one_and_changes_nothing(self, ann):
        group = make_reviews(2) + make_reviews(soh="74", ratio=None)
        ticked = [f"{case.pk}:1" for case in group]
        page = ann.post(reverse("review_confirm_group"), ANSWER | {"cases": ticked}).content.decode()
        assert f"{group[-1].pack.serial}: a hold is not a verdict" in page
        assert page.count("checked") == 3
        assert {state(case) for case in group} == {"open"}

    @pytest.mark.parametrize("cases", [[], ["x"], ["1"]])
    def test_asks_for_reviews(self, ann, cases):
        make_reviews()
        page = ann.post(reverse("review_confirm_group"), ANSWER | {"cases": cases}).content.decode()
        assert ("Tick the reviews" in page) or ("damaged" in page)


class TestCase:
    def test_shows_reasons_evidence_and_trail(self, ann):
        [case] = make_reviews(by=make_person(name="Tess Ter"))
        page = ann.get(url("review_case", case)).content.decode()
        assert "SOH 78.0 % is not above 80 % (margin 2.0 points)." in page
        assert "Tess Ter" in page
        assert "A review was opened: Nickel chemistry, SOH not above 80 %." in page
        assert "Claimed against measured" in page

    def test_of_every_kind_can_be_looked_at(self, ann):
        from grading.services.decisions import grade_waiting
        from rebattery.actor import SYSTEM

        for safety in ("critical", "damaged", "odd"):
            make_inspected(safety=safety)
        make_tested(soh=None)
        make_tested(chemistry="UNKNOWN")
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
        cases = ReviewCase.objects.all()
        assert len(cases) == 5
        for case in cases:
            assert ann.get(url("review_case", case)).status_code == 200

    def test_is_confirmed_with_a_reason(self, ann):
        [case] = make_reviews()
        response = ann.post(url("review_confirm", case), ANSWER | {"version": 1}, follow=True)
        assert f"D of pack {case.pack.serial} confirmed." in response.content.decode()
        assert (state(case), Pack.objects.get(pk=case.pack_id).status) == ("confirmed", "rejected")

    def test_leads_to_the_next_of_its_group(self, ann):
        first, second = make_reviews(2)
        response = ann.post(url("review_confirm", first), ANSWER | {"version": 1})
        assert response.url == url("review_case", second)

    def test_without_a_reason_stays(self, ann):
        [case] = make_reviews()
        page = ann.post(url("review_confirm", case), {"version": 1, "reason": "  "}).content.decode()
        assert "This field is required" in page
        assert state(case) == "open"

    def test_orders_a_retest(self, ann):
        [case] = make_reviews(soh="74", ratio=None)
        answer = {"reason_code": "missing_evidence", "reason": "Measure IR", "version": 1}
        ann.post(url("review_retest", case), answer)
        assert Pack.objects.get(pk=case.pack_id).status == "inspected"

    def test_orders_a_retest_with_other_means(self, ann):
        [case] = make_reviews(soh="74", ratio=None)
        page = ann.get(url("review_case", case)).content.decode()
        answer = {"reason_code": "instrument_doubt", "reason": "Drifts", "version": 1}
        ann.post(url("review_retest", case), answer | {"other_instrument": "on"})
        case.refresh_from_db()
        assert "With another instrument" in page and "By another person" in page
        assert (len(case.barred_instrument_ids), case.barred_person_ids) == (1, [])

    @pytest.mark.rule(22)
    def test_tells_the_second_and_keeps_what_they_wrote(self, ann, ben):
        [case] = make_reviews()
        ann.post(url("review_confirm", case), ANSWER | {"version": 1})
        answer = {"reason_code": "conflict", "reason": "My long explanation", "version": 1}
        page = ben.post(url("review_retest", case), answer).content.decode()
        assert "Ann decided first: confirmed." in page
        assert page.count("Ann decided first: confirmed.") >= 3
        assert "My long explanation" in page
        assert state(case) == "confirmed"

    @pytest.mark.rule(4)
    def test_shows_why_the_measurer_may_not_decide(self):
        person = make_person("reviewer")
        [case] = make_reviews(by=person)
        client = signed_in(person)
        page = client.get(url("review_case", case)).content.decode()
        assert page.count("You inspected or measured this pack yourself") == 3
        client.post(url("review_confirm", case), ANSWER | {"version": 1})
        assert state(case) == "open"


class TestOverride:
    ASK = {
        "grade": "C",
        "scope": "any_use",
        "reason_code": "engineering",
        "reason": "Looks better",
        "version": 1,
    }
    YES = {"reason_code": "evidence_convinces", "reason": "Agreed", "version": 2, "answer": "approve"}

    def test_takes_two_people(self, ann, ben):
        [case] = make_reviews()
        assert (
            "second reviewer must answer"
            in ann.post(url("review_override", case), self.ASK, follow=True).content.decode()
        )
        page = ben.get(url("review_case", case)).content.decode()
        assert "Ann asked for" not in page.split("<main")[0]
        assert "Approve: grade C" in page
        ben.post(url("review_answer", case), self.YES)
        assert (state(case), Pack.objects.get(pk=case.pack_id).status) == ("overridden", "graded")

    def test_can_be_declined(self, ann, ben):
        [case] = make_reviews()
        ann.post(url("review_override", case), self.ASK)
        ben.post(url("review_answer", case), self.YES | {"answer": "decline"})
        assert state(case) == "open"

    @pytest.mark.rule(4)
    def test_is_not_answered_by_the_one_who_asked(self, ann):
        [case] = make_reviews()
        ann.post(url("review_override", case), self.ASK)
        page = ann.get(url("review_case", case)).content.decode()
        assert "You asked for this override; a second person must answer." in page
        ann.post(url("review_answer", case), self.YES)
        assert state(case) == "override_requested"
