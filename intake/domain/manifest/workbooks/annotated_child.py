"""The process that reads a draft's workbook: it limits itself, then prints what it found as JSON lines.

Run as ``python -m intake.domain.manifest.workbooks.annotated_child``. Standard input is
``{"path", "parent_pid"}``.
The lines are ``{"manifest_id", "at", "headings"}``, one ``[line, row number, cells]`` per row, and
``{"complete": true}``; or ``{"refused": why}``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.limited_child import Limits, serve

LIMITS = Limits(memory_bytes=512 << 20, cpu_s=20)


def _found(order: dict[str, Any]) -> Iterator[Any]:
    # Imported here, under the limits: the reader meets the file.
    from intake.domain.manifest.workbooks.annotated_reading import NotOurs, read_workbook

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


if __name__ == "__main__":
    serve(_found, LIMITS, lines_a_write=200)
