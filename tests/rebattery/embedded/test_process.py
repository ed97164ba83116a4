"""Children that never outlive us."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rebattery.embedded import process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
PARENT = """
import signal, time
from rebattery.embedded import process
child = process.start_child({sleep!r}, death_signal=signal.SIGTERM)
print(child.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:  # one that nobody has waited for yet is dead all the same
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_a_child_dies_with_a_parent_that_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(sleep=SLEEP)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert process.wait_until(lambda: not is_alive(child), timeout_s=5, alive=lambda: True)


class TestStop:
    def test_kills_what_ignores_the_request(self):
        stubborn = process.start_child(
            [sys.executable, "-c", DEAF], death_signal=signal.SIGKILL, stdout=subprocess.PIPE
        )
        stubborn.stdout.readline()
        stubborn.stdout.close()

        process.stop(stubborn, signal.SIGTERM, patience_s=0.2)

        assert stubborn.returncode == -signal.SIGKILL


def running(mark: str) -> subprocess.Popen[bytes]:
    """Return a process with ``mark`` in its command line, once the kernel shows that line."""
    child = subprocess.Popen([*SLEEP, mark])
    assert process.wait_until(lambda: mark in cmdline(child.pid), timeout_s=5, alive=lambda: True)
    return child


def cmdline(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
class TestEndLeftovers:
    def test_kills_a_recorded_process_of_ours(self):
        left = running("/folder/of/ours")

        process.end_leftovers([left.pid], ["/folder/of/ours"], patience_s=0.1)

        assert left.wait(5) == -signal.SIGKILL

    def test_spares_a_stranger_who_got_the_same_pid(self):
        stranger = running("/another/folder")

        process.end_leftovers([stranger.pid], ["/folder/of/ours"], patience_s=0.1)
        time.sleep(0.1)

        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()


class TestFreePort:
    def test_keeps_a_free_preference_and_leaves_a_busy_one(self):
        with socket.socket() as busy:
            busy.bind(("127.0.0.1", 0))
            busy.listen()
            taken = busy.getsockname()[1]

            assert process.free_port(taken) != taken
        assert process.free_port(taken) == taken
