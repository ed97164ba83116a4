"""How our own processes are started, for ``make run`` and for the tests of the real stack."""

import os
import sys
from pathlib import Path

# Celery warns about root on every start; the embedded stack is for one machine and one person.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
# Only migrations may act as the owner of the tables.
NOT_FOR_THE_APPLICATION = {"MIGRATION_DATABASE_URL", "SUPERUSER_DATABASE_URL"}


def environment() -> dict[str, str]:
    """Return our environment without the addresses that the running application must not know."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_FOR_THE_APPLICATION}
    return kept | {"PYTHONWARNINGS": ROOT_WARNING}


def web(port: int) -> list[str]:
    """Return the command of the web server."""
    return [
        sys.executable, "-m", "gunicorn", "rebattery.wsgi:application", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--workers", "1", "--threads", "8",
        "--log-level", "warning", "--graceful-timeout", "3",
    ]  # fmt: skip


def worker(name: str, *, concurrency: int = 2) -> list[str]:
    """Return the command of a Celery worker."""
    return [
        sys.executable, "-m", "celery", "--app", "rebattery", "--quiet", "worker", "--hostname", f"{name}@%h",
        "--loglevel", "warning", "--concurrency", str(concurrency), "--without-mingle", "--without-gossip",
    ]  # fmt: skip


def beat(schedule: Path) -> list[str]:
    """Return the command of the one Celery beat."""
    return [
        sys.executable, "-m", "celery", "--app", "rebattery", "--quiet", "beat",
        "--loglevel", "warning", "--schedule", str(schedule), "--pidfile", "",
    ]  # fmt: skip
