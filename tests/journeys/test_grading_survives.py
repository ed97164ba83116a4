"""Grading by a real worker that is killed in the middle, and by messages that get lost."""

import time

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from grading.models import Decision, GradingClaim, ReviewCase
from grading.tasks import sweep_grading
from intake.models import Pack
from rebattery.jobs import Job, send
from tests.evidence import make_tested, publish_seed

PACKS = 2000


def wait_until(condition, *, seconds=60, nudge=lambda: None):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "the worker did not finish in time"
        nudge()
        time.sleep(0.05)


def waiting() -> int:
    return Pack.objects.filter(status="tested").count()


@pytest.fixture
def short_leases(worker, monkeypatch):
    """Give the worker a lease of seconds, so that a test can see it lapse."""
    worker.kill_9()
    monkeypatch.setenv("LEASE_SECONDS", "2")
    redis.from_url(settings.REDIS_URL).flushdb()
    worker.start()
    yield worker
    worker.kill_9()


class TestGradingSurvives:
    def test_a_worker_killed_in_the_middle(self, short_leases):
        worker = short_leases
        publish_seed()
        make_tested(PACKS // 2)
        make_tested(PACKS // 2, soh="15")
        send(Job.GRADE_WAITING)
        wait_until(lambda: GradingClaim.objects.exists() or waiting() < PACKS)
        worker.kill_9()
        assert waiting() > 0, "the worker was too fast to be killed in the middle"
        worker.start()
        wait_until(lambda: not waiting(), nudge=lambda: (sweep_grading(), time.sleep(0.5)))
        self.assert_whole()
        assert Decision.objects.filter(kind="failed").count() == 0

    def test_a_lost_message(self, worker):
        publish_seed()
        make_tested(20)
        worker.kill_9()
        send(Job.GRADE_WAITING)
        redis.from_url(settings.REDIS_URL).flushdb()
        worker.start()
        time.sleep(0.5)
        assert waiting() == 20
        sweep_grading()
        wait_until(lambda: not waiting())
        decision = Decision.objects.first()
        assert (decision.decided_by, decision.decided_at <= timezone.now()) == ("Grading", True)

    def assert_whole(self):
        assert Decision.objects.filter(superseded_by=None).count() == PACKS
        assert Decision.objects.count() == PACKS
        assert ReviewCase.objects.filter(state="open").count() == PACKS // 2
        assert Pack.objects.filter(status="graded").count() == PACKS // 2
        wait_until(lambda: not GradingClaim.objects.exists(), seconds=10, nudge=sweep_grading)
        call_command("verify_trail")
        call_command("replay_decisions")
