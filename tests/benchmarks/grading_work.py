"""Packs that wait for their grade, and the worker that gives it to them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from django.db import connection

from intake.models import Pack
from rebattery.celery import app
from rebattery.jobs import Job, send
from tests.benchmarks.measuring import superuser
from tests.benchmarks.multiplying import ALL_B, Values, multiply
from tests.evidence import make_tested

WORKERS = 2
_labels = count(1)


def fill(packs: int, values: Values = ALL_B) -> list[int]:
    """Make so many packs wait for their grade and return their keys in order."""
    [model] = make_tested()
    with superuser() as other:
        multiply(other, model.pk, packs - 1, label=f"GR{next(_labels)}", values=values)
        other.execute("VACUUM ANALYZE audit_event, grading_decision")
    return list(Pack.objects.filter(status="tested").order_by("id").values_list("id", flat=True))


@contextmanager
def worker(concurrency: int = WORKERS) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with an empty queue."""
    command = [
        sys.executable, "-m", "celery", "--app", "rebattery", "--quiet", "worker",
        "--concurrency", str(concurrency), "--loglevel", "error",
        "--include", "tests.benchmarks.grading_peers", "--without-mingle", "--without-gossip",
    ]  # fmt: skip
    app.control.purge()  # what an earlier run left behind
    process = subprocess.Popen(command, env=os.environ | {"PYTHONWARNINGS": "ignore"})
    try:
        while not app.control.inspect(timeout=0.5).ping():
            assert process.poll() is None, "the worker did not start"
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def through_celery(packs: int) -> float:
    """Return the seconds in which the workers grade so many new packs."""
    fill(packs)
    started = time.perf_counter()
    for _ in range(WORKERS):
        send(Job.GRADE_WAITING)
    wait_until_graded()
    return time.perf_counter() - started


def wait_until_graded() -> None:
    while Pack.objects.filter(status="tested").exists():
        time.sleep(0.01)


def peak_kb(process: subprocess.Popen[bytes]) -> int:
    """Return the largest memory that one of the worker's own children has had."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    lines = [line for pid in children for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return max(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def state_of_everything() -> list[tuple[object, ...]]:
    """Return a digest of every row that grading may write, down to the transaction that wrote it last."""
    tables = (
        "intake_pack",
        "grading_decision",
        "grading_reviewcase",
        "grading_gradingrun",
        "grading_gradingclaim",
        "audit_event",
    )
    found: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT '{table}', count(*),"
                " coalesce(sum(hashtextextended(t.xmin::text || t.ctid::text, 0)), 0)"
                f" FROM {table} t"
            )
            found += cursor.fetchall()
    return found
