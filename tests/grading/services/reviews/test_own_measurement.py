"""Nobody decides on what they measured, by any door."""

import pytest
from django.db import IntegrityError, transaction

from grading.models import ReviewCase
from grading.services.reviews import (
    confirm,
    order_retest,
)
from grading.services.reviews.cases import OwnMeasurement
from tests.evidence import (
    GRADED_AT,
    make_reviews,
)
from tests.factories import make_actor, make_person
from tests.grading.services.reviews.acts import WHY, approve, ask, decline, seen


class TestOwnMeasurement:
    @pytest.fixture
    def measurer(self, db):
        return make_person("reviewer", name="Mia")

    @pytest.mark.rule(4)
    @pytest.mark.parametrize("act", [confirm, order_retest])
    def test_is_not_decided_by_the_one_who_measured(self, policy, measurer, act):
        [case] = make_reviews(by=measurer)
        with pytest.raises(OwnMeasurement, match="measured this pack yourself"):
            act(cases=seen([case]), why=WHY, actor=make_actor(measurer), at=GRADED_AT)

    @pytest.mark.rule(4)
    def test_is_not_overridden_by_the_one_who_measured(self, policy, measurer, ann):
        [case] = make_reviews(by=measurer)
        with pytest.raises(OwnMeasurement):
            ask(case, make_actor(measurer))
        case = ask(case, ann)
        for answer in (approve, decline):
            with pytest.raises(OwnMeasurement):
                answer(case, make_actor(measurer))

    @pytest.mark.rule(4)
    @pytest.mark.parametrize("column", ["closed_by_person_id", "requested_by_person_id"])
    def test_is_refused_by_the_database_too(self, policy, measurer, column):
        [case] = make_reviews(by=measurer)
        with pytest.raises(IntegrityError, match="review_not_of_own_measurement"), transaction.atomic():
            ReviewCase.objects.filter(pk=case.pk).update(**{column: measurer.pk})

    @pytest.mark.rule(4)
    def test_override_by_one_person_is_refused_by_the_database(self, policy, ann):
        [case] = make_reviews()
        with pytest.raises(IntegrityError, match="override_needs_two_people"), transaction.atomic():
            ReviewCase.objects.filter(pk=case.pk).update(
                state="overridden", requested_by_person_id=ann.person_id, closed_by_person_id=ann.person_id
            )
