"""One's own last step is taken back, whole, while nothing of it has left the house."""

from datetime import timedelta

import pytest
from django.db import transaction

from grading.domain.undoing import UNDO_WINDOW
from grading.models import ReviewCase
from grading.queries.review_desk import opened_by
from grading.queries.review_queue import obstacles
from grading.services.decisions import grade, grade_waiting
from grading.services.reviews import confirm, hold, order_retest, undo, undo_all
from grading.services.reviews.cases import AlreadyDecided, RetestDemand
from grading.services.reviews.undoing import UndoRefused
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.evidence import GRADED_AT, add_capacity, make_inspected, make_reviews
from tests.factories import balance
from tests.grading.cast import LATER
from tests.grading.services.disputes.acts import answer, dispute
from tests.grading.services.reviews.acts import WHY, approve, ask, fresh, open_all, seen, status_of

IN_TIME = GRADED_AT + UNDO_WINDOW
TOO_LATE = IN_TIME + timedelta(microseconds=1)
COLUMNS = [f.attname for f in ReviewCase._meta.concrete_fields if f.attname != "version"]


def back(case, actor, at=IN_TIME):
    return undo(case_id=case.pk, version=fresh(case).version, actor=actor, at=at)


def columns(case):
    row = fresh(case)
    return {name: getattr(row, name) for name in COLUMNS}


def confirmed(case, actor):
    confirm(cases=seen([case]), why=WHY, actor=actor, at=GRADED_AT)


def sent_back(case, actor):
    demand = RetestDemand(other_instrument=True, other_person=True)
    order_retest(cases=seen([case]), why=WHY, actor=actor, at=GRADED_AT, demand=demand)


def put_aside(case, actor):
    until = GRADED_AT.date() + timedelta(days=9)
    hold(case_id=case.pk, version=case.version, until=until, why=WHY, actor=actor, at=GRADED_AT)


def obstacle(case, actor, at=IN_TIME):
    viewer = User.objects.get(pk=actor.person_id)
    return obstacles(case=ReviewCase.objects.get(pk=case.pk), viewer=viewer, at=at).undo


class TestUndo:
    @pytest.mark.parametrize("step", [confirmed, sent_back, put_aside, ask])
    def test_leaves_review_and_pack_as_they_were(self, policy, ann, step):
        [case] = make_reviews()
        before = columns(case)
        step(case, ann)
        assert columns(case) != before
        assert obstacle(case, ann) == ""
        back(case, ann)
        assert (columns(case), status_of(case), fresh(case).version) == (before, "in_review", 3)
        told = Event.objects.filter(event_type="review.undone").get()
        assert told.after["state" if step is not put_aside else "held_until"] in ("open", None)
        balance()

    def test_brings_an_accepted_pack_back(self, policy, ann):
        [case] = make_reviews(soh="74", ratio="2.0")
        confirmed(case, ann)
        assert status_of(case) == "graded"
        back(case, ann)
        assert status_of(case) == "in_review"
        balance()

    def test_brings_a_pack_back_into_quarantine_and_grades_it_no_second_time(self, policy, ann):
        packs = make_inspected(safety="critical")
        grade(pack_ids=[packs[0].pk], actor=SYSTEM, at=GRADED_AT)
        case = ReviewCase.objects.get()
        confirmed(case, ann)
        assert status_of(case) == "rejected"
        back(case, ann)
        assert status_of(case) == "quarantined"
        grade_waiting(actor=SYSTEM, now=lambda: IN_TIME)
        assert ReviewCase.objects.get() == case
        assert fresh(case).state == "open"
        balance()

    def test_restores_the_hold_of_somebody_else(self, policy, ann, ben):
        [case] = make_reviews()
        put_aside(case, ben)
        until = fresh(case).held_until
        later = until + timedelta(days=1)
        hold(case_id=case.pk, version=2, until=later, why=WHY, actor=ann, at=GRADED_AT)
        back(case, ann)
        assert fresh(case).held_until == until

    def test_is_only_for_the_one_who_took_the_step(self, policy, ann, ben):
        [case] = make_reviews()
        confirmed(case, ann)
        assert obstacle(case, ben) == "Ann took this step: only they can take it back."
        with pytest.raises(UndoRefused, match="Ann took this step"):
            back(case, ben)
        assert status_of(case) == "rejected"

    @pytest.mark.parametrize("step", [confirmed, sent_back, put_aside])
    def test_is_refused_when_the_window_is_over(self, policy, ann, step):
        [case] = make_reviews()
        step(case, ann)
        assert "are over" in obstacle(case, ann, TOO_LATE)
        with pytest.raises(UndoRefused, match="30 seconds"):
            back(case, ann, at=TOO_LATE)

    def test_of_a_request_works_until_it_is_answered(self, policy, ann, ben):
        [case] = make_reviews()
        back(ask(case, ann), ann, at=TOO_LATE)
        assert fresh(case).state == "open"
        approve(ask(fresh(case), ann), ben)
        with pytest.raises(UndoRefused, match="Ben took this step"):
            back(case, ann)

    def test_is_refused_when_something_happened_to_the_pack_since(self, policy, ann):
        [case] = make_reviews()
        sent_back(case, ann)
        add_capacity([case.pack], "79")
        assert obstacle(case, ann) == "Something happened to the pack since: this step stands."
        with pytest.raises(UndoRefused, match="happened to the pack"):
            back(case, ann)
        assert status_of(case) == "inspected"

    def test_is_refused_once_a_dispute_told_the_supplier(self, policy, ann, ben):
        [case] = make_reviews()
        opened = dispute(case.pack)
        answer(opened, ben)
        assert fresh(case).state == "retest_ordered"
        with pytest.raises(UndoRefused, match="answer to the dispute"):
            back(case, ben, at=LATER)

    def test_is_refused_twice(self, policy, ann):
        [case] = make_reviews()
        confirmed(case, ann)
        back(case, ann)
        with pytest.raises(UndoRefused, match="nothing to take back"):
            back(case, ann)

    @pytest.mark.rule(22)
    def test_is_refused_with_an_old_version(self, policy, ann):
        [case] = make_reviews()
        confirmed(case, ann)
        with pytest.raises(AlreadyDecided) as refused:
            undo(case_id=case.pk, version=1, actor=ann, at=IN_TIME)
        [first] = refused.value.first
        assert (first.who, first.at, first.reason) == ("Ann", GRADED_AT, "Seen the pack")
        assert first.sentence.startswith("Ann confirmed D by")

    def test_lets_the_other_one_decide(self, policy, ann, ben):
        [case] = make_reviews()
        confirmed(case, ann)
        back(case, ann)
        order_retest(cases=seen([fresh(case)]), why=WHY, actor=ben, at=IN_TIME)
        assert status_of(case) == "inspected"


