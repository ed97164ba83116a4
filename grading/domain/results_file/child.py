"""The process that reads one file of results: it limits itself, then prints what it says as JSON lines.

Run as ``python -m grading.domain.results_file.child``. Standard input is one JSON object: ``{"path",
"file_name", "row_limit", "parent_pid"}``. Standard output: see
:func:`grading.domain.results_file.reading.read_results`, or ``{"refused": {"code", "message"}}``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.limited_child import Limits, serve

LIMITS = Limits(memory_bytes=768 << 20, cpu_s=60)
_LINES_A_WRITE = 100


def _read(order: dict[str, Any]) -> Iterator[Any]:
    # Imported here, under the limits: these readers meet the file.
    from grading.domain.results_file.reading import read_results
    from intake.domain.manifest.problems import Unreadable

    try:
        yield from read_results(
            Path(order["path"]), file_name=order["file_name"], row_limit=order["row_limit"]
        )
    except Unreadable as refusal:
        yield {"refused": {"code": refusal.code, "message": refusal.message}}
    except MemoryError:
        message = "The file needs more memory than results may take. Split it into several files."
        yield {"refused": {"code": "too_large_or_broken", "message": message}}


if __name__ == "__main__":
    serve(_read, LIMITS, lines_a_write=_LINES_A_WRITE)
