"""Whose work a decision rests on."""

from datetime import timedelta

import pytest

from grading.models import Decision
from grading.queries.disputes import obstacle_to_answer
from grading.queries.review_queue import obstacles
from grading.queries.separation import acts_on_dispute, measured_by
from grading.services import decisions
from grading.services.disputes.answering import OwnWork
from grading.services.reviews import confirm, order_retest
from grading.services.reviews.cases import OwnMeasurement
from intake.domain.separation import OWN_CLAIM, OWN_MEASUREMENT, Act
from intake.models import Manifest
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from tests.evidence import GRADED_AT, add_capacity, finish_again, make_reviews, make_tested, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.disputes.acts import answer, decision_of, dispute
from tests.grading.services.reviews.acts import WHY, seen

AGAIN = GRADED_AT + timedelta(hours=2)


def announced_by(pack, person):
    """Let the person be the one who announced the pack's batch."""
    manifest = pack.batch.manifest
    Manifest.objects.filter(pk=manifest.pk).update(file_name="announced.csv")
    told = Event(code="manifest.submitted", subject_id=manifest.pk, subject_label="file", after={})
    record(events=[told], actor=make_actor(person), at=GRADED_AT)


@pytest.fixture
def people(db):
    publish_seed()
    return [make_person("reviewer", name=name) for name in ("Ann", "Ben", "Cat", "Dan")]


def retested(case, *by, start=GRADED_AT):
    """Send the pack back, let each of ``by`` measure it in turn, and decide on it again."""
    order_retest(cases=seen([case]), why=WHY, actor=make_actor(make_person("reviewer")), at=start)
    for minute, person in enumerate(by, start=1):
        moment = start + timedelta(minutes=minute)
        add_capacity([case.pack], "78", by=person, at=moment, measured_at=moment)
    finish_again([case.pack])
    decisions.grade(pack_ids=[case.pack_id], actor=SYSTEM, at=start + timedelta(hours=2))
    return Decision.objects.get(pack=case.pack, superseded_by=None)


class TestMeasuredBy:
    def test_is_those_whose_results_stand(self, people):
        ann, *_ = people
        [case] = make_reviews(by=ann)
        assert measured_by(decision_id=case.decision_id) == {ann.pk}

    def test_is_those_too_whose_results_stood_since_the_decision_before(self, people):
        ann, ben, cat, _ = people
        [case] = make_reviews(by=ann)
        decision = retested(case, ben, cat)
        assert measured_by(decision_id=decision.pk) == {ann.pk, ben.pk, cat.pk}
        assert decision.review.measured_by_person_ids == sorted([ann.pk, ben.pk, cat.pk])

    def test_forgets_what_was_superseded_before_the_decision_before(self, people):
        ann, ben, cat, dan = people
        [case] = make_reviews()
        first = retested(case, ann, ben)
        second = retested(first.review, cat, dan, start=AGAIN)
        assert measured_by(decision_id=second.pk) == {ben.pk, cat.pk, dan.pk}

    def test_of_no_decision_is_nobody(self, people):
        assert measured_by(decision_id=0) == frozenset()


@pytest.mark.rule(4)
class TestActsOnReviews:
    def test_bar_who_announced_the_pack(self, people):
        ann, *_ = people
        [case] = make_reviews()
        announced_by(case.pack, ann)
        shown = obstacles(case=case, viewer=ann, at=GRADED_AT)
        assert {shown.confirm, shown.override, shown.retest, shown.hold} == {OWN_CLAIM}
        with pytest.raises(OwnMeasurement, match="announced this pack yourself"):
            confirm(cases=seen([case]), why=WHY, actor=make_actor(ann), at=GRADED_AT)

    def test_bar_who_measured_before_the_retest(self, people):
        ann, ben, *_ = people
        [case] = make_reviews(by=ann)
        review = retested(case, ben).review
        assert obstacles(case=review, viewer=ann, at=AGAIN).confirm == OWN_MEASUREMENT
        with pytest.raises(OwnMeasurement):
            confirm(cases=seen([review]), why=WHY, actor=make_actor(ann), at=AGAIN)


@pytest.mark.rule(4)
class TestActsOnDispute:
    def test_name_who_decided_who_measured_and_who_announced(self, people):
        ann, ben, cat, _ = people
        [case] = make_reviews(by=ann)
        announced_by(case.pack, cat)
        confirm(cases=seen([case]), why=WHY, actor=make_actor(ben), at=GRADED_AT)
        found = dispute(case.pack)
        assert set(acts_on_dispute(dispute=found)) == {
            (Act.MEASURED, ann.pk),
            (Act.DECIDED, ben.pk),
            (Act.DECLARED, cat.pk),
        }
        for person in (ann, ben, cat):
            assert obstacle_to_answer(dispute=found, viewer=person)
            with pytest.raises(OwnWork):
                answer(found, make_actor(person))

    def test_of_a_decision_that_nobody_reviewed_name_who_measured(self, people):
        ann, *_ = people
        [pack] = make_tested(by=User.objects.get(pk=ann.pk))
        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
        assert decision_of(pack).grade == "B"
        assert acts_on_dispute(dispute=dispute(pack)) == [(Act.MEASURED, ann.pk)] * 2
