"""What reviewers did outlives an order that changes nothing, and nothing else does."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.domain.columnar.thresholds import with_thresholds
from grading.domain.policy import seed_document
from grading.models import Decision, ReviewCase
from grading.queries.review_story import story_of_review
from grading.services import reviews
from grading.services.policies import publish
from intake.models import Pack
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.trail import events
from rebattery.audit.verify import verify
from tests.evidence import GRADED_AT, add_inspection, make_reviews, publish_seed
from tests.factories import balance, make_actor, make_person
from tests.grading.regrading import REGRADED_AT, STRICTER_AT, carry_out, order
from tests.grading.services.reviews.acts import WHY, fresh, seen

HIGH_RESISTANCE = {"soh": "74", "ratio": "2.0"}


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


@pytest.fixture
def ravi(db):
    return make_actor(make_person(Role.REVIEWER))


def confirmed(ravi) -> ReviewCase:
    [case] = make_reviews(**HIGH_RESISTANCE)
    reviews.confirm(cases=seen([case]), why=WHY, actor=ravi, at=GRADED_AT)
    return case


def publish_floor() -> None:
    """Publish a policy by which such a pack is a reject."""
    document = with_thresholds(seed_document(), {"soh-LFP-60": Decimal(75)})
    for band in document["bands"]:
        if band["code"] == "CAP_20_60":
            band.update(grade="D", route="recycling", warranty=None)
    publish(document=document | {"version": 2}, actor=SYSTEM, at=STRICTER_AT)


def again(case: ReviewCase) -> Pack:
    carry_out(order([case.pack]))
    balance()
    return Pack.objects.get(pk=case.pack_id)


class TestKeptReviews:
    def test_leaves_a_confirmed_pack_graded_however_often(self, ravi):
        case = confirmed(ravi)
        for times in (1, 2):
            assert again(case).status == "graded"
            assert ReviewCase.objects.count() == 1
            current = Decision.objects.get(superseded_by=None)
            assert (current.run_id is not None, Decision.objects.count()) == (True, 1 + times)
            told = events().get(event_type="decision.made", subject_id=current.pk)
            assert told.facts["confirmed_in_review"] == case.pk
            assert f" {ravi.label} confirmed this on 20 Nov 2026, and it stands." in told.facts["why"]

    def test_leaves_the_trail_true_of_a_review_whose_confirmation_was_taken_back(self, ravi):
        case = confirmed(ravi)
        reviews.undo(case_id=case.pk, version=fresh(case).version, actor=ravi, at=GRADED_AT)

        assert again(case).status == "in_review"
        assert (fresh(case).state, list(verify())) == ("superseded", [])

    def test_asks_anew_for_another_outcome(self, ravi):
        case = confirmed(ravi)
        publish_floor()

        assert again(case).status == "in_review"
        assert ReviewCase.objects.get(state="open").opened_at == REGRADED_AT

    def test_asks_anew_for_other_facts(self, ravi):
        case = confirmed(ravi)
        add_inspection([case.pack], "ok")

        assert again(case).status == "in_review"

    def test_keeps_age_day_and_reason_of_a_hold(self, ravi):
        [case] = make_reviews(**HIGH_RESISTANCE)
        until = GRADED_AT.date() + timedelta(days=30)
        reviews.hold(case_id=case.pk, version=1, until=until, why=WHY, actor=ravi, at=GRADED_AT)

        for _ in range(2):
            assert again(case).status == "in_review"

        assert fresh(case).state == "superseded"
        newer = ReviewCase.objects.get(state="open")
        assert (newer.opened_at, newer.held_until, newer.rule) == (case.opened_at, until, case.rule)
        held = story_of_review(case=newer).held
        assert (held.by, held.at, held.reason) == (ravi.label, GRADED_AT, WHY.text)
        told = events().get(event_type="review.carried_on", subject_id=newer.pk)
        assert told.facts["since"] == case.opened_at.date().isoformat()
        assert told.after["held_until"] == until.isoformat()

    def test_opens_a_new_review_where_the_outcome_differs(self, ravi):
        [case] = make_reviews(**HIGH_RESISTANCE)
        publish_floor()

        assert again(case).status == "in_review"
        newer = ReviewCase.objects.get(state="open")
        assert newer.opened_at == REGRADED_AT
        assert events().filter(event_type="review.opened", subject_id=newer.pk).exists()
