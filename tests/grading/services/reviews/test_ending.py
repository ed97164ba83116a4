"""An override that counts can be ended: the policy speaks again, and the trail says why."""

from datetime import timedelta

import pytest

from grading.models import Decision, ReviewCase
from grading.services.reviews import end_override
from grading.services.reviews.cases import AlreadyDecided, Justification, ReviewRefused
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.audit.record import ReasonMissing
from tests.evidence import GRADED_AT, make_reviews
from tests.factories import balance, make_actor, make_person
from tests.grading.sending_off import send_off
from tests.grading.services.reviews.acts import approve, ask, status_of

WHY = Justification(code="evidence_refuted", text="The maker took its letter back.")
LATER = GRADED_AT + timedelta(days=3)


def end(decision, actor, why=WHY):
    return end_override(pack_id=decision.pack_id, decision_id=decision.pk, why=why, actor=actor, at=LATER)


@pytest.fixture
def overridden(policy, ann, ben):
    """Return a reject that two people set to C."""
    [case] = make_reviews()
    return approve(ask(case, ann), ben)


class TestEndOverride:
    def test_lets_the_policy_speak_again(self, overridden):
        new = end(overridden, make_actor(make_person("reviewer", name="Cat")))
        overridden.refresh_from_db()
        assert (new.kind, new.grade, overridden.superseded_by_id) == ("policy", "D", new.pk)
        assert status_of(overridden) == "in_review"
        assert ReviewCase.objects.get(decision=new).state == "open"
        told = Event.objects.get(event_type="pack.override_ended")
        assert (told.actor_label, told.reason_code, told.reason) == ("Cat", WHY.code, WHY.text)
        assert (told.before, told.after) == ({"status": "graded"}, {"status": "tested"})
        assert told.facts == {"grade": "C", "policy": str(new.policy)}
        balance()

    def test_takes_a_reject_back_too(self, policy, ann, ben):
        [case] = make_reviews(soh="74", ratio=None)
        decision = approve(ask(case, ann, to="D"), ben)
        assert status_of(case) == "rejected"
        new = end(decision, ben)
        assert (new.grade, status_of(case)) == (case.decision.grade, "in_review")
        balance()

    @pytest.mark.rule(4)
    def test_is_open_to_those_who_set_it_and_not_to_who_measured(self, policy, ann, ben):
        cat = make_person("reviewer", name="Cat")
        [case] = make_reviews(by=cat)
        decision = approve(ask(case, ann), ben)
        with pytest.raises(ReviewRefused, match="measured this pack yourself"):
            end(decision, make_actor(cat))
        with pytest.raises(ReviewRefused, match="Only a person"):
            end(decision, SYSTEM)
        assert status_of(case) == "graded"
        assert end(decision, ann).kind == "policy"

    def test_needs_a_reason(self, overridden, ann):
        with pytest.raises(ReasonMissing):
            end(overridden, ann, why=Justification(code=WHY.code, text=" "))
        with pytest.raises(ReviewRefused) as refused:
            end(overridden, ann, why=Justification(code="", text="So."))
        assert "reason_code" in refused.value.fields
        assert status_of(overridden) == "graded"

    def test_ends_nothing_a_second_time(self, overridden, ann, ben):
        end(overridden, ann)
        with pytest.raises(AlreadyDecided):
            end(overridden, ben)
        assert Event.objects.filter(event_type="pack.override_ended").count() == 1

    def test_ends_no_decision_of_the_policy(self, policy, ann):
        [case] = make_reviews()
        with pytest.raises(AlreadyDecided):
            end(case.decision, ann)

    def test_leaves_what_stands_in_an_order(self, policy, ann, ben):
        [case] = make_reviews(soh="74", ratio=None)
        decision = approve(ask(case, ann, to="D"), ben)
        send_off([case.pack])
        with pytest.raises(ReviewRefused, match="take it out of it first"):
            end(decision, ann)
        assert Decision.objects.get(pack=case.pack, superseded_by=None) == decision
