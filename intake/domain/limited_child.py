"""The inside of a process that meets a hostile file: it limits itself, works, and tells in JSON lines.

It imports little, since it starts once per file; :mod:`intake.domain.limited_process` is its parent.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

_OPEN_FILES = 64
_PR_SET_PDEATHSIG = 1
Work = Callable[[dict[str, Any]], Iterator[Any]]
"""Yields what it finds for an order; imports what meets the file only when it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a process may take.

    file_bytes: of each file that it writes; standard output is a pipe and not counted.
    """

    memory_bytes: int
    cpu_s: int
    file_bytes: int = 64 << 10  # enough for a traceback on standard error


def limit_itself(limits: Limits, *, parent_pid: int) -> None:
    """Bound this process's memory, time and files, and let it die with its parent."""
    for kind, limit in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(1)  # the parent died before the signal was set


def serve(work: Work, limits: Limits, *, lines_a_write: int = 1) -> None:
    """Read the order from standard input, limit this process, and print what ``work`` yields for it.

    :param lines_a_write: how many lines may wait for each other: 1 tells each at once, more is faster.
    """
    order = json.loads(sys.stdin.readline())
    limit_itself(limits, parent_pid=order["parent_pid"])
    waiting: list[bytes] = []
    for line in work(order):
        waiting.append(_encode(line))
        if len(waiting) >= lines_a_write:
            _write(waiting)
    _write(waiting)


def _write(waiting: list[bytes]) -> None:
    if waiting:
        sys.stdout.buffer.write(b"\n".join(waiting) + b"\n")
        sys.stdout.buffer.flush()
        waiting.clear()


def _encode(line: Any) -> bytes:
    try:
        return orjson.dumps(line)
    except TypeError:  # a lone surrogate, which only the slow way can write
        return json.dumps(line).encode()
