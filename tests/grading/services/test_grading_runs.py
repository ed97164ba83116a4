"""Runs of packs that waited: shared, counted, closed, and never made for nothing."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from grading.domain.policy import seed_document
from grading.models import Decision, GradingRun, GradingRunTally
from grading.queries.grading_runs import JOIN_WITHIN
from grading.services.decisions import close_stale_runs, grade_waiting, runs
from grading.services.decisions.judging import Judgement, failure
from grading.services.decisions.runs import begin_run, count_decided, join_run
from grading.services.policies import publish
from rebattery.actor import SYSTEM
from rebattery.audit.trail import events
from tests.evidence import GRADED_AT, make_inspected, make_tested, publish_seed
from tests.factories import balance
from tests.together import at_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def policy(db):
    return publish_seed()


def run(at=GRADED_AT, **options) -> int:
    return grade_waiting(actor=SYSTEM, now=lambda: at, **options)


def told(code: str) -> int:
    return events().filter(event_type=code).count()


class TestGradeWaiting:
    def test_counts_its_decisions_by_grade_and_route(self, policy):
        make_tested(3)
        make_tested(2, soh="15")
        assert run(chunk_size=2) == 5
        found = GradingRun.objects.get()
        counts = set(GradingRunTally.objects.values_list("run", "kind", "grade", "route", "packs"))
        assert counts == {
            (found.pk, "policy", "B", "pack_reuse", 3),
            (found.pk, "policy", "D", "recycling", 2),
        }
        assert (found.kind, found.state, found.policy, found.ordered_by) == (
            "waiting",
            "queued",
            policy,
            "ReBattery",
        )
        assert set(Decision.objects.values_list("run", flat=True)) == {found.pk}
        assert told("grading_run.begun") == 1
        balance()

    def test_makes_no_run_of_nothing(self, policy):
        assert run() == 0
        assert not GradingRun.objects.exists()

    def test_counts_what_could_not_be_judged(self, policy):
        make_inspected(safety="odd")
        make_tested()
        assert run() == 2
        assert set(GradingRunTally.objects.values_list("kind", "grade", "packs")) == {
            ("failed", "H", 1),
            ("policy", "B", 1),
        }

    @pytest.mark.parametrize(
        ("later", "runs"), [(MINUTE, 1), (JOIN_WITHIN, 1), (JOIN_WITHIN + MINUTE / 60, 2)]
    )
    def test_joins_the_run_that_decided_lately(self, policy, later, runs):
        make_tested()
        run()
        make_tested()
        run(GRADED_AT + later)
        assert GradingRun.objects.count() == runs

    def test_begins_anew_under_another_policy(self, policy):
        make_tested()
        run()
        document = seed_document() | {"version": 2}
        publish(document=document, actor=SYSTEM, at=GRADED_AT + MINUTE)
        make_tested()
        run(GRADED_AT + 2 * MINUTE)
        assert GradingRun.objects.count() == 2

    def test_keeps_when_the_run_last_decided(self, policy):
        make_tested(2)
        moments = iter([GRADED_AT, GRADED_AT, GRADED_AT + MINUTE, GRADED_AT + MINUTE])
        grade_waiting(actor=SYSTEM, now=lambda: next(moments), chunk_size=1)
        assert GradingRun.objects.get().last_at == GRADED_AT + MINUTE


class TestWorkersAtOnce:
    def test_share_one_run_and_wait_for_nobody(self, committed_db):
        publish_seed()
        make_tested(300)
        make_tested(100, soh="15")

        at_once(lambda _: run(chunk_size=20), range(3))

        found = GradingRun.objects.get()
        assert Decision.objects.filter(run=found).count() == 400
        sums = GradingRunTally.objects.values_list("grade").annotate(Sum("packs"))
        assert set(sums) == {("B", 300), ("D", 100)}

    def test_keep_tallies_of_their_own(self, committed_db):
        version = publish_seed()
        [pack] = make_tested()
        run_id = join_run(version=version, actor=SYSTEM, at=GRADED_AT)
        judgement = failure(pack=pack, message="Test")
        with transaction.atomic():
            count_decided(run_id=run_id, judgements=[judgement])
            here = runs._this_worker()
            with ThreadPoolExecutor(1) as other:  # another process, while this one's transaction is open
                other.submit(count_as, uuid.uuid4(), run_id, judgement).result(10)
        counted = dict(GradingRunTally.objects.values_list("worker", "packs"))
        assert len(counted) == 2
        assert counted[here] == 1


def count_as(worker: uuid.UUID, run_id: int, judgement: Judgement) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_this_worker", lambda: worker)
        count_decided(run_id=run_id, judgements=[judgement])
    connection.close()


class TestCloseStaleRuns:
    def test_ends_what_nothing_joins_any_more(self, policy):
        make_tested(2)
        run()
        assert close_stale_runs(actor=SYSTEM, at=GRADED_AT + JOIN_WITHIN) == 0
        assert close_stale_runs(actor=SYSTEM, at=GRADED_AT + JOIN_WITHIN + MINUTE) == 1
        found = GradingRun.objects.get()
        assert (found.state, found.done_at) == ("done", GRADED_AT)
        assert events().get(event_type="grading_run.done").facts["packs"] == 2
        assert close_stale_runs(actor=SYSTEM, at=GRADED_AT + 2 * JOIN_WITHIN) == 0
        balance()

    def test_leaves_runs_of_other_kinds(self, policy):
        with transaction.atomic():
            begin_run(kind=GradingRun.Kind.EXPIRY, version=policy, actor=SYSTEM, at=GRADED_AT)
        assert close_stale_runs(actor=SYSTEM, at=GRADED_AT + 2 * JOIN_WITHIN) == 0


class TestRun:
    def test_does_not_begin_without_its_event(self, policy):
        values = {"kind": "waiting", "policy": policy, "started_at": GRADED_AT, "last_at": GRADED_AT}
        with pytest.raises(IntegrityError), transaction.atomic():
            GradingRun.objects.create(**values, ordered_by="Nobody")
            connection.check_constraints()

    def test_counts_nothing_for_nothing(self, policy):
        count_decided(run_id=join_run(version=policy, actor=SYSTEM, at=GRADED_AT), judgements=[])
        assert not GradingRunTally.objects.exists()
