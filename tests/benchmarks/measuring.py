"""What a benchmark reports, and how a figure is taken."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tests.database import in_database

RUNS = 3


@dataclass(frozen=True)
class Result:
    """One ratio beside its bar."""

    name: str
    measured: float
    bar: float
    at_least: bool = True
    """False where the measured ratio must stay at or below its bar."""

    @property
    def is_good(self) -> bool:
        return self.measured >= self.bar if self.at_least else self.measured <= self.bar

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "" if self.is_good else "   BELOW THE BAR"
        return f"{self.name:<58} {self.measured:>9.2f} {sign}{self.bar:>8.2f}{verdict}"


def seconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(values: list[float]) -> float:
    return statistics.median(values)


def superuser() -> psycopg.Connection:
    """Return a connection past every guard, for baselines and for filling tables."""
    return psycopg.connect(in_database(os.environ["SUPERUSER_DATABASE_URL"], "bench"), autocommit=True)
