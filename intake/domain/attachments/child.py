"""The process that opens one upload: it limits itself, then prints what it found as JSON lines.

Run as ``python -m intake.domain.attachments.child``. Standard input is one JSON object:
``{"path", "file_name", "folder", "parent_pid"}``. The lines are those of
:func:`intake.domain.attachments.taking_in.take_apart`; the last is ``{"complete": true}`` or
``{"refused": why}``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.limited_child import Limits, serve

LIMITS = Limits(
    memory_bytes=1024 << 20,  # a photo of 40 megapixels is unpacked three times over while it is turned
    cpu_s=400,
    file_bytes=101 << 20,
)


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


if __name__ == "__main__":
    serve(_found, LIMITS)
