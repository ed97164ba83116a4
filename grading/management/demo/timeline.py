"""The order of the demo's year: steps wait in a queue and run in the order of their moments."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from grading.management.demo.fleet import TruePack
from grading.management.demo.people import Cast
from intake.models import Pack
from rebattery.actor import Actor, task_actor

GRADING_TAKES = timedelta(minutes=30)
"""From results to grades; what is tested in the last half hour waits for the real worker."""


@dataclass
class Year:
    """What is known while the year goes by: who is there, what the packs are like, what comes next."""

    cast: Cast
    random: Random
    bench_random: Random
    """Of its own: what is measured, and when, changes neither packs nor arrivals."""
    ends_at: datetime
    bench_opens_at: datetime
    """Nothing is graded before the first policy takes effect."""
    truth: dict[str, TruePack] = field(default_factory=dict)
    """Serial to the pack as it really is."""
    instruments: dict[str, int] = field(default_factory=dict)
    """Code to key."""
    procedures: dict[str, int] = field(default_factory=dict)
    """Code to the key of its newest version."""
    overrides: int = 0
    """How many were asked for so far."""
    _steps: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def later(self, at: datetime, step: Callable[..., None], *details: Any) -> None:
        """Let ``step(year, at, *details)`` happen at ``at``; not at all when the year ends before."""
        heapq.heappush(self._steps, (at, next(self._numbers), step, details))

    def pass_by(self) -> None:
        """Take every step of the year in its turn."""
        while self._steps and self._steps[0][0] < self.ends_at:
            at, _, step, details = heapq.heappop(self._steps)
            step(self, at, *details)

    def who(self, name: str) -> Actor:
        """Return a person; what they do in one go is found together in the trail."""
        return replace(self.cast[name], request_id=f"demo-{next(self._numbers)}")

    def task(self, label: str) -> Actor:
        """Return a background job as the author."""
        return task_actor(label, job_id=f"demo-{next(self._numbers)}")

    def pack(self, row: Pack) -> TruePack:
        """Return what the announced pack ``row`` is really like."""
        return self.truth[row.serial]
