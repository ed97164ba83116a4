"""Packs graded again by a real worker that is killed in the middle, and an order whose message is lost."""

import time

from django.core.management import call_command
from django.utils import timezone

from grading.models import Decision, GradingRun, GradingRunPack
from grading.queries.standstill import SILENCE, SWEEP_EVERY, standstill_of
from grading.tasks import sweep_regrades
from intake.models import Pack
from tests.evidence import publish_seed
from tests.grading.regrading import make_graded, order, publish_stricter
from tests.journeys.waiting import wait_for

PACKS = 3000


class TestRegradingSurvives:
    def test_a_worker_killed_in_the_middle(self, short_leases):
        worker = short_leases
        publish_seed()
        packs = make_graded(PACKS)
        publish_stricter()
        run = order(packs)
        wait_for(lambda: decided(run) > 0)
        worker.kill_9()
        assert decided(run) < PACKS, "the worker was too fast to be killed in the middle"
        run.refresh_from_db()
        stands = standstill_of(run=run, at=timezone.now() + SILENCE)
        assert (stands.since, stands.within_s) == (run.last_at, SWEEP_EVERY.seconds)

        worker.start()
        wait_for(lambda: GradingRun.objects.get(pk=run.pk).state == "done", nudge=sweep_slowly)

        assert decided(run) == PACKS
        assert Decision.objects.filter(superseded_by=None, grade="C", run=run).count() == PACKS
        assert Decision.objects.count() == 2 * PACKS
        assert Pack.objects.filter(status="graded").count() == PACKS
        call_command("verify_trail")

    def test_a_lost_message(self, worker, valkey):
        publish_seed()
        packs = make_graded(5)
        worker.kill_9()
        run = order(packs)
        valkey.flushdb()
        worker.start()
        time.sleep(0.5)
        assert decided(run) == 0
        sweep_regrades()
        wait_for(lambda: GradingRun.objects.get(pk=run.pk).state == "done")


def decided(run: GradingRun) -> int:
    return GradingRunPack.objects.filter(run=run, outcome="decided").count()


def sweep_slowly() -> None:
    """Nudge as beat does, more often."""
    sweep_regrades()
    time.sleep(0.5)
