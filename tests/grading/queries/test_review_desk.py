"""The queue around an open review, samples, and what can be taken back."""

from datetime import timedelta

import pytest

from grading.domain.undoing import UNDO_WINDOW
from grading.models import ReviewCase
from grading.queries import review_desk
from grading.queries.review_desk import (
    by_urgency,
    desk_of,
    next_to_decide,
    rule_counts,
    sample_of,
    signed,
    undoable,
    waiting,
)
from grading.services import reviews
from grading.services.decisions import grade_waiting
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_inspected, make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.reviews.acts import WHY, ask, seen

pytestmark = pytest.mark.django_db
TODAY = GRADED_AT.date()


@pytest.fixture(autouse=True)
def policy():
    return publish_seed()


@pytest.fixture
def ann():
    return make_person("reviewer", name="Ann")


def in_front():
    return waiting(on=TODAY, is_held=False)


class TestDesk:
    def test_stands_between_those_of_its_rule(self):
        cases = make_reviews(3)
        desk = desk_of(rows=in_front(), case=cases[1])
        assert [case.pk for case in desk.cases] == [case.pk for case in cases]
        assert (desk.before, desk.after, desk.earlier, desk.later, desk.count) == (
            cases[0].pk,
            cases[2].pk,
            0,
            0,
            3,
        )

    def test_goes_on_with_the_next_rule_and_around(self):
        [hold] = make_reviews(soh="74", ratio=None)
        cases = make_reviews(2)
        assert desk_of(rows=in_front(), case=cases[1]).after == hold.pk
        desk = desk_of(rows=in_front(), case=hold)
        assert (desk.before, desk.after) == (None, cases[0].pk)
        assert [group.count for group in desk.groups] == [2, 1]

    def test_is_cut_around_the_open_one(self, monkeypatch):
        monkeypatch.setattr(review_desk, "SHOWN_BEFORE", 1)
        monkeypatch.setattr(review_desk, "SHOWN_AFTER", 1)
        cases = make_reviews(6)
        desk = desk_of(rows=in_front(), case=cases[2])
        assert [case.pk for case in desk.cases] == [case.pk for case in cases[1:4]]
        assert (desk.earlier, desk.later) == (1, 2)

    def test_leaves_the_decided_out_but_stays_at_its_place(self, ann):
        cases = make_reviews(3)
        reviews.confirm(cases=seen(cases[1:2]), why=WHY, actor=make_actor(ann), at=GRADED_AT)
        desk = desk_of(rows=in_front(), case=cases[1])
        assert (desk.before, desk.after, desk.count) == (cases[0].pk, cases[2].pk, 2)

    def test_leaves_what_is_held_out_until_its_day(self, ann):
        first, second = make_reviews(2)
        until = TODAY + timedelta(3)
        reviews.hold(case_id=first.pk, version=1, until=until, why=WHY, actor=make_actor(ann), at=GRADED_AT)
        assert [case.pk for case in in_front()] == [second.pk]
        assert [case.pk for case in waiting(on=TODAY, is_held=True)] == [first.pk]
        assert waiting(on=until, is_held=False).count() == 2


class TestSafety:
    def test_comes_before_what_is_older_and_more(self):
        cases = make_reviews(3)
        make_inspected(safety="critical")
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT + timedelta(days=1))
        danger = ReviewCase.objects.exclude(rule=cases[0].rule).get()

        assert [case.pk for case in by_urgency(in_front()).order_by("urgency", "id")] == [
            danger.pk,
            *(case.pk for case in cases),
        ]
        assert [group.count for group in rule_counts(in_front())] == [1, 3]
        assert desk_of(rows=in_front(), case=cases[0]).groups[0].rule == danger.rule


class TestNextToDecide:
    def test_is_the_next_of_the_rule_then_its_first_then_another_rule(self):
        [hold] = make_reviews(soh="74", ratio=None)
        first, second = make_reviews(2)
        assert next_to_decide(rows=in_front(), case=first) == second.pk
        assert next_to_decide(rows=in_front(), case=second) == first.pk
        only = in_front().exclude(pk=first.pk)
        assert next_to_decide(rows=only, case=second) == hold.pk
        assert next_to_decide(rows=in_front().filter(pk=hold.pk), case=hold) is None


class TestSigned:
    def test_tells_who_asked_from_who_may_answer(self, ann):
        measurer = make_person("reviewer")
        [case] = make_reviews(by=measurer)
        ask(case, make_actor(ann))
        found = {
            (person, is_asker): signed(in_front(), viewer=person, is_asker=is_asker).count()
            for person in (ann, measurer, make_person("reviewer"))
            for is_asker in (True, False)
        }
        assert list(found.values()) == [1, 0, 0, 0, 0, 1]


class TestSample:
    def look(self, cases, person):
        for case in cases:
            reviews.look(case=case, person=person, at=GRADED_AT)

    def test_names_what_is_left_to_open(self, ann):
        cases = make_reviews(4)
        self.look(cases[:2], ann)
        self.look(cases, make_person("reviewer"))
        sample = sample_of(cases=cases, person_id=ann.pk)
        assert (sample.opened, sample.needed, sample.is_enough) == ({cases[0].pk, cases[1].pk}, 3, False)
        assert list(sample.to_open) == [cases[2]]

    def test_does_not_count_what_changed_since(self, ann):
        cases = make_reviews(3)
        self.look(cases, ann)
        until = TODAY + timedelta(3)
        reviews.hold(
            case_id=cases[0].pk, version=1, until=until, why=WHY, actor=make_actor(ann), at=GRADED_AT
        )
        cases = list(ReviewCase.objects.order_by("pk"))
        assert not sample_of(cases=cases, person_id=ann.pk).is_enough


class TestUndoable:
    def test_lasts_for_the_window(self, ann):
        cases = make_reviews(2)
        for case in cases:
            reviews.look(case=case, person=ann, at=GRADED_AT)
        reviews.confirm(cases=seen(cases), why=WHY, actor=make_actor(ann), at=GRADED_AT)
        keys = [case.pk for case in cases]
        found = undoable(case_ids=keys, person_id=ann.pk, at=GRADED_AT)
        assert ([case.version for case in found.cases], found.until) == ([2, 2], GRADED_AT + UNDO_WINDOW)
        assert undoable(case_ids=keys, person_id=ann.pk, at=GRADED_AT + UNDO_WINDOW) is None
        assert undoable(case_ids=keys, person_id=make_person("reviewer").pk, at=GRADED_AT) is None

    def test_ends_once_taken_back(self, ann):
        [case] = make_reviews()
        reviews.confirm(cases=seen([case]), why=WHY, actor=make_actor(ann), at=GRADED_AT)
        reviews.undo(case_id=case.pk, version=2, actor=make_actor(ann), at=GRADED_AT)
        assert undoable(case_ids=[case.pk], person_id=ann.pk, at=GRADED_AT) is None
        assert undoable(case_ids=[], person_id=ann.pk, at=GRADED_AT) is None
