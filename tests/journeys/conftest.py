"""A worker whose leases lapse while a test waits for it."""

from collections.abc import Iterator

import pytest
import redis

from tests.stack import Service


@pytest.fixture
def short_leases(
    worker_process: Service, committed_db: None, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """Give the worker a lease of seconds, so that a test can see it lapse."""
    monkeypatch.setenv("LEASE_SECONDS", "2")
    valkey.flushdb()
    worker_process.restart()
    yield worker_process
    worker_process.kill_9()
