"""Which packs can be graded again: one answer as counts, as SQL and as a query of packs."""

from datetime import UTC, datetime, time, timedelta

import pytest

from grading.domain.regrading import OBSTACLE_WORDS, Obstacle
from grading.models import Decision
from grading.queries.regrading import newest_decision_id, regradable, weigh_selection
from intake.models import Pack
from tests.evidence import make_reviews, make_tested, publish_seed
from tests.factories import make_instrument
from tests.grading import cast
from tests.grading.declaring import approve, make_measured, propose
from tests.grading.regrading import ORDERED_AT, carry_out, make_graded, order


def selection():
    return weigh_selection(packs=Pack.objects.all(), seen=newest_decision_id(), at=ORDERED_AT)


@pytest.fixture
def one_of_each(db) -> dict[str, int]:
    """Make a pack for every obstacle, and two without; return the packs' keys."""
    publish_seed()
    bad = make_instrument()
    [suspended] = make_measured(with_=bad, other=bad)
    approve(propose(bad))
    found = {
        "rejected": cast.rejected().pk,
        "quarantined": cast.quarantined().pk,
        "suspended": suspended.pk,
        "not_graded": make_tested()[0].pk,
        "overridden": cast.overridden().pk,
        "override_asked": cast.override_requested().pk,
        "ordered": make_graded()[0].pk,
        "graded": make_graded()[0].pk,
        "in_review": make_reviews()[0].pack_id,
    }
    order([Pack.objects.get(pk=found["ordered"])])
    return found


class TestWeighSelection:
    def test_finds_every_obstacle(self, one_of_each):
        found = selection()
        hindered = {part.obstacle: (part.count, len(part.serials)) for part in found.hindered}
        expected = [obstacle for obstacle in Obstacle if obstacle is not Obstacle.NEWER]
        assert hindered == dict.fromkeys(expected, (1, 1))
        assert (found.ready, found.hindered_count, found.chosen, found.in_review) == (2, 7, 9, 1)

    def test_names_each_order_that_already_waits(self, db):
        publish_seed()
        [first], [second], _ = make_graded(), make_graded(), make_graded()
        runs = [order([first]), order([second])]
        found = selection()
        assert (found.ready, [(part.run_id, part.serials) for part in found.hindered]) == (
            1,
            [(run.pk, [pack.serial]) for run, pack in zip(runs, (first, second), strict=True)],
        )
        assert found.hindered[0].words == f"already waiting in grading run {runs[0].pk}"

        carry_out(runs[0])

        assert selection().ready == 2

    def test_says_the_same_as_a_query_of_packs(self, one_of_each):
        packs = regradable(packs=Pack.objects.all(), seen=newest_decision_id(), at=ORDERED_AT)
        assert set(packs.values_list("pk", flat=True)) == {one_of_each["graded"], one_of_each["in_review"]}

    def test_takes_an_override_that_has_ended(self, one_of_each):
        [decision] = Decision.objects.filter(pack=one_of_each["overridden"], kind="override")
        assert decision.valid_until is not None
        for days, ready in ((0, 0), (1, 1)):
            on = datetime.combine(decision.valid_until + timedelta(days=days), time(12), UTC)
            chosen = {"packs": Pack.objects.filter(pk=decision.pack_id), "seen": decision.pk, "at": on}
            assert weigh_selection(**chosen).ready == ready
            assert regradable(**chosen).count() == ready

    def test_counts_what_is_newer_than_what_the_person_knew(self, db):
        publish_seed()
        [known], seen = make_graded(), newest_decision_id()
        [newer] = make_graded()
        packs = Pack.objects.filter(pk__in=[known.pk, newer.pk])
        found = weigh_selection(packs=packs, seen=seen, at=ORDERED_AT)
        assert found.ready == 1
        assert [(part.obstacle, list(part.serials)) for part in found.hindered] == [("newer", [newer.serial])]
        assert list(regradable(packs=packs, seen=seen, at=ORDERED_AT)) == [known]

    def test_takes_one_query_for_any_number(self, db, django_assert_num_queries):
        publish_seed()
        make_graded(5)
        with django_assert_num_queries(1):
            assert weigh_selection(packs=Pack.objects.all(), seen=10**9, at=ORDERED_AT).ready == 5

    def test_has_words_for_every_obstacle(self):
        assert set(OBSTACLE_WORDS) == set(Obstacle)
