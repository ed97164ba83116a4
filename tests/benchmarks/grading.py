"""Grading through Celery, against one statement that writes the same rows and against a task per pack."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from celery import shared_task
from django.db import connection
from django.utils import timezone

from grading.models import Decision
from grading.services import decisions
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.celery import app
from rebattery.jobs import Job, send
from tests.benchmarks.measuring import RUNS, Result, median, seconds, superuser
from tests.evidence import make_tested, publish_seed

PACKS = 10_000
SINGLE_PACKS = 300
# The rows that grading writes, taken from decisions already made: the floor computes nothing.
FLOOR = """
WITH model AS (SELECT * FROM grading_decision ORDER BY id LIMIT 1),
made AS (
    INSERT INTO grading_decision (pack_id, policy_id, policy_sha256, kind, grade, route, reasons, missing,
        path, applications, warranty, evidence, evidence_sha256, scope, decided_at, decided_by)
    SELECT p.id, m.policy_id, m.policy_sha256, m.kind, m.grade, m.route, m.reasons, m.missing, m.path,
        m.applications, m.warranty, m.evidence, m.evidence_sha256, '', now(), m.decided_by
    FROM intake_pack p, model m WHERE p.status = 'tested'
    RETURNING id, pack_id, grade),
moved AS (
    UPDATE intake_pack p SET status = 'graded', status_at = now(), version = version + 1
    FROM made WHERE made.pack_id = p.id RETURNING p.id, p.serial, p.supplier_id)
INSERT INTO audit_event (at, event_type, subject_type, subject_id, subject_label, pack_id, supplier_id,
    actor_kind, actor_label, before, after, facts)
SELECT now(), 'decision.made', 'decision', made.id, made.grade, made.pack_id, NULL::bigint,
    'task', 'Floor', NULL, jsonb_build_object('grade', made.grade), '{}'::jsonb FROM made
UNION ALL
SELECT now(), 'pack.graded', 'pack', moved.id, moved.serial, NULL, moved.supplier_id, 'task', 'Floor',
    jsonb_build_object('status', 'tested'), jsonb_build_object('status', 'graded'), '{}'::jsonb FROM moved
"""


@shared_task(name="tests.benchmarks.grading.grade_one")
def grade_one(pack_id: int) -> None:
    """What a task per pack would be: the same service, called for one."""
    decisions.grade(pack_ids=[pack_id], actor=SYSTEM, at=timezone.now())


def results() -> Iterator[Result]:
    publish_seed()
    worker = _worker()
    try:
        _through_celery(200)
        to_floor, to_single = [], []
        for _ in range(RUNS):
            rate = _through_celery(PACKS)
            to_floor.append(rate / _floor())
            to_single.append(rate / _one_by_one())
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
    yield Result("Celery grading in chunks / write floor in one statement", median(to_floor), 0.25)
    yield Result("Celery grading in chunks / a Celery task per pack", median(to_single), 60)


def _worker() -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "celery", "--app", "rebattery", "--quiet", "worker", "--concurrency", "2",
        "--loglevel", "error", "--include", "tests.benchmarks.grading",
        "--without-mingle", "--without-gossip",
    ]  # fmt: skip
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    app.control.purge()  # what an earlier run left behind
    worker = subprocess.Popen(command, env=environment)
    while not app.control.inspect(timeout=0.5).ping():
        assert worker.poll() is None, "the worker did not start"
    return worker


def _make_tested(count: int) -> list[int]:
    ids = [pack.pk for done in range(0, count, 2_000) for pack in make_tested(min(2_000, count - done))]
    with superuser() as connection_:
        for table in (
            "intake_pack",
            "intake_inspection",
            "grading_capacitytest",
            "grading_resistancetest",
            "audit_event",
        ):
            connection_.execute(f"VACUUM ANALYZE {table}")
    return ids


def _through_celery(count: int) -> float:
    """Return packs graded per second by two worker processes."""
    _make_tested(count)
    started = time.perf_counter()
    for _ in range(2):
        send(Job.GRADE_WAITING)
    _wait_until_graded()
    return count / (time.perf_counter() - started)


def _one_by_one() -> float:
    ids = _make_tested(SINGLE_PACKS)
    started = time.perf_counter()
    for pack_id in ids:
        grade_one.delay(pack_id=pack_id)
    _wait_until_graded()
    return SINGLE_PACKS / (time.perf_counter() - started)


def _wait_until_graded() -> None:
    while Pack.objects.filter(status="tested").exists():
        time.sleep(0.01)


def _floor() -> float:
    _make_tested(PACKS)

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute(FLOOR)

    taken = seconds(write)
    assert Decision.objects.count() >= PACKS
    return PACKS / taken
