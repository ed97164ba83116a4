"""One review and the steps on it, through its page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grading.models import ReviewCase
from grading.services.decisions import grade_waiting
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.dates import day_in_words
from tests.evidence import GRADED_AT, make_inspected, make_reviews, make_tested, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.reviews.acts import approve
from tests.grading.web.reviewing import ANSWER, fresh, signed_in, state, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return publish_seed()


@pytest.fixture
def ann():
    return signed_in(make_person("reviewer", name="Ann"))


@pytest.fixture
def ben():
    return signed_in(make_person("reviewer", name="Ben"))


def hold(case, days=7):
    until = timezone.now().date() + timedelta(days)
    words = {"reason_code": "awaits_maker", "reason": "The maker answers on Monday"}
    return words | {"until": until.isoformat(), "version": case.version}


class TestCase:
    def test_shows_reasons_evidence_and_trail(self, ann):
        [case] = make_reviews(by=make_person(name="Tess Ter"))
        page = ann.get(url("review_case", case)).content.decode()
        assert "SOH 78.0 % is not above 80 % (margin 2.0 points)." in page
        assert "Tess Ter" in page
        assert "A review was opened: Nickel chemistry, SOH not above 80 %." in page
        assert "Claimed against measured" in page

    def test_of_every_kind_can_be_looked_at(self, ann):
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

    def test_keeps_the_filters_on_the_way(self, ann):
        first, second = make_reviews(2)
        page = ann.get(f"{url('review_case', first)}?q={first.pack.serial[:4]}").content.decode()
        assert f"{url('review_case', second)}?q={first.pack.serial[:4]}" in page
        response = ann.post(
            f"{url('review_confirm', first)}?q={first.pack.serial[:4]}&x=1", ANSWER | {"version": 1}
        )
        assert response.url == f"{url('review_case', second)}?q={first.pack.serial[:4]}"

    def test_leads_on_to_the_next_rule(self, ann):
        [other] = make_reviews(soh="74", ratio=None)
        [case] = make_reviews()
        response = ann.post(url("review_confirm", case), ANSWER | {"version": 1})
        assert response.url == url("review_case", other)
        response = ann.post(url("review_hold", other), hold(other))
        assert response.url == reverse("review_queue")

    def test_takes_the_same_queries_for_any_queue(self, ann):
        [case] = make_reviews()
        counts = []
        for _ in range(2):
            make_reviews(4)
            make_reviews(2, soh="74", ratio=None)
            ann.get(url("review_case", case))
            with CaptureQueriesContext(connection) as queries:
                ann.get(url("review_case", case))
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_notes_that_a_reviewer_opened_it_and_tells_the_next(self, ann, ben):
        [case] = make_reviews()
        ann.get(url("review_case", case))
        assert case.looks.get().version == 1
        assert "Ann opened this review" in ben.get(url("review_case", case)).content.decode()
        assert "Ann opened this review" not in ann.get(url("review_case", case)).content.decode()

    def test_tells_an_open_page_of_another_persons_step(self, ann, ben):
        [case] = make_reviews()
        ask = url("review_standing", case)
        assert ben.get(ask, {"version": 1}).status_code == 204
        ann.post(url("review_confirm", case), ANSWER | {"version": 1})
        told = ben.get(ask, {"version": 1}).content.decode()
        assert "Ann confirmed D by seed-v1" in told
        assert [ben.get(ask, {"version": v}).status_code for v in (2, "x", "")] == [204, 204, 204]
        assert signed_in(make_person("warehouse")).get(ask, {"version": 1}).status_code == 403

    def test_leads_out_of_quarantine(self, ann):
        make_inspected(safety="critical")
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
        case = ReviewCase.objects.get()
        page = ann.get(url("review_case", case)).text
        assert "<strong>Override, Order a retest</strong>: The pack is in quarantine: only a fresh" in page
        assert f'href="{reverse("reopen_pack", args=[case.pack_id])}">Re-open for inspection' in page
        auditor = signed_in(make_person("auditor"))
        assert "Re-open for inspection" not in auditor.get(url("review_case", case)).text

    def test_is_held_until_a_day_and_taken_up_again(self, ann):
        [case] = make_reviews()
        ann.post(url("review_hold", case), hold(case))
        page = ann.get(url("review_case", case)).content.decode()
        assert "Put aside until" in page and "“The maker answers on Monday”" in page
        ann.post(url("review_end_hold", case), {"version": 2})
        assert fresh(case).held_until is None

    def test_is_not_held_into_the_past(self, ann):
        [case] = make_reviews()
        page = ann.post(url("review_hold", case), hold(case, days=0)).content.decode()
        assert "Choose a day after today." in page
        assert "The maker answers on Monday</textarea>" in page
        assert fresh(case).held_until is None

    def test_is_not_taken_up_by_an_old_page(self, ann):
        [case] = make_reviews()
        ann.post(url("review_hold", case), hold(case))
        page = ann.post(url("review_end_hold", case), {"version": 1}, follow=True).content.decode()
        assert "changed since you opened it" in page
        assert "The maker answers on Monday. Nothing was changed." in page
        assert ann.post(url("review_end_hold", case), {"version": "x"}).status_code == 302
        assert fresh(case).held_until is not None

    def test_answers_what_it_shows_after_a_refusal(self, ann, ben):
        [case] = make_reviews()
        ann.post(url("review_hold", case), hold(case))
        page = ben.post(url("review_confirm", case), ANSWER | {"version": 1}).content.decode()
        assert "changed since you opened it" in page
        assert 'name="version" value="2" id="confirmform_version"' in page
        ben.post(url("review_confirm", case), ANSWER | {"version": 2})
        assert state(case) == "confirmed"

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
        assert "Results contradict each other</textarea>" in page
        assert "My long explanation</textarea>" in page
        assert "“Seen the pack”" in page
        assert state(case) == "confirmed"

    @pytest.mark.rule(4)
    def test_shows_why_the_measurer_may_not_decide(self):
        person = make_person("reviewer")
        [case] = make_reviews(by=person)
        client = signed_in(person)
        page = client.get(url("review_case", case)).content.decode()
        assert "<strong>Confirm, Override, Order a retest, Hold</strong>: You inspected" in page
        assert page.count('title="You inspected or measured this pack yourself') == 4
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
    FOR_ONE = ASK | {"scope": "customer", "scope_note": "Nordspeicher"}
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
        assert "Signed first</dt><dd>Ann, " in page and "Looks better" in page
        assert "whoever decides first" not in page
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

    def test_stands_on_the_dossier_for_ever(self, ann, ben):
        [case] = make_reviews()
        until = timezone.now().date() + timedelta(90)
        ann.post(url("review_override", case), self.FOR_ONE | {"expires_on": until.isoformat()})
        asked = ben.get(url("review_case", case)).content.decode()
        assert "Counts for</dt><dd>one customer only: Nordspeicher" in asked and day_in_words(until) in asked
        ben.post(url("review_answer", case), self.YES)
        assert ", for one customer only: Nordspeicher" in ben.get(url("review_case", case)).text
        page = ben.get(url("pack", case.pack)).content.decode()
        part = page[page.index('id="overrides"') :]
        for words in (
            "Ann, ",
            "“Looks better”",
            "Ben, ",
            "“Agreed”",
            "dd>one customer only: Nord",
            day_in_words(until),
        ):
            assert words in part

    def test_stands_on_the_suppliers_page_without_names(self, ann):
        [case] = make_reviews()
        until = timezone.now().date() + timedelta(90)
        ann.post(url("review_override", case), self.FOR_ONE | {"expires_on": until.isoformat()})
        approve(fresh(case), make_actor(make_person("reviewer", name="Ben")), at=GRADED_AT)
        supplier = signed_in(make_person("supplier", supplier=case.pack.supplier))
        page = supplier.get(url("pack", case.pack)).content.decode()
        assert "C, not D: set by two reviewers against the policy, for one customer only" in page
        for words in ("Ann", "Ben", "Nordspeicher", "Looks better", "Seen the pack"):
            assert words not in page[page.index('id="overrides"') :].partition("</section>")[0]

    def test_is_not_asked_for_without_its_end(self, ann):
        [case] = make_reviews()
        page = ann.post(url("review_override", case), self.FOR_ONE).content.decode()
        assert "Say until when" in page and "Looks better</textarea>" in page
        assert state(case) == "open"

    def test_can_be_taken_back_by_the_one_who_asked(self, ann, ben):
        [case] = make_reviews()
        page = ann.post(url("review_override", case), self.ASK, follow=True).content.decode()
        assert "A second reviewer must answer." in page
        ben.post(reverse("review_undo"), {"cases": [f"{case.pk}:2"]})
        assert state(case) == "override_requested"
        ann.post(reverse("review_undo"), {"cases": [f"{case.pk}:2"]})
        assert state(case) == "open"
