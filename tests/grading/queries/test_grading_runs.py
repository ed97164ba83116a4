"""What pages ask about grading runs: which go on, how far, how fast."""

from datetime import timedelta

import pytest

from grading.models import GradingRun
from grading.queries.grading_runs import (
    changes_of,
    decisions_of_run,
    failures_of,
    grading_runs,
    left_by_run,
    progress_of,
    running,
)
from grading.services.decisions import close_stale_runs, grade_waiting
from grading.services.decisions.runs import join_run
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, add_inspection, make_tested, publish_seed
from tests.grading.regrading import (
    ORDERED_AT,
    REGRADED_AT,
    carry_out,
    decide_since,
    make_graded,
    order,
    publish_stricter,
)

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


def grade(*moments, **options) -> GradingRun:
    """Let a job decide, its clock showing these moments one after another."""
    told = iter(moments)
    grade_waiting(actor=SYSTEM, now=lambda: next(told, moments[-1]), **options)
    return GradingRun.objects.get(kind="waiting")


class TestGradingRuns:
    def test_are_those_that_decided_or_were_ordered(self, policy):
        join_run(version=policy, actor=SYSTEM, at=GRADED_AT)
        ordered = order(make_graded())

        assert list(grading_runs()) == [ordered]

    def test_tell_how_many_were_decided_and_how_many_failed(self):
        packs = make_graded(3)
        add_inspection(packs[:1], "odd")
        carry_out(order(packs))

        assert [(run.decided, run.failed) for run in grading_runs()] == [(3, 1)]


class TestRunning:
    def is_running(self, run, at) -> bool:
        return GradingRun.objects.filter(running(at=at), pk=run.pk).exists()

    @pytest.mark.parametrize(("later", "expected"), [(0, True), (30, True), (31, False)])
    def test_while_it_decided_just_now(self, later, expected):
        make_tested()
        assert self.is_running(grade(GRADED_AT), GRADED_AT + later * SECOND) is expected

    def test_while_something_waits_that_belongs_to_it(self):
        make_tested()
        run = grade(GRADED_AT)
        make_tested()
        assert self.is_running(run, GRADED_AT + 60 * SECOND)
        assert not self.is_running(run, GRADED_AT + 901 * SECOND)

    def test_not_when_it_has_ended(self):
        make_tested()
        run = grade(GRADED_AT)
        close_stale_runs(actor=SYSTEM, at=GRADED_AT + timedelta(hours=1))
        assert not self.is_running(run, GRADED_AT)

    def test_of_an_order_until_it_is_done(self):
        run = order(make_graded())
        assert self.is_running(run, REGRADED_AT + timedelta(days=1))
        carry_out(run)
        assert not self.is_running(run, REGRADED_AT)


class TestProgressOf:
    def test_counts_what_still_waits(self):
        make_tested(2)
        run = grade(GRADED_AT)
        make_tested(3)
        found = progress_of(run=run, at=GRADED_AT + SECOND)
        assert (found.is_running, found.done, found.total) == (True, 2, 5)

    def test_counts_what_an_order_left(self):
        packs = make_graded(3)
        run = order(packs)
        decide_since(packs[:1])
        found = progress_of(run=carry_out(run), at=REGRADED_AT)
        assert (found.decided, found.left, found.done, found.total) == (2, 1, 3, 3)
        assert (found.is_running, found.per_minute, found.minutes_left) == (False, None, None)

    def test_tells_the_speed_of_the_last_decisions(self):
        make_tested(4)
        moments = [GRADED_AT + step * SECOND for step in (0, 0, 10, 20, 30, 30)]
        run = grade(*moments, chunk_size=1)
        make_tested(7)
        found = progress_of(run=run, at=GRADED_AT + 40 * SECOND)
        assert (found.per_minute, found.minutes_left) == (6, 2)

    @pytest.mark.parametrize("moments", [(0, 0, 1, 1), (0, 0, 0, 0)])
    def test_tells_no_speed_of_too_short_a_time(self, moments):
        make_tested(2)
        run = grade(*(GRADED_AT + step * SECOND for step in moments), chunk_size=1)
        make_tested()
        assert progress_of(run=run, at=GRADED_AT + SECOND).per_minute is None

    def test_tells_no_speed_when_nothing_was_decided_lately(self):
        make_tested(2)
        run = grade(*(GRADED_AT + step * SECOND for step in (0, 0, 10, 10)), chunk_size=1)
        make_tested()
        found = progress_of(run=run, at=GRADED_AT + 60 * SECOND)
        assert (found.is_running, found.per_minute) == (True, None)


class TestDecisionsOfRun:
    def test_know_the_grade_before(self):
        packs = make_graded(1)
        publish_stricter()
        run = carry_out(order(packs))
        assert [(row.old_grade, row.grade) for row in decisions_of_run(run=run)] == [("B", "C")]


class TestLeftByRun:
    def test_says_why(self):
        packs = make_graded(1)
        run = order(packs)
        decide_since(packs)
        carry_out(run)
        assert [row.why for row in left_by_run(run=run)] == ["decided on since it was chosen"]


class TestFailuresOf:
    def test_are_those_that_still_stand(self):
        packs = make_graded(2)
        add_inspection(packs, "odd")
        run = carry_out(order(packs))
        assert failures_of(run=run).count() == 2
        add_inspection(packs[:1], "ok")
        carry_out(order(packs[:1], at=ORDERED_AT + timedelta(hours=1)))
        assert [failure.pack for failure in failures_of(run=run)] == [packs[1]]


class TestChangesOf:
    def test_count_packs_by_old_and_new_grade(self):
        packs = [*make_graded(2), *make_graded(1, soh="90")]
        publish_stricter()
        run = carry_out(order(packs))
        assert changes_of(run=run) == {("B", "C"): 2, ("A", "A"): 1}
