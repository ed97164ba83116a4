"""The second person's answer to an override is taken back: what was asked for waits again."""

from datetime import timedelta

import pytest

from grading.domain.undoing import UNDO_WINDOW
from grading.models import Decision, ReviewCase
from grading.queries.decisions import replayed_decisions
from grading.queries.disputes import obstacle_to_dispute
from grading.queries.review_queue import obstacles
from grading.queries.review_story import overrides_of
from grading.services.reviews import Scope, order_retest, undo
from grading.services.reviews.undoing import UndoRefused
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.audit.models import Event
from tests.evidence import GRADED_AT, add_capacity, make_reviews
from tests.factories import balance, make_actor, make_person
from tests.grading.services.disputes.acts import answer, dispute
from tests.grading.services.reviews.acts import WHY, approve, ask, decline, fresh, seen, status_of

IN_TIME = GRADED_AT + UNDO_WINDOW
TOO_LATE = IN_TIME + timedelta(microseconds=1)
OWN = ("version", "decision_id")
COLUMNS = [f.attname for f in ReviewCase._meta.concrete_fields if f.attname not in OWN]
OUTCOME = [
    f.attname
    for f in Decision._meta.concrete_fields
    if f.attname not in ("id", "superseded_by_id", "run_id", "decided_at")
]


def back(case, actor, at=IN_TIME):
    return undo(case_id=case.pk, version=fresh(case).version, actor=actor, at=at)


def columns(row, names):
    return {name: getattr(row, name) for name in names}


def current(case):
    return Decision.objects.get(pack=case.pack_id, superseded_by=None)


def obstacle(case, actor, at=IN_TIME):
    viewer = User.objects.get(pk=actor.person_id)
    return obstacles(case=ReviewCase.objects.get(pk=case.pk), viewer=viewer, at=at).undo


class TestUndoOfAnApproval:
    @pytest.mark.parametrize(("to", "evidence"), [("C", {}), ("D", {"soh": "74", "ratio": "2.0"})])
    def test_brings_back_the_request_and_what_the_policy_said(self, policy, ann, ben, to, evidence):
        [case] = make_reviews(**evidence)
        former = current(case)
        until = (GRADED_AT + timedelta(days=30)).date()
        case = ask(case, ann, to=to, scope=Scope(code="customer", note="Acme", expires_on=until))
        before = columns(fresh(case), COLUMNS)
        override = approve(case, ben)
        assert status_of(case) == ("graded" if to == "C" else "rejected")
        assert obstacle(case, ben) == ""
        back(case, ben)
        again = current(case)
        assert columns(fresh(case), COLUMNS) == before
        assert (fresh(case).decision_id, status_of(case)) == (again.pk, "in_review")
        assert columns(again, OUTCOME) == columns(former, OUTCOME)
        assert Decision.objects.get(pk=override.pk).superseded_by_id == again.pk
        assert Decision.objects.get(pk=former.pk).superseded_by_id == override.pk
        balance()

    def test_tells_the_trail_in_order(self, policy, ann, ben):
        [case] = make_reviews()
        approve(ask(case, ann), ben)
        last = Event.objects.latest("id").pk
        back(case, ben)
        told = list(Event.objects.filter(pk__gt=last).order_by("id"))
        assert [event.event_type for event in told] == [
            "decision.superseded",
            "decision.restored",
            "review.undone",
            "pack.review_undone",
        ]
        assert {event.actor_label for event in told} == {"Ben"}
        labels = [f"C by override against {policy}", f"D by {policy}"]
        assert [event.subject_label for event in told[:2]] == labels
        assert told[1].facts["policy"] == str(policy)
        assert told[2].facts["step"] == "the approval of the override"
        assert told[2].after["decision_id"] == told[1].subject_id

    def test_leaves_every_decision_replayable(self, policy, ann, ben):
        [case] = make_reviews()
        approve(ask(case, ann), ben)
        back(case, ben)
        approve(fresh(case), ben, at=IN_TIME)
        found = list(replayed_decisions())
        assert [row.kind for row in found] == ["policy", "override", "policy", "override"]
        assert all(row.differences == () for row in found)

    def test_leaves_the_request_to_be_approved_declined_or_taken_back(self, policy, ann, ben):
        [case] = make_reviews()
        approve(ask(case, ann), ben)
        back(case, ben)
        assert obstacle(case, ann, TOO_LATE) == ""
        assert obstacle(case, ben) == "Ann took this step: only they can take it back."
        approve(fresh(case), ben, at=IN_TIME)
        assert (current(case).kind, status_of(case)) == ("override", "graded")
        back(case, ben, at=IN_TIME + UNDO_WINDOW)
        back(case, ann, at=IN_TIME + 2 * UNDO_WINDOW)
        assert (fresh(case).state, status_of(case)) == ("open", "in_review")
        order_retest(cases=seen([fresh(case)]), why=WHY, actor=ben, at=IN_TIME)
        balance()

    def test_shows_only_the_override_that_stands(self, policy, ann, ben):
        [case] = make_reviews()
        approve(ask(case, ann), ben)
        back(case, ben)
        decisions = Decision.objects.select_related("policy")
        assert overrides_of(decisions=decisions.all()) == []
        override = approve(fresh(case), ben, at=IN_TIME)
        assert [row.decision for row in overrides_of(decisions=decisions.all())] == [override]

    def test_is_only_for_the_second_person_and_only_in_time(self, policy, ann, ben):
        [case] = make_reviews()
        approve(ask(case, ann), ben)
        assert obstacle(case, ann) == "Ben took this step: only they can take it back."
        assert "are over" in obstacle(case, ben, TOO_LATE)
        for who, at in ((ann, IN_TIME), (ben, TOO_LATE)):
            with pytest.raises(UndoRefused):
                back(case, who, at=at)
        assert current(case).kind == "override"

    def test_is_refused_when_something_happened_to_the_pack_since(self, policy, ann, ben):
        [case] = make_reviews()
        approve(ask(case, ann), ben)
        add_capacity([case.pack], "79")
        with pytest.raises(UndoRefused, match="happened to the pack since"):
            back(case, ben)
        assert (current(case).kind, status_of(case)) == ("override", "graded")

    def test_takes_an_open_dispute_along(self, policy, ann, ben):
        [case] = make_reviews()
        opened = dispute(case.pack, at=GRADED_AT)
        approve(ask(case, ann), ben)
        back(case, ben)
        opened.refresh_from_db()
        assert opened.decision_id == current(case).pk
        told = Event.objects.get(event_type="dispute.carried_on")
        assert (told.subject_id, told.facts["grade"]) == (opened.pk, "D")
        back(case, ann)
        assert answer(opened, make_actor(make_person("reviewer"))).remedy == "retest"
        balance()

    def test_lets_nobody_dispute_before_it_stands(self, policy, ann, ben):
        [case] = make_reviews()
        decision = approve(ask(case, ann), ben)
        pack = Pack.objects.get(pk=case.pack_id)
        asked = {"pack": pack, "decision": decision, "disputes": []}
        assert "can still take the last step back" in obstacle_to_dispute(**asked, at=IN_TIME)
        assert obstacle_to_dispute(**asked, at=TOO_LATE) == ""


class TestUndoOfARefusal:
    def test_brings_the_request_back(self, policy, ann, ben):
        [case] = make_reviews()
        case = ask(case, ann)
        before = columns(fresh(case), COLUMNS)
        decline(case, ben)
        assert fresh(case).state == "open"
        back(case, ben)
        assert columns(fresh(case), COLUMNS) == before
        assert approve(fresh(case), ben).grade == "C"
        balance()
