"""The real processes on the database of the test: a worker, a web server, and their supervisor."""

import json
import os
import signal
import sys
import time
import urllib.request

import pytest
from django.conf import settings

from rebattery.celery import app
from rebattery.embedded.state import State
from rebattery.embedded.supervisor import RESTARTS_PER_MINUTE, KeepsDying, Supervisor


class TestWorker:
    def test_answers_and_comes_back_after_kill_9(self, worker):
        first = worker.process.pid

        worker.restart()

        assert worker.process.pid != first
        assert len(app.control.inspect(timeout=1).ping()) == 1


class TestWebServer:
    def test_serves_the_collected_static_files(self, web_server):
        manifest = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())
        style = manifest["paths"]["admin/css/base.css"]

        with urllib.request.urlopen(f"{web_server.url}/static/{style}", timeout=10) as answer:
            assert answer.status == 200
            assert "immutable" in answer.headers["Cache-Control"]


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    monkeypatch.setattr("rebattery.embedded.state.RUN", tmp_path)
    monkeypatch.setattr("rebattery.embedded.state.OUTSIDE", tmp_path)
    said: list[str] = []
    supervisor = Supervisor(State("dev"), said.append)
    supervisor.said = said
    yield supervisor
    supervisor.stop()


class TestSupervisor:
    def test_starts_a_killed_child_again_and_records_its_pid(self, supervisor):
        supervisor.start("worker", [sys.executable, "-c", "import time; time.sleep(60)"])
        first = supervisor.children["worker"]

        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        supervisor.restart_dead()

        assert supervisor.said == ["worker ended (SIGKILL); starting it again."]
        assert supervisor.state.pids()["worker"] == supervisor.children["worker"].pid != first.pid

    def test_gives_up_on_a_child_that_keeps_dying(self, supervisor):
        supervisor.start("beat", [sys.executable, "-c", "raise SystemExit(3)"])

        with pytest.raises(KeepsDying, match="beat ended 6 times"):
            for _ in range(RESTARTS_PER_MINUTE + 1):
                supervisor.children["beat"].wait()
                supervisor.restart_dead()

        assert supervisor.said == ["beat ended (exit code 3); starting it again."] * RESTARTS_PER_MINUTE

    def test_stops_all_children_at_once(self, supervisor):
        for name in ("web", "worker", "beat"):
            supervisor.start(name, [sys.executable, "-c", "import time; time.sleep(60)"])
        children = list(supervisor.children.values())
        started = time.monotonic()

        supervisor.stop()

        assert all(child.poll() is not None for child in children)
        assert time.monotonic() - started < 5
