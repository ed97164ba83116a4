"""The process that reads a draft's workbook: it limits itself, then prints what it found as JSON lines.

Run as ``python -m intake.domain.manifest.annotated_child``. Standard input is ``{"path", "parent_pid"}``.
The lines are ``{"manifest_id", "at", "headings"}``, one ``[line, row number, cells]`` per row, and
``{"complete": true}``; or ``{"refused": why}``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.limited_process import limit_itself

MEMORY_BYTES = 512 << 20
CPU_S = 20
FILE_BYTES = 64 << 10  # for a traceback on standard error


def _found(order: dict[str, Any]) -> Iterator[Any]:
    # Imported here, under the limits: the reader meets the file.
    from intake.domain.manifest.annotated_workbook import NotOurs, read_workbook

    try:
        sheet = read_workbook(Path(order["path"]))
    except NotOurs as refused:
        yield {"refused": str(refused)}
        return
    except MemoryError:
        yield {"refused": "The workbook needs more memory than a draft's may take."}
        return
    key = sheet.key
    yield {"manifest_id": key.manifest_id, "at": key.at.isoformat(), "headings": list(sheet.headings)}
    yield from sheet.lines
    yield {"complete": True}


def main() -> None:
    """Read the order, open the workbook, print the lines."""
    order = json.loads(sys.stdin.readline())
    limit_itself(
        parent_pid=order["parent_pid"], memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, file_bytes=FILE_BYTES
    )
    for line in _found(order):
        sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
