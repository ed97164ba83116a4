"""Run a process of our own code that meets a hostile file, and read what it tells.

The parent gives one JSON object on standard input and reads JSON lines; the child's death is an answer too.
The child's side is :mod:`intake.domain.limited_child`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import orjson

_ROOT = Path(__file__).resolve().parents[2]
_FAILED_BY_ITSELF = 1  # a Python exception, hence a bug of ours, not a property of the file


class Died(Exception):
    """The process ended without a result: too much memory, too much time, or the file broke its reader."""

    def __init__(self, *, was_late: bool = False):
        super().__init__()
        self.was_late = was_late


def lines_of(
    module: str, order: Mapping[str, Any], *, timeout_s: float, longest_line_bytes: int = 1 << 20
) -> Iterator[Any]:
    """Run ``python -m module`` with ``order``, to which ``parent_pid`` is added, and yield its lines.

    Closing the iterator ends the process.

    :raises Died: when the process was killed, took too long or told a line that is too long.
    :raises RuntimeError: when it failed by itself, which is a bug of ours.
    """
    late = threading.Event()
    with tempfile.TemporaryFile() as stderr, _start(module, stderr) as process:
        watchdog = threading.Timer(timeout_s, _end, (process, late))
        watchdog.daemon = True
        watchdog.start()
        try:
            _give(process, {**order, "parent_pid": os.getpid()})
            yield from _read(process.stdout, longest_line_bytes)
            process.wait()
            if late.is_set():
                raise Died(was_late=True)
            if process.returncode == _FAILED_BY_ITSELF:
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
        # No bytecode: a module larger than the file limit would leave half a file that breaks every import.
        [sys.executable, "-B", "-E", "-s", "-X", "utf8", "-m", module],
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
        process.stdin.write(json.dumps(order, default=str).encode() + b"\n")
        process.stdin.flush()
    with suppress(BrokenPipeError):
        process.stdin.close()


def _read(stream: IO[bytes] | None, longest: int) -> Iterator[Any]:
    assert stream is not None  # noqa: S101 (a pipe was asked for)
    while line := stream.readline(longest):
        if not line.endswith(b"\n"):
            if len(line) >= longest:
                raise Died
            return  # cut off by the end of the process; its exit status tells why
        yield _decode(line)


def _decode(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:  # a lone surrogate, which only the slow way can read
        return json.loads(line)


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
