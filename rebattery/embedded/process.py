"""Child processes that never outlive us."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start_child(
    command: list[str], *, death_signal: signal.Signals, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a process in its own session that receives ``death_signal`` when we die, by kill -9 too.

    In its own session, Ctrl-C at the terminal reaches only us, and we stop our children in order.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        command, start_new_session=True, preexec_fn=_tie_to_parent(death_signal), **options
    )


def _tie_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def tie() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel was told
            os._exit(1)

    return tie


def stop(process: subprocess.Popen[bytes], gentle: signal.Signals, patience_s: float) -> None:
    """Ask a child to end, then make it and whatever it started end."""
    if process.poll() is None:
        process.send_signal(gentle)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a child and its descendants at once; safe to repeat."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(ready: Callable[[], bool], *, timeout_s: float, alive: Callable[[], bool]) -> bool:
    """Poll until ``ready``; return False once ``alive`` turns false or time is up."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if not alive() or time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def end_leftovers(pids: Iterable[int], marks: Iterable[str], patience_s: float = 5) -> None:
    """Wait for processes of a killed predecessor to finish dying, then kill those that do not.

    A pid may have been given to a stranger meanwhile: only a command line containing one of
    ``marks`` (our own folders) is ours. Systems without /proc rely on the servers' own locks.
    """
    marks = list(marks)

    def ours(pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return False
        return any(mark in command for mark in marks)

    deadline = time.monotonic() + patience_s
    left = [pid for pid in pids if ours(pid)]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [pid for pid in left if ours(pid)]
    for pid in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def free_port(preferred: int = 0) -> int:
    """Return ``preferred`` if nobody listens there, else a free port of the loopback interface."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As the servers do: a port in TIME_WAIT after a restart is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def listens(port: int) -> bool:
    """Return whether something accepts connections on a loopback port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def answers(url: str) -> bool:
    """Return whether a web server gives any answer, an error page included."""
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
