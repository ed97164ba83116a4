"""What happened to packs since a day: every pack counts once, and the list behind holds the same ones."""

from datetime import timedelta

import pytest

from grading.queries.moves import MOVES, count_moved, packs_moved
from intake.models import Pack
from tests.evidence import GRADED_AT, publish_seed
from tests.grading.ending import DAY_AFTER, graded, publish_terms, run_out
from tests.grading.regrading import REGRADED_AT, carry_out, make_graded, order

pytestmark = pytest.mark.django_db
MIDNIGHT = GRADED_AT.replace(hour=0, minute=0)


def behind(move: str, since=MIDNIGHT) -> set[int]:
    return set(packs_moved(Pack.objects.all(), move=move, since=since.date()).values_list("pk", flat=True))


def keys(packs) -> set[int]:
    return {pack.pk for pack in packs}


def assert_counts_are_lists(since=MIDNIGHT) -> None:
    counts = count_moved(since=since)
    assert counts == {move: len(behind(move, since)) for move in MOVES}


class TestCountMoved:
    def test_counts_a_pack_graded_again_once_and_not_as_graded(self):
        publish_seed()
        once, twice = make_graded(3), make_graded(2)
        for _ in range(2):
            carry_out(order(twice))

        counts = count_moved(since=MIDNIGHT)

        assert (counts["graded"], counts["graded_again"]) == (3, 2)
        assert (behind("graded"), behind("graded_again")) == (keys(once), keys(twice))
        assert_counts_are_lists()

    def test_counts_a_pack_graded_again_on_a_later_day_on_both(self):
        publish_seed()
        packs = make_graded(2)
        carry_out(order(packs, at=REGRADED_AT))
        assert behind("graded_again") == keys(packs)
        tomorrow = MIDNIGHT + timedelta(days=1)
        assert set(count_moved(since=tomorrow).values()) == {0}
        assert_counts_are_lists(tomorrow)

    def test_names_packs_whose_grade_ran_out(self):
        publish_terms()
        packs = graded(2)
        run_out()

        counts = count_moved(since=DAY_AFTER.replace(hour=0, minute=0))

        assert (counts["ran_out"], counts["sent_to_review"], counts["graded"]) == (2, 2, 0)
        assert behind("ran_out", DAY_AFTER) == keys(packs)


class TestPacksMoved:
    def test_begins_at_midnight(self):
        publish_seed()
        packs = make_graded()
        assert behind("graded") == keys(packs)
        assert behind("graded", MIDNIGHT + timedelta(days=1)) == set()

    def test_knows_no_other_move(self):
        with pytest.raises(KeyError):
            packs_moved(Pack.objects.all(), move="lost", since=MIDNIGHT.date())
