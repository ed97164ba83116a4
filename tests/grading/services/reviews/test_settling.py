"""Confirming and retests: all or nothing, with a reason."""

import pytest
from django.db import transaction

from grading.models import ReviewCase
from grading.services.decisions import grade
from grading.services.reviews import (
    confirm,
    order_retest,
)
from grading.services.reviews.cases import AlreadyDecided, Justification, ReviewRefused
from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services.lifecycle import MoveRefused, move_packs
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM, task_actor
from rebattery.audit.models import Event
from rebattery.audit.record import ReasonMissing
from tests.evidence import (
    GRADED_AT,
    make_inspected,
    make_reviews,
    publish_seed,
)
from tests.factories import balance, make_actor, make_person
from tests.grading.services.reviews.acts import WHY, fresh, seen, status_of
from tests.together import at_once


class TestConfirm:
    def test_rejects_what_the_policy_rejects(self, policy, ann):
        [case] = make_reviews()
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        assert (fresh(case).state, fresh(case).closed_by, fresh(case).version) == ("confirmed", "Ann", 2)
        assert status_of(case) == "rejected"
        told = Event.objects.filter(actor_label="Ann").order_by("id")
        assert [event.event_type for event in told] == ["review.confirmed", "pack.rejected"]
        assert {event.reason for event in told} == {"Seen the pack"}
        balance()

    def test_accepts_what_was_only_flagged(self, policy, ann):
        [case] = make_reviews(soh="74", ratio="2.0")
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        assert status_of(case) == "graded"

    def test_rejects_from_quarantine(self, policy, ann):
        make_inspected(safety="critical")
        grade(pack_ids=list(Pack.objects.values_list("pk", flat=True)), actor=SYSTEM, at=GRADED_AT)
        case = ReviewCase.objects.get()
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        assert status_of(case) == "rejected"

    def test_refuses_a_hold(self, policy, ann):
        [case] = make_reviews(soh="74", ratio=None)
        with pytest.raises(ReviewRefused, match="a hold is not a verdict"):
            confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)

    @pytest.mark.parametrize(("code", "text"), [("policy_right", " "), ("", "Seen the pack")])
    def test_wants_to_know_why(self, policy, ann, code, text):
        [case] = make_reviews()
        with pytest.raises(ReasonMissing), transaction.atomic():
            confirm(cases=seen([case]), why=Justification(code=code, text=text), actor=ann, at=GRADED_AT)
        assert status_of(case) == "in_review"

    @pytest.mark.parametrize("nobody", [SYSTEM, task_actor("Grading", job_id="1")])
    def test_is_for_people(self, policy, nobody):
        [case] = make_reviews()
        with pytest.raises(ReviewRefused, match="Only a person"):
            confirm(cases=seen([case]), why=WHY, actor=nobody, at=GRADED_AT)

    @pytest.mark.rule(21)
    @pytest.mark.parametrize("forbidden", [{"soh": "74", "ratio": None}, {"by": "ann"}, {"moved": True}])
    def test_of_a_group_changes_nothing_when_one_is_forbidden(self, policy, ann, forbidden):
        group = make_reviews(3)
        if "by" in forbidden:
            group += make_reviews(by=User.objects.get(pk=ann.person_id))
        elif "moved" in forbidden:
            group += make_reviews()
            pack_id = group[-1].pack_id
            move_packs(pack_ids=[pack_id], move=Move.RETEST, actor=SYSTEM, at=GRADED_AT, reason="Doubt")
        else:
            group += make_reviews(**forbidden)
        before = Event.objects.count()
        with pytest.raises((ReviewRefused, MoveRefused), match=group[-1].pack.serial), transaction.atomic():
            confirm(cases=seen(group), why=WHY, actor=ann, at=GRADED_AT)
        assert {fresh(case).state for case in group} == {"open"}
        assert {status_of(case) for case in group[:3]} == {"in_review"}
        assert Event.objects.count() == before

    @pytest.mark.rule(22)
    def test_tells_the_second_reviewer_who_decided_first(self, policy, ann, ben):
        [case] = make_reviews()
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        with pytest.raises(AlreadyDecided, match="Ann decided first: confirmed"):
            order_retest(cases=seen([case]), why=WHY, actor=ben, at=GRADED_AT)

    def test_lets_one_of_two_at_once_win(self, committed_db):
        publish_seed()
        [case] = make_reviews()
        actors = [make_actor(make_person("reviewer")) for _ in range(2)]

        def work(actor):
            try:
                confirm(cases=seen([case]), why=WHY, actor=actor, at=GRADED_AT)
            except AlreadyDecided:
                return "lost"
            return "won"

        assert sorted(at_once(work, actors)) == ["lost", "won"]
        assert Event.objects.filter(event_type="review.confirmed").count() == 1


class TestOrderRetest:
    def test_sends_packs_back_to_the_bench(self, policy, ann):
        group = make_reviews(2, soh="74", ratio=None)
        order_retest(cases=seen(group), why=WHY, actor=ann, at=GRADED_AT)
        assert {status_of(case) for case in group} == {"inspected"}
        assert {fresh(case).state for case in group} == {"retest_ordered"}
        balance()
