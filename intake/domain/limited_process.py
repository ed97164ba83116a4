"""A process of our own code that meets a hostile file: it limits itself, and tells in JSON lines.

The parent gives one JSON object on standard input and reads lines; the child's death is an answer too.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_LINE_BYTES = 1 << 20
_FAILED_BY_ITSELF = 1  # a Python exception, hence a bug of ours, not a property of the file
_PR_SET_PDEATHSIG = 1
_OPEN_FILES = 64


class Died(Exception):
    """The process ended without a result: too much memory, too much time, or the file broke its reader."""


def limit_itself(*, parent_pid: int, memory_bytes: int, cpu_s: int, file_bytes: int) -> None:
    """Bound this process's memory, time and files, and let it die with its parent."""
    for kind, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(1)  # the parent died before the signal was set


def lines_of(module: str, order: Mapping[str, Any], *, timeout_s: float) -> Iterator[Any]:
    """Run ``python -m module`` with ``order``, to which ``parent_pid`` is added, and yield its lines.

    Closing the iterator ends the process.

    :raises Died: when the process was killed or took too long.
    :raises RuntimeError: when it failed by itself, which is a bug of ours.
    """
    late = threading.Event()
    with tempfile.TemporaryFile() as stderr, _start(module, stderr) as process:
        watchdog = threading.Timer(timeout_s, _end, (process, late))
        watchdog.daemon = True
        watchdog.start()
        try:
            _give(process, {**order, "parent_pid": os.getpid()})
            yield from _read(process.stdout)
            process.wait()
            if process.returncode == _FAILED_BY_ITSELF and not late.is_set():
                stderr.seek(0)
                told = stderr.read()[-4000:].decode(errors="replace")
                raise RuntimeError(f"The limited process failed: {told}")
            if process.returncode != 0:
                raise Died
        finally:
            watchdog.cancel()
            _kill(process)


def _start(module: str, stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-E", "-s", "-X", "utf8", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=_ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        start_new_session=True,
    )


def _give(process: subprocess.Popen[bytes], order: Mapping[str, Any]) -> None:
    # If it died before reading, its exit status tells why.
    assert process.stdin is not None  # noqa: S101 (a pipe was asked for)
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
    with suppress(BrokenPipeError):
        process.stdin.close()


def _read(stream: IO[bytes] | None) -> Iterator[Any]:
    assert stream is not None  # noqa: S101 (a pipe was asked for)
    while line := stream.readline(_LONGEST_LINE_BYTES):
        if not line.endswith(b"\n"):
            return  # cut off by the end of the process; its exit status tells why
        yield json.loads(line)


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
