"""Reviews that are put aside until a day."""

from datetime import timedelta

import pytest
from django.db import transaction

from grading.queries.review_queue import in_front, put_aside, reviews_waiting
from grading.services.reviews import confirm, end_hold, hold
from grading.services.reviews.cases import AlreadyDecided, Justification, OwnMeasurement
from grading.services.reviews.holding import HoldRefused
from rebattery.audit.models import Event
from rebattery.audit.record import ReasonMissing
from tests.evidence import GRADED_AT, make_reviews
from tests.factories import balance, make_actor, make_person
from tests.grading.services.reviews.acts import WHY, ask, fresh, seen, status_of

TODAY = GRADED_AT.date()
UNTIL = TODAY + timedelta(days=30)


def put(case, actor, until=UNTIL, why=WHY):
    return hold(case_id=case.pk, version=case.version, until=until, why=why, actor=actor, at=GRADED_AT)


def end(case, actor, at=GRADED_AT):
    return end_hold(case_id=case.pk, version=case.version, actor=actor, at=at)


class TestHold:
    def test_keeps_the_review_open_and_the_pack_where_it_is(self, policy, ann):
        [case] = make_reviews()
        put(case, ann)
        assert (fresh(case).state, fresh(case).held_until, fresh(case).version) == ("open", UNTIL, 2)
        assert status_of(case) == "in_review"
        told = Event.objects.get(event_type="review.held")
        assert (told.before, told.after) == ({"held_until": None}, {"held_until": UNTIL.isoformat()})
        assert (told.person_id, told.reason) == (ann.person_id, "Seen the pack")
        balance()

    def test_takes_it_out_of_the_front_until_its_day(self, policy, ann):
        case, other = make_reviews(2)
        put(case, ann)
        the_day_before = UNTIL - timedelta(days=1)
        assert list(in_front(reviews_waiting(), on=the_day_before)) == [other]
        assert list(put_aside(reviews_waiting(), on=the_day_before)) == [case]
        assert list(in_front(reviews_waiting(), on=UNTIL).order_by("pk")) == [case, other]
        assert not put_aside(reviews_waiting(), on=UNTIL)

    @pytest.mark.parametrize("days", [-1, 0, 181])
    def test_needs_a_day_ahead_and_not_too_far(self, policy, ann, days):
        [case] = make_reviews()
        with pytest.raises(HoldRefused) as refused:
            put(case, ann, until=TODAY + timedelta(days=days))
        assert "until" in refused.value.fields
        assert fresh(case).held_until is None

    @pytest.mark.parametrize("days", [1, 180])
    def test_takes_the_first_and_the_last_day(self, policy, ann, days):
        [case] = make_reviews()
        assert put(case, ann, until=TODAY + timedelta(days=days)).held_until

    def test_wants_to_know_why(self, policy, ann):
        [case] = make_reviews()
        with pytest.raises(ReasonMissing), transaction.atomic():
            put(case, ann, why=Justification(code="awaits_maker", text=" "))

    def test_again_gives_a_new_day(self, policy, ann, ben):
        [case] = make_reviews()
        case = put(put(case, ann), ben, until=UNTIL + timedelta(days=1))
        assert fresh(case).held_until == UNTIL + timedelta(days=1)

    def test_stops_nobody_from_deciding(self, policy, ann, ben):
        [case] = make_reviews()
        case = put(case, ann)
        confirm(cases=seen([case]), why=WHY, actor=ben, at=GRADED_AT)
        assert status_of(case) == "rejected"

    @pytest.mark.rule(4)
    def test_is_not_for_the_one_who_measured(self, policy):
        mia = make_person("reviewer")
        [case] = make_reviews(by=mia)
        with pytest.raises(OwnMeasurement):
            put(case, make_actor(mia))

    @pytest.mark.rule(22)
    def test_is_refused_while_an_override_waits(self, policy, ann, ben):
        [case] = make_reviews()
        with pytest.raises(AlreadyDecided):
            put(ask(case, ann), ben)


class TestEndHold:
    def test_brings_it_back_to_the_front(self, policy, ann, ben):
        [case] = make_reviews()
        case = end(put(case, ann), ben)
        assert (fresh(case).held_until, fresh(case).version) == (None, 3)
        assert Event.objects.get(event_type="review.hold_ended").before == {"held_until": UNTIL.isoformat()}
        balance()

    def test_is_refused_where_nothing_is_put_aside(self, policy, ann):
        [case] = make_reviews()
        with pytest.raises(HoldRefused, match="not put aside"):
            end(case, ann)
        case = put(case, ann)
        with pytest.raises(HoldRefused, match="not put aside"):
            end(case, ann, at=GRADED_AT + timedelta(days=30))
