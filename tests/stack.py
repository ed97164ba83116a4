"""Fixtures: a real Celery worker and a real web server on the database of this test process."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from rebattery.celery import app as celery_app
from rebattery.embedded import commands, process, static
from rebattery.embedded.state import ROOT


class Service:
    """One process of the application, which a test may kill and start again."""

    def __init__(self, command: list[str], is_ready: Callable[[], bool], log: Path):
        self.command, self.is_ready, self.log = command, is_ready, log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = process.start_child(
                self.command, death_signal=signal.SIGKILL,
                cwd=ROOT, env=commands.environment(), stdout=log, stderr=log,
            )  # fmt: skip
        if not process.wait_until(self.is_ready, timeout_s=60, alive=lambda: self.is_running):
            self.kill_9()
            raise RuntimeError(f"{' '.join(self.command)} did not start:\n{self.log.read_text()[-4000:]}")

    def kill_9(self) -> None:
        """End the process and its children without warning, as a power cut would."""
        if self.process:
            process.kill_group(self.process)
            self.process = None

    def restart(self) -> None:
        self.kill_9()
        self.start()

    def stop(self) -> None:
        if self.process:
            process.stop(self.process, signal.SIGTERM, patience_s=10)
            self.process = None


class WebServer(Service):
    """The web server; ``url`` has no slash at its end."""

    def __init__(self, log: Path):
        port = process.free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(commands.web(port), lambda: process.answers(f"{self.url}/healthz"), log)


def _worker_answers() -> bool:
    # The first answer will do; without the limit it waits for more until the time is over.
    return bool(celery_app.control.inspect(timeout=0.5, limit=1).ping())


@pytest.fixture(scope="session")
def worker_process(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("worker") / "log"
    service = Service(commands.worker("test"), _worker_answers, log)
    yield service
    service.stop()


@pytest.fixture(scope="session")
def web_process(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[WebServer]:
    if not static.is_current():
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, check=True)
        static.mark_current()
    server = WebServer(tmp_path_factory.mktemp("web") / "log")
    yield server
    server.stop()


@pytest.fixture
def worker(worker_process: Service, committed_db: None) -> Iterator[Service]:
    """A running Celery worker with an empty queue, on a database with real commits.

    It ends with its test: left running, it would do the work that a later test wants to do itself. It ends
    at once: its database is replaced next, so what it would finish is for nobody.
    """
    redis.from_url(settings.REDIS_URL).delete("celery")  # the messages of an earlier test
    if not worker_process.is_running:
        worker_process.start()
    yield worker_process
    worker_process.kill_9()


@pytest.fixture
def web_server(web_process: WebServer, committed_db: None) -> WebServer:
    """A running web server, on a database with real commits."""
    if not web_process.is_running:
        web_process.start()
    return web_process
