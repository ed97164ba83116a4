"""The process that reads one hostile file: it limits itself, then prints what it understood as JSON lines.

Run as ``python -m intake.domain.manifest.child``. Standard input is one JSON object:
``{"path", "file_name", "catalogue": [...], "today": "2026-11-22", "problem_limit", "parent_pid"}``.
Standard output, one JSON value a line:

- ``{"progress": row}`` every 2,000 rows and at the end
- ``{"problem": {row, column, field, rule, severity, value, message, fix}}``
- ``["pack", row, {canonical field: value}, {heading: raw text}]`` for an accepted row,
  ``["refused", row, …]`` alike for a row with errors. Decimals are strings, counts integers, dates ISO at the
  precision written ("2018-03"); ``extra`` holds the unknown columns, ``filled_from_catalogue`` names the
  fields that the supplier left blank.
- ``{"summary": {…}}`` last, or ``{"refused": {"code", "message"}}`` when the file is no table.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

MEMORY_BYTES = 768 << 20
CPU_SECONDS = 120
WRITE_BYTES = 64 << 10  # for a traceback on standard error; the output is a pipe and not counted
OPEN_FILES = 64
_LINES_A_WRITE = 200
_PR_SET_PDEATHSIG = 1


def limit_itself(parent_pid: int) -> None:
    """Bound memory, time, files, and die with the parent."""
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(1)  # the parent died before the signal was set


def _understand(config: dict[str, Any]) -> Iterator[Any]:
    # Imported here, under the limits: these readers meet the file.
    from intake.domain.manifest.problems import Unreadable
    from intake.domain.manifest.reading import open_table
    from intake.domain.manifest.understanding import understand_table

    try:
        table = open_table(Path(config["path"]), file_name=config["file_name"])
        today = date.fromisoformat(config["today"])
        yield from understand_table(
            table, catalogue=config["catalogue"], today=today, problem_limit=config["problem_limit"]
        )
    except Unreadable as refusal:
        yield {"refused": {"code": refusal.code, "message": refusal.message}}
    except MemoryError:
        message = "The file needs more memory than a manifest may take. Split it into several files."
        yield {"refused": {"code": "too_large_or_broken", "message": message}}


def main() -> None:
    """Read the order, understand the file, print the lines."""
    config = json.loads(sys.stdin.readline())
    limit_itself(config["parent_pid"])
    encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
    batch: list[str] = []
    for line in _understand(config):
        batch.append(encode(line))
        if len(batch) >= _LINES_A_WRITE:
            sys.stdout.write("\n".join(batch) + "\n")
            batch.clear()
    sys.stdout.write("\n".join(batch) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