class TestUndoAll:
    def test_takes_a_group_back(self, policy, ann):
        cases = make_reviews(3)
        open_all(cases, ann)
        confirm(cases=seen(cases), why=WHY, actor=ann, at=GRADED_AT)
        undo_all(cases={case.pk: 2 for case in cases}, actor=ann, at=IN_TIME)
        assert {fresh(case).state for case in cases} == {"open"}
        assert set(Pack.objects.values_list("status", flat=True)) == {"in_review"}
        assert Event.objects.filter(event_type="pack.review_undone").count() == 3
        balance()

    def test_leaves_the_sample_opened(self, policy, ann):
        cases = make_reviews(3)
        open_all(cases, ann)
        confirm(cases=seen(cases), why=WHY, actor=ann, at=GRADED_AT)
        undo_all(cases={case.pk: 2 for case in cases}, actor=ann, at=IN_TIME)
        again = [fresh(case) for case in cases]
        assert opened_by(person_id=ann.person_id, cases=again) == {case.pk for case in cases}
        confirm(cases=seen(again), why=WHY, actor=ann, at=IN_TIME)

    def test_leaves_unopened_what_nobody_saw_as_it_is(self, policy, ann, ben):
        [case] = make_reviews()
        open_all([case], ben)
        put_aside(case, ben)
        confirm(cases=seen([fresh(case)]), why=WHY, actor=ann, at=GRADED_AT)
        back(case, ann)
        assert opened_by(person_id=ben.person_id, cases=[fresh(case)]) == set()

    @pytest.mark.rule(21)
    def test_takes_none_back_when_one_stands(self, policy, ann):
        cases = make_reviews(3)
        open_all(cases, ann)
        order_retest(cases=seen(cases), why=WHY, actor=ann, at=GRADED_AT)
        add_capacity([cases[1].pack], "79")
        with pytest.raises(UndoRefused, match=cases[1].pack.serial), transaction.atomic():
            undo_all(cases={case.pk: 2 for case in cases}, actor=ann, at=IN_TIME)
        assert {fresh(case).state for case in cases} == {"retest_ordered"}
