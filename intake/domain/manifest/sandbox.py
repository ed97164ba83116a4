"""The parent's side of the reading process: start it, stream its lines, turn its death into a refusal."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import IO, Any

import orjson

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.layouts import Layouts
from intake.domain.manifest.understanding import PROBLEMS_CARRIED
from rebattery.errors import RuleViolation

_ROOT = Path(__file__).resolve().parents[3]
_MAX_LINE_BYTES = 16 << 20
_FAILED_BY_ITSELF = 1  # a Python exception, hence a bug of ours, not a property of the file


class FileRefused(RuleViolation):
    """The file cannot be read as a table."""

    code = "file_refused"


def _broken(why: str) -> FileRefused:
    message = f"The file could not be read{why}. It is too large or damaged: save it again, or split it."
    return FileRefused(message, code="too_large_or_broken")


def _start(stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-E", "-s", "-X", "utf8", "-m", "intake.domain.manifest.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=_ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(process)


def _lines(stream: IO[bytes] | None) -> Iterator[Any]:
    assert stream is not None  # noqa: S101 (a pipe was asked for)
    while line := stream.readline(_MAX_LINE_BYTES):
        if not line.endswith(b"\n"):
            if len(line) >= _MAX_LINE_BYTES:
                raise _broken("")
            return  # cut off by the end of the process; its exit status tells why
        if line != b"\n":
            yield _decode(line)


def _decode(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:  # a lone surrogate, which only the slow way can read
        return json.loads(line)


def _raise_for(
    process: subprocess.Popen[bytes], stderr: IO[bytes], *, was_late: bool, is_complete: bool
) -> None:
    if was_late:
        raise _broken(" in the time allowed")
    if process.returncode == _FAILED_BY_ITSELF:
        stderr.seek(0)
        raise RuntimeError("The reading process failed: " + stderr.read()[-4000:].decode(errors="replace"))
    if process.returncode != 0 or not is_complete:
        raise _broken("")


def understand(
    path: Path,
    *,
    file_name: str,
    catalogue: Sequence[Mapping[str, Any]],
    today: date,
    corrections: Corrections | None = None,
    layouts: Layouts | None = None,
    timeout_s: float = 150,
    problem_limit: int = PROBLEMS_CARRIED,
) -> Iterator[Any]:
    """Yield the lines of :mod:`intake.domain.manifest.child` for one file, lazily and in bounded memory.

    Lines may have been yielded before a refusal: keep nothing of them unless the summary arrives.
    Closing the iterator ends the process.

    :raises FileRefused: when the file is no table, or the process died of it or took too long.
    """
    order = {
        "path": str(Path(path).resolve()),
        "file_name": file_name,
        "catalogue": list(catalogue),
        "today": today.isoformat(),
        "corrections": (corrections or Corrections()).to_json(),
        "layouts": layouts or {},
        "problem_limit": problem_limit,
        "parent_pid": os.getpid(),
    }
    late = threading.Event()
    with tempfile.TemporaryFile() as stderr, _start(stderr) as process:
        watchdog = threading.Timer(timeout_s, _end, (process, late))
        watchdog.daemon = True
        watchdog.start()
        try:
            is_complete = False
            _give_order(process, order)
            for line in _lines(process.stdout):
                if isinstance(line, dict) and "refused" in line:
                    raise FileRefused(line["refused"]["message"], code=line["refused"]["code"])
                is_complete = is_complete or (isinstance(line, dict) and "summary" in line)
                yield line
            process.wait()
            _raise_for(process, stderr, was_late=late.is_set(), is_complete=is_complete)
        finally:
            watchdog.cancel()
            _kill(process)


def _give_order(process: subprocess.Popen[bytes], order: Mapping[str, Any]) -> None:
    # If it died before reading, its exit status tells why.
    assert process.stdin is not None  # noqa: S101 (a pipe was asked for)
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(order, default=str).encode() + b"\n")
        process.stdin.flush()
    with suppress(BrokenPipeError):
        process.stdin.close()
