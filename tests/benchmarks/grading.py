"""Grading through Celery: against the write floor, a task per pack and the ORM, and how it grows."""

import time
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from grading.models import Decision
from grading.services import decisions
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.jobs import Job, send
from tests.benchmarks.grading_peers import grade_by_orm, grade_one
from tests.benchmarks.grading_work import (
    WORKERS,
    fill,
    peak_kb,
    state_of_everything,
    through_celery,
    wait_until_graded,
    worker,
)
from tests.benchmarks.measuring import RUNS, Result, median, seconds
from tests.benchmarks.multiplying import FLEET
from tests.evidence import publish_seed

PACKS = 10_000
SINGLE_PACKS = 300
CHUNK = 1_000
SMALL = 5_000
TWINS = 3_000
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


def results() -> Iterator[Result]:
    publish_seed()
    to_floor, to_single, to_orm, growth = [], [], [], []
    with worker():
        through_celery(CHUNK)
        for _ in range(RUNS):
            before = _floor()
            rate = PACKS / through_celery(PACKS)
            # Measured on both sides: what else the machine does changes within seconds.
            to_floor.append(2 * rate / (before + _floor()))
            to_single.append(rate / _one_by_one())
            to_orm.append(rate / _by_orm())
            growth.append(through_celery(4 * SMALL) / through_celery(SMALL))
        _leaves_what_one_leaves()
    yield Result("Celery grading in chunks / write floor in one statement", median(to_floor), 0.25)
    yield Result("Celery grading in chunks / a Celery task per pack", median(to_single), 60)
    yield Result("Celery grading in chunks / the same chunks by ORM bulk", median(to_orm), 4)
    name = f"grading {4 * SMALL:,} packs / {SMALL:,} packs"
    yield Result(f"{name}, at most", median(growth), 5.5, at_least=False)
    yield Result(f"{name}, at least", median(growth), 3)
    more = (_peak(4 * SMALL) - _peak(SMALL)) / 1024
    yield Result(f"more MB for {name}", more, 10, at_least=False)
    yield Result("rows that a second run of grading changes", _second_run(), 0, at_least=False)


def _floor() -> float:
    """Return packs per second of a statement that writes the rows and computes nothing."""
    fill(PACKS)

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute(FLOOR)

    taken = seconds(write)
    assert not Pack.objects.filter(status="tested").exists()
    return PACKS / taken


def _one_by_one() -> float:
    ids = fill(SINGLE_PACKS)
    started = time.perf_counter()
    for pack_id in ids:
        grade_one.delay(pack_id=pack_id)
    wait_until_graded()
    return SINGLE_PACKS / (time.perf_counter() - started)


def _by_orm() -> float:
    ids = fill(PACKS)
    started = time.perf_counter()
    for done in range(0, PACKS, CHUNK):
        grade_by_orm.delay(pack_ids=ids[done : done + CHUNK])
    wait_until_graded()
    spent = time.perf_counter() - started
    made = Decision.objects.filter(pack__in=ids)
    assert made.count() == PACKS and not made.exclude(grade="B").exists()
    return PACKS / spent


def _leaves_what_one_leaves() -> None:
    """Grade a fleet by all workers at once and its twin by one: the decisions must be the same."""
    values = FLEET | {
        "grading_capacitytest": {"soh_percent": "10 + (k.row * 7919 %% 900000) / 10000.0"},
        "grading_resistancetest": {"ir_ratio": "0.9 + (k.row * 104729 %% 18000) / 10000.0"},
    }
    left = []
    for is_by_all in (True, False):
        ids = fill(TWINS, values)
        if is_by_all:
            for _ in range(2 * WORKERS):
                send(Job.GRADE_WAITING)
            wait_until_graded()
        else:
            decisions.grade(pack_ids=ids, actor=SYSTEM, at=timezone.now())
        made = Decision.objects.filter(pack__in=ids, superseded_by=None).order_by("pack_id")
        columns = ("grade", "route", "reasons", "missing", "path", "applications", "warranty", "valid_until")
        left.append(list(made.values_list("pack__row", "pack__status", *columns)))
    assert len(left[0]) == TWINS and left[0] == left[1], "two graders at once leave something else than one"


def _second_run() -> int:
    """Return how many tables differ after all jobs of grading ran again; their digests hold every row."""
    before = state_of_everything()
    assert decisions.grade_waiting(actor=SYSTEM, now=timezone.now) == 0
    return sum(a != b for a, b in zip(before, state_of_everything(), strict=True))


def _peak(packs: int) -> int:
    """Return the peak memory of a fresh worker of one process that grades so many packs, in kB."""
    with worker(concurrency=1) as process:
        through_celery(CHUNK)
        through_celery(packs)
        return peak_kb(process)
