"""Graders that are killed at a stage of their work: one process each, all of them dead in the end.

Run as ``python -m tests.journeys.dying_grader WORK CHUNK STAGE...``, the work being to ``grade`` what waits
or to ``expire`` grades; prints the stage at which each one died.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import django

STAGES = ("claimed", "judging", "written", "committed")
CLAIM = "INSERT INTO grading_gradingclaim"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Tripwire:
    """Stands between a grader and its database and kills it at ``stage``, without a word."""

    def __init__(self, stage: str):
        self.stage = stage
        self.has_written = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.stage == "claimed" and sql.startswith('SELECT "intake_pack"'):
            die()  # the lease is committed, its packs are not locked yet
        if self.stage == "committed" and self.has_written and CLAIM in sql:
            die()  # the decisions are committed, and the next packs would be claimed
        found = execute(sql, params, many, context)
        if isinstance(params, dict) and params.get("code", "").startswith("pack."):
            self.has_written = True
            if self.stage == "written":
                die()  # decisions and states are written, nothing is committed
        return found

    def watch(self, frame: FrameType, event: str, _: Any) -> None:
        if self.stage == "judging" and event == "return" and frame.f_code.co_name == "judge":
            die()  # the first pack is judged


def work(what: str, stage: str, chunk_size: int) -> None:
    """Grade what waits, or let grades run out, and die."""
    from django.db import connection
    from django.utils import timezone

    from grading.services import decisions
    from rebattery.actor import SYSTEM
    from tests.grading.ending import DAY_AFTER

    tripwire = Tripwire(stage)
    sys.setprofile(tripwire.watch)
    with connection.execute_wrapper(tripwire):
        if what == "grade":
            decisions.grade_waiting(actor=SYSTEM, now=timezone.now, chunk_size=chunk_size)
        else:
            decisions.expire(actor=SYSTEM, now=lambda: DAY_AFTER, chunk_size=chunk_size)


def main(what: str, chunk_size: int, stages: Sequence[str]) -> None:
    django.setup()
    for stage in stages:
        child = os.fork()
        if not child:
            work(what, stage, chunk_size)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"nobody died {stage}"
        print(stage, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
