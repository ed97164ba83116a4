"""The review queue through its pages."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grading.models import ReviewCase
from grading.services import reviews
from grading.services.decisions import grade_waiting
from rebattery.actor import SYSTEM
from tests.evidence import make_inspected, make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.reviews.acts import WHY
from tests.grading.web.reviewing import ANSWER, fresh, open_cases, signed_in, state, ticks, url

pytestmark = pytest.mark.django_db
QUEUE = "review_queue"


@pytest.fixture(autouse=True)
def policy():
    return publish_seed()


@pytest.fixture
def ann():
    return signed_in(make_person("reviewer", name="Ann"))


class TestAccess:
    @pytest.mark.parametrize("role", ["supplier", "warehouse"])
    def test_is_not_for_the_floor(self, role):
        [case] = make_reviews()
        client = signed_in(make_person(role))
        assert client.get(reverse(QUEUE)).status_code == 403
        assert client.get(url("review_case", case)).status_code == 403

    @pytest.mark.parametrize("role", ["auditor", "administrator"])
    def test_lets_others_look_but_not_decide(self, role):
        [case] = make_reviews()
        client = signed_in(make_person(role))
        page = client.get(url("review_case", case))
        assert "Only reviewers decide." in page.content.decode()
        steps = ("confirm", "retest", "override", "answer", "hold", "end_hold")
        for name in steps:
            assert client.post(url(f"review_{name}", case), ANSWER | {"version": 1}).status_code == 403
        assert client.post(reverse("review_confirm_group"), ANSWER).status_code == 403
        assert client.post(reverse("review_undo"), {"cases": ticks([case])}).status_code == 403
        assert state(case) == "open"
        assert not case.looks.exists()


class TestQueue:
    def test_is_empty_at_first(self, ann):
        assert "Nothing waits for review." in ann.get(reverse(QUEUE)).content.decode()

    def test_groups_by_rule_with_counts_and_age(self, ann):
        make_reviews(3)
        make_reviews(soh="74", ratio=None)
        page = ann.get(reverse(QUEUE)).content.decode()
        tile = r'>3</span>\s*<span class="tile-label">Nickel chemistry, SOH not above 80 %</span>'
        assert re.search(tile + r'\s*<span class="tile-note">oldest \d+ \w+<', page)
        only = ann.get(reverse(QUEUE), {"rule": "IR_MISSING"}).content.decode()
        assert only.count('name="cases"') == 1

    def test_begins_with_what_is_dangerous(self, ann):
        cases = make_reviews(3)
        make_inspected(safety="critical")
        grade_waiting(actor=SYSTEM, now=timezone.now)
        danger = ReviewCase.objects.exclude(rule=cases[0].rule).get()
        page = ann.get(reverse(QUEUE)).content.decode()
        assert page.index(">Critical hazard<") < page.index(">Nickel chemistry, SOH not above 80 %<")
        rows = re.findall(r'<th scope="row"><a class="code" href="([^"]+)"', page)
        assert rows == [url("review_case", case) for case in (danger, *cases)]
        assert f'btn-primary" href="{url("review_case", danger)}" data-key="f"' in page
        newest = ann.get(reverse(QUEUE), {"sort": "-opened_at"}).content.decode()
        assert newest.index(danger.pack.serial) < newest.index(cases[0].pack.serial)

    def test_takes_the_same_queries_for_any_number(self, ann):
        counts = []
        for _ in range(2):
            make_reviews(5)
            ann.get(reverse(QUEUE))
            with CaptureQueriesContext(connection) as queries:
                ann.get(reverse(QUEUE))
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_exports(self, ann):
        [case] = make_reviews()
        response = ann.get(reverse(QUEUE), {"export": "csv"})
        assert case.pack.serial.encode() in b"".join(response)

    def test_keeps_its_filters_on_the_way_to_a_review(self, ann):
        [case] = make_reviews()
        asked = {"supplier": case.pack.supplier.code, "sort": "-opened_at"}
        page = ann.get(reverse(QUEUE), asked).content.decode()
        kept = f"?supplier={case.pack.supplier.code}&amp;sort=-opened_at"
        assert f"{url('review_case', case)}{kept}" in page

    def test_shows_what_is_held_under_a_filter_of_its_own(self, ann):
        first, second = make_reviews(2)
        now = timezone.now()
        reviews.hold(
            case_id=first.pk,
            version=1,
            until=now.date() + timedelta(7),
            why=WHY,
            actor=make_actor(make_person("reviewer")),
            at=now,
        )
        in_front = ann.get(reverse(QUEUE)).content.decode()
        aside = ann.get(reverse(QUEUE), {"held": "later"}).content.decode()
        assert (first.pack.serial in in_front, second.pack.serial in in_front) == (False, True)
        assert (first.pack.serial in aside, second.pack.serial in aside) == (True, False)
        assert "put aside until" in aside

    def test_search_finds_what_is_held_or_decided(self, ann):
        held, done = make_reviews(2)
        ben, now = make_actor(make_person("reviewer")), timezone.now()
        until = now.date() + timedelta(7)
        reviews.hold(case_id=held.pk, version=1, until=until, why=WHY, actor=ben, at=now)
        reviews.confirm(cases={done.pk: 1}, why=WHY, actor=ben, at=now)
        page = ann.get(reverse(QUEUE), {"q": held.pack.serial}).content.decode()
        assert url("review_case", held) in page and "put aside until" in page
        gone = ann.get(reverse(QUEUE), {"q": done.pack.serial}).content.decode()
        assert f'href="?state=decided&amp;q={done.pack.serial}"' in gone
        found = ann.get(reverse(QUEUE), {"q": done.pack.serial, "state": "decided"}).content.decode()
        assert f'href="{url("review_case", done)}"' in found and "Confirmed" in found
        assert held.pack.serial not in found and 'name="cases"' not in found

    def test_shows_who_signed_an_override_and_whose_answer_it_waits_for(self, ann):
        case, _ = make_reviews(2)
        ben = signed_in(make_person("reviewer", name="Ben"))
        ask = {"grade": "C", "scope": "any_use", "reason_code": "engineering", "reason": "x", "version": 1}
        ann.post(url("review_override", case), ask)
        mine, others = {"signed": "asked"}, {"signed": "answer"}
        found = [client.get(reverse(QUEUE), asked).content.decode() for client, asked in
                 ((ann, mine), (ann, others), (ben, mine), (ben, others))]  # fmt: skip
        row = f'class="code" href="{url("review_case", case)}?signed='
        assert [row in page for page in found] == [True, False, False, True]
        assert "Ann signed for C, " in found[3]


class TestGroup:
    def post(self, client, cases, **query):
        address = f"{reverse('review_confirm_group')}?rule={cases[0].rule}"
        return client.post(address, ANSWER | {"cases": ticks(cases)}, **query)

    def test_is_confirmed_after_a_sample_was_opened(self, ann):
        cases = make_reviews(4)
        open_cases(ann, cases[:3])
        response = self.post(ann, cases[:3], follow=True)
        assert "3 decisions confirmed." in response.content.decode()
        assert [state(case) for case in cases] == ["confirmed"] * 3 + ["open"]

    def test_is_refused_unopened(self, ann):
        cases = make_reviews(4)
        open_cases(ann, cases[:2])
        page = self.post(ann, cases).content.decode()
        assert "Open 1 more review of these 4" in page
        assert page.count(" checked") == 4
        assert {state(case) for case in cases} == {"open"}

    def test_offers_its_button_once_enough_are_opened(self, ann):
        cases = make_reviews(4)
        queue = f"{reverse(QUEUE)}?rule={cases[0].rule}"
        button = "data-sample-button>Confirm the ticked decisions</button>"
        open_cases(ann, cases[:2])
        page = ann.get(queue).content.decode()
        assert "Opened 2 of 3 needed." in page and button not in page
        assert page.count(f'href="{url("review_case", cases[2])}?rule=') >= 2
        open_cases(ann, cases[2:3])
        page = ann.get(queue).content.decode()
        assert "You opened 3 of this page" in page and button in page

    def test_counts_what_is_ticked_as_the_server_does(self, ann):
        cases = make_reviews(6)
        open_cases(ann, cases[:3])
        page = self.post(ann, cases[2:5]).content.decode()
        assert "Open 2 more reviews of these 3" in page
        assert "Opened 1 of 3 needed of those ticked." in page
        assert len(re.findall("data-opened", page)) == 3

    def test_does_not_tick_own_work(self):
        person = make_person("reviewer")
        own, other = make_reviews(by=person) + make_reviews()
        page = signed_in(person).get(reverse(QUEUE), {"rule": own.rule}).content.decode()
        boxes = re.findall(r'<input type="checkbox" name="cases"[^>]*>', page)
        assert [" disabled" in box for box in boxes] == [True, False]
        assert page.count("You inspected or measured this pack yourself") == 2
        assert f'value="{other.pk}:1"' in boxes[1]

    def test_asks_for_one_rule_first(self, ann):
        make_reviews(2)
        make_reviews(soh="74", ratio=None)
        page = ann.get(reverse(QUEUE)).content.decode()
        assert "Choose one rule above" in page
        assert 'name="cases"' not in page

    @pytest.mark.rule(21)
    def test_names_the_forbidden_one_and_changes_nothing(self, ann):
        group = make_reviews(2) + make_reviews(soh="74", ratio=None)
        open_cases(ann, group)
        page = ann.post(
            reverse("review_confirm_group"), ANSWER | {"cases": ticks(group)}
        ).content.decode()  # fmt: skip
        assert f"{group[-1].pack.serial}: a hold is not a verdict" in page
        assert page.count(" checked") == 3
        assert {state(case) for case in group} == {"open"}

    @pytest.mark.parametrize("cases", [[], ["x"], ["1"]])
    def test_asks_for_reviews(self, ann, cases):
        make_reviews()
        page = ann.post(reverse("review_confirm_group"), ANSWER | {"cases": cases}).content.decode()
        assert ("Tick the reviews" in page) or ("damaged" in page)

    def test_can_be_taken_back_whole(self, ann):
        cases = make_reviews(3)
        open_cases(ann, cases)
        page = self.post(ann, cases, follow=True).content.decode()
        assert "3 decisions confirmed." in page
        values = re.findall(r'type="hidden" name="cases" value="([\d:]+)"', page)
        ann.post(reverse("review_undo"), {"cases": values})
        assert [(state(case), fresh(case).pack.status) for case in cases] == [("open", "in_review")] * 3
