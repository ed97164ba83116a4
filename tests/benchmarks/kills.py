"""Graders killed at random moments, again and again: in the end each pack has exactly one current decision.

On a database of its own, because the whole trail is checked: ``make kills``.
"""

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from grading.models import Decision, GradingClaim, GradingRun
from grading.services import regrading
from grading.tasks import sweep_grading
from intake.models import Pack
from rebattery.celery import app
from rebattery.embedded import commands
from rebattery.jobs import Job, send
from tests.benchmarks.measuring import Result
from tests.evidence import make_tested, publish_seed
from tests.grading.regrading import order, publish_stricter
from tests.stack import Service

GRADING_KILLS, REGRADING_KILLS = 50, 25
PACKS = 2_000
"""So many wait at a time; more are made when they are graded before enough workers were killed."""
LEASE_S = 2
MOMENT_S = 0.8
"""A kill comes at any moment up to so long after the one before."""
RESTARTS = 0.2
"""This share of the kills takes the whole worker, the others one of its processes."""
PATIENCE_S = 300
WRONG = """
SELECT count(*) FROM intake_pack p
LEFT JOIN (SELECT pack_id, count(*) AS current, max(id) AS last FROM grading_decision
           WHERE superseded_by_id IS NULL GROUP BY pack_id) d ON d.pack_id = p.id
LEFT JOIN (SELECT pack_id, count(*) AS open, max(decision_id) AS on_decision FROM grading_reviewcase
           WHERE state = 'open' GROUP BY pack_id) r ON r.pack_id = p.id
WHERE d.current IS DISTINCT FROM 1
   OR (CASE p.status WHEN 'graded' THEN r.open IS NOT NULL
                     WHEN 'in_review' THEN r.open IS DISTINCT FROM 1 OR r.on_decision <> d.last
                     ELSE TRUE END)
"""
"""Packs without exactly one current decision, or in a state that does not agree with it."""


def results() -> Iterator[Result]:
    seed = int(os.environ.get("KILLS_SEED") or time.time())
    print(f"  (KILLS_SEED={seed})", flush=True)
    chance = random.Random(seed)
    os.environ["LEASE_SECONDS"] = str(LEASE_S)
    publish_seed()
    with tempfile.TemporaryDirectory() as folder:
        worker = Service(commands.worker("kills"), lambda: bool(_ping()), Path(folder) / "log")
        app.control.purge()
        worker.start()
        try:
            kills = _while_grading(worker, chance)
            yield Result("kills while grading", kills, GRADING_KILLS)
            yield Result("packs without exactly one decision, or in another state", _wrong(), 0, False)
            twice = Decision.objects.count() - Pack.objects.count()
            yield Result("decisions more than packs", twice, 0, at_least=False)
            kills = _while_regrading(worker, chance)
            yield Result("kills while grading again", kills, REGRADING_KILLS)
            yield Result("packs without exactly one current decision afterwards", _wrong(), 0, False)
        finally:
            worker.stop()
    failed = Decision.objects.filter(kind="failed").count()
    print(f"  ({Pack.objects.count():,} packs; {failed} went to a person because four workers died on them)")
    call_command("verify_trail")
    call_command("replay_decisions")


def _while_grading(worker: Service, chance: random.Random) -> int:
    kills = 0
    while kills < GRADING_KILLS:
        make_tested(PACKS // 2)
        make_tested(PACKS // 2, soh="15")
        kills += _kill(worker, chance, GRADING_KILLS - kills, has_work=_waits, nudge=_nudge)
    _until_not(lambda: _waits() or GradingClaim.objects.exists(), nudge=sweep_grading)
    return kills


def _while_regrading(worker: Service, chance: random.Random) -> int:
    publish_stricter()
    kills = 0
    while kills < REGRADING_KILLS:
        packs = list(Pack.objects.filter(status="graded").order_by("id")[: 2 * PACKS])
        run = order(packs, at=timezone.now())

        def is_open(key: int = run.pk) -> bool:
            return GradingRun.objects.filter(pk=key, state=GradingRun.State.QUEUED).exists()

        kills += _kill(worker, chance, REGRADING_KILLS - kills, has_work=is_open, nudge=regrading.sweep)
        _until_not(is_open, nudge=regrading.sweep)
        run.refresh_from_db()
        assert run.state == GradingRun.State.DONE and not run.packs.filter(outcome="").exists()
    return kills


def _kill(
    worker: Service,
    chance: random.Random,
    most: int,
    *,
    has_work: Callable[[], bool],
    nudge: Callable[[], object],
) -> int:
    """Kill the worker or one of its processes while there is work, and return how often."""
    kills = 0
    while kills < most and has_work():
        nudge()
        time.sleep(chance.uniform(0, MOMENT_S))
        if chance.random() < RESTARTS:
            worker.restart()
            kills += 1
        elif children := _children(worker):
            with suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)
                kills += 1
    return kills


def _children(worker: Service) -> list[int]:
    assert worker.process is not None
    pid = worker.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _ping() -> object:
    return app.control.inspect(timeout=0.5).ping()


def _waits() -> bool:
    return Pack.objects.filter(status="tested").exists()


def _nudge() -> None:
    for _ in range(2):
        send(Job.GRADE_WAITING)


def _until_not(condition: Callable[[], bool], *, nudge: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while condition():
        assert time.monotonic() < ends, "the work did not end"
        nudge()
        time.sleep(0.5)


def _wrong() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        [(found,)] = cursor.fetchall()
    return int(found)
