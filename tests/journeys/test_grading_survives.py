"""Grading by a real worker that is killed in the middle, and by messages that get lost."""

import time

from django.core.management import call_command
from django.utils import timezone

from grading.models import Decision, GradingClaim, ReviewCase
from grading.tasks import sweep_grading
from intake.models import Pack
from rebattery.jobs import Job, send
from tests.evidence import make_tested, publish_seed
from tests.journeys.waiting import wait_for

PACKS = 2000


def waiting() -> int:
    return Pack.objects.filter(status="tested").count()


class TestGradingSurvives:
    def test_a_worker_killed_in_the_middle(self, short_leases):
        worker = short_leases
        publish_seed()
        make_tested(PACKS // 2)
        make_tested(PACKS // 2, soh="15")
        send(Job.GRADE_WAITING)
        wait_for(lambda: GradingClaim.objects.exists() or waiting() < PACKS, patience_s=60)
        worker.kill_9()
        assert waiting() > 0, "the worker was too fast to be killed in the middle"
        worker.start()
        wait_for(lambda: not waiting(), nudge=lambda: (sweep_grading(), time.sleep(0.5)), patience_s=60)
        self.assert_whole()
        assert Decision.objects.filter(kind="failed").count() == 0

    def test_a_lost_message(self, worker, valkey):
        publish_seed()
        make_tested(20)
        worker.kill_9()
        send(Job.GRADE_WAITING)
        valkey.flushdb()
        worker.start()
        time.sleep(0.5)
        assert waiting() == 20
        sweep_grading()
        wait_for(lambda: not waiting(), patience_s=60)
        decision = Decision.objects.first()
        assert (decision.decided_by, decision.decided_at <= timezone.now()) == ("Grading", True)

    def assert_whole(self):
        assert Decision.objects.filter(superseded_by=None).count() == PACKS
        assert Decision.objects.count() == PACKS
        assert ReviewCase.objects.filter(state="open").count() == PACKS // 2
        assert Pack.objects.filter(status="graded").count() == PACKS // 2
        wait_for(lambda: not GradingClaim.objects.exists(), nudge=sweep_grading, patience_s=10)
        call_command("verify_trail")
        call_command("replay_decisions")
