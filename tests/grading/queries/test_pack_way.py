"""When a pack took each step of its way, as its page shows it."""

from datetime import timedelta

import pytest

from grading.services.decisions import grade
from grading.services.reviews import confirm, order_retest, undo
from intake.domain.lifecycle import Move
from intake.services.lifecycle import move_packs
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_reviews, make_tested, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.queries.test_dossiers import dossier
from tests.grading.services.reviews.acts import WHY, seen

pytestmark = pytest.mark.django_db
LATER = GRADED_AT + timedelta(hours=1)


@pytest.fixture
def reviewer():
    publish_seed()
    return make_actor(make_person("reviewer"))


def confirmed(case, actor):
    return confirm(cases=seen([case]), why=WHY, actor=actor, at=LATER)


def retested(case, actor):
    return order_retest(cases=seen([case]), why=WHY, actor=actor, at=LATER)


class TestWayOf:
    """Moves that only take a pack back, or to be judged anew, are no steps of their own."""

    def test_keeps_when_it_was_inspected_through_a_retest(self, reviewer):
        [case] = make_reviews()
        before = dossier(case.pack).way.times
        retested(case, reviewer)

        way = dossier(case.pack).way
        assert way.times["inspected"] == before["inspected"]
        assert "tested" not in way.times

        move_packs(pack_ids=[case.pack_id], move=Move.COMPLETE_TESTS, actor=SYSTEM, at=LATER)
        assert dossier(case.pack).way.times["tested"] == LATER

    @pytest.mark.parametrize("step", [retested, confirmed])
    def test_stands_as_before_a_step_that_was_taken_back(self, reviewer, step):
        [case] = make_reviews()
        before = dossier(case.pack).way
        [case] = step(case, reviewer)
        assert dossier(case.pack).way != before
        undo(case_id=case.pk, version=case.version, actor=reviewer, at=LATER)

        assert dossier(case.pack).way == before

    @pytest.mark.parametrize("move", [Move.REGRADE, Move.EXPIRE])
    def test_keeps_when_it_was_tested_through_being_judged_anew(self, move):
        publish_seed()
        [pack] = make_tested()
        grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
        before = dossier(pack).way.times
        facts = {"grade": "B", "policy": "p v1", "until": "2026-11-20"}
        move_packs(pack_ids=[pack.pk], move=move, actor=SYSTEM, at=LATER, reason="Anew", facts=facts)

        way = dossier(pack).way
        assert way.times["tested"] == before["tested"]
        assert "graded" not in way.times
