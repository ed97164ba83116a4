"""Rejects in the order of their weight."""

from decimal import Decimal

from grading.domain.matrix import GRADES
from grading.domain.rejects import REJECTING_GRADES, pareto
from grading.domain.review_reasons import goes_to_reuse


class TestRejectingGrades:
    def test_are_all_that_neither_go_to_reuse_nor_wait(self):
        assert set(REJECTING_GRADES) == {
            grade for grade in GRADES if not goes_to_reuse(grade) and grade != "H"
        }


class TestPareto:
    def test_adds_up_to_exactly_100(self):
        bars = pareto([("a", 1), ("b", 1), ("c", 1)])

        assert [bar.share_percent for bar in bars] == [Decimal("33.3")] * 3
        assert [bar.cumulative_percent for bar in bars] == [
            Decimal("33.3"), Decimal("66.7"), Decimal("100.0"),
        ]  # fmt: skip

    def test_keeps_the_order(self):
        assert [bar.key for bar in pareto([("2026-01", 1), ("2026-02", 5)])] == ["2026-01", "2026-02"]

    def test_of_nothing_is_nothing(self):
        assert pareto([]) == []
