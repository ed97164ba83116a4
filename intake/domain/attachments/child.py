"""The process that opens one upload: it limits itself, then prints what it found as JSON lines.

Run as ``python -m intake.domain.attachments.child``. Standard input is one JSON object:
``{"path", "file_name", "folder", "parent_pid"}``. The lines are those of
:func:`intake.domain.attachments.taking_in.take_apart`; the last is ``{"complete": true}`` or
``{"refused": why}``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.limited_process import limit_itself

MEMORY_BYTES = 1024 << 20
"""A photo of 40 megapixels is unpacked three times over while it is turned upright."""
CPU_S = 400
FILE_BYTES = 101 << 20


def _found(order: dict[str, Any]) -> Iterator[Any]:
    # Imported here, under the limits: these readers meet the file.
    from intake.domain.attachments.sniffing import Refused
    from intake.domain.attachments.taking_in import take_apart

    try:
        yield from take_apart(Path(order["path"]), file_name=order["file_name"], folder=Path(order["folder"]))
        yield {"complete": True}
    except Refused as refused:
        yield {"refused": str(refused)}
    except MemoryError:
        yield {"refused": "It needs more memory to read than a document may take."}


def main() -> None:
    """Read the order, open the file, print the lines."""
    order = json.loads(sys.stdin.readline())
    limit_itself(
        parent_pid=order["parent_pid"], memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, file_bytes=FILE_BYTES
    )
    for line in _found(order):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
