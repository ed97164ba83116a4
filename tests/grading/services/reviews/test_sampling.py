"""A group is confirmed only within one rule, and by somebody who looked into it."""

import pytest

from grading.models import ReviewLook
from grading.services.reviews import confirm, end_hold, hold, look
from grading.services.reviews.sampling import SampleMissing, SeveralRules
from rebattery.accounts.models import User
from rebattery.audit.models import Event
from tests.evidence import GRADED_AT, make_reviews
from tests.grading.services.reviews.acts import WHY, fresh, open_all, seen


def everything(cases, actor):
    return confirm(cases=seen(cases), why=WHY, actor=actor, at=GRADED_AT)


class TestConfirm:
    @pytest.mark.parametrize(("group", "opened", "more"), [(2, 0, 2), (2, 1, 1), (4, 2, 1), (4, 0, 3)])
    def test_of_a_group_asks_for_a_sample(self, policy, ann, group, opened, more):
        cases = make_reviews(group)
        open_all(cases[:opened], ann)
        with pytest.raises(SampleMissing, match=f"Open {more} more") as refused:
            everything(cases, ann)
        assert (refused.value.opened, refused.value.needed) == (opened, opened + more)
        assert {fresh(case).state for case in cases} == {"open"}

    def test_of_a_group_works_with_a_sample(self, policy, ann):
        cases = make_reviews(4)
        open_all(cases[1:], ann)
        everything(cases, ann)
        assert {fresh(case).state for case in cases} == {"confirmed"}
        assert Event.objects.filter(event_type="review.confirmed").count() == 4

    def test_of_one_needs_none(self, policy, ann):
        everything(make_reviews(1), ann)

    def test_counts_no_look_of_somebody_else(self, policy, ann, ben):
        cases = make_reviews(2)
        open_all(cases, ben)
        with pytest.raises(SampleMissing, match="Open 2 more"):
            everything(cases, ann)

    def test_counts_no_look_at_an_earlier_version(self, policy, ann, ben):
        cases = make_reviews(2)
        open_all(cases, ann)
        until = GRADED_AT.date().replace(year=GRADED_AT.year + 1, month=1)
        key = {"case_id": cases[0].pk, "actor": ben, "at": GRADED_AT}
        hold(**key, version=1, until=min(until, GRADED_AT.date().replace(day=28)), why=WHY)
        end_hold(**key, version=2)
        cases = [fresh(case) for case in cases]
        with pytest.raises(SampleMissing, match="Open 1 more review of these 2"):
            everything(cases, ann)

    def test_of_several_rules_is_refused(self, policy, ann):
        cases = make_reviews(2) + make_reviews(2, soh="15")
        open_all(cases, ann)
        with pytest.raises(SeveralRules, match="because of 2 rules"):
            everything(cases, ann)


class TestLook:
    def test_keeps_the_last_look_of_a_person(self, policy, ann):
        [case] = make_reviews()
        open_all([case], ann)
        case.version = 2
        look(case=case, person=User.objects.get(pk=ann.person_id), at=GRADED_AT)
        assert [(row.person_id, row.version) for row in ReviewLook.objects.all()] == [(ann.person_id, 2)]
