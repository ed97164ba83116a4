"""The process that reads one tester's file: it limits itself, then prints what it derived as JSON lines.

Run as ``python -m grading.domain.cyclers.child``. Standard input is one JSON object: ``{"path",
"parameters": {...}, "folder", "with_tables", "parent_pid"}``; ``path`` is a copy that may be harmed, and
``folder`` is where this process may write. Standard output, one JSON value a line:

- ``{"progress": {"stage": "reading"}}`` at once, and ``{"progress": {"stage": "deriving", "test", "tests",
  "rows"}}`` before each test
- ``{"test": {...}}`` per test: what :func:`grading.domain.cyclers.derive.derive` gives as JSON, with the name
  of the test's table in ``folder`` as ``table``, null for a table of steps or where none was asked for
- ``{"summary": {"tests"}}`` last
- or ``{"refused": {"code", "message"}}`` when the file holds no test.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.limited_child import Limits, serve

LIMITS = Limits(memory_bytes=5 << 30, cpu_s=300, file_bytes=1 << 30)
"""Of address space a text of 10 million records takes 3.4 GiB, of memory 1.5: polars reserves room for its
threads and maps the file. The table of 10 million records stays below 560 MB."""
_THREADS = "2"
_ENVIRONMENT = {
    "POLARS_MAX_THREADS": _THREADS,
    "RAYON_NUM_THREADS": _THREADS,
    "OPENBLAS_NUM_THREADS": "1",
    # Without it, what polars has freed of 10 million records still counts as this process's memory.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:500,muzzy_decay_ms:0",
}


def _read(order: dict[str, Any]) -> Iterator[Any]:
    # Whatever a file makes a library print must not fill the disk; and every thread costs address space.
    logging.disable(logging.CRITICAL)
    os.environ.update(_ENVIRONMENT)
    tempfile.tempdir = order["folder"]

    # Imported here, under the limits: these readers meet the file.
    from grading.domain.cyclers.table import Unreadable

    try:
        yield from _tests(order)
    except Unreadable as refusal:
        yield {"refused": {"code": refusal.code, "message": refusal.message}}
    except MemoryError:
        message = (
            "Reading the file takes more memory than a test may need. Split the test, or export it as CSV."
        )
        yield {"refused": {"code": "E_FORMAT", "message": message}}
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # how polars says that it met what it cannot be
            raise
        message = "The file is damaged in a way that stops its reader. Export the test from the tester again."
        yield {"refused": {"code": "E_FORMAT", "message": message}}


def _tests(order: dict[str, Any]) -> Iterator[Any]:
    from grading.domain.cyclers.canonical_file import write_table
    from grading.domain.cyclers.derive import derive
    from grading.domain.cyclers.parameters import Parameters
    from grading.domain.cyclers.readers import read
    from grading.domain.cyclers.table import Reading

    yield {"progress": {"stage": "reading"}}
    parameters = Parameters.from_json(order["parameters"])
    readings = read(Path(order["path"]))
    count = len(readings)
    for number in range(1, count + 1):
        reading = readings.pop(0)  # so that a test that is done leaves the memory
        progress = {"stage": "deriving", "test": number, "tests": count, "rows": len(reading)}
        yield {"progress": progress}
        table = None
        if order["with_tables"] and isinstance(reading, Reading):
            table = f"table-{number}.parquet"
            write_table(reading, Path(order["folder"]) / table, sensor=parameters.temperature_sensor)
        yield {"test": derive(reading, parameters).to_json() | {"table": table}}
    yield {"summary": {"tests": count}}


if __name__ == "__main__":
    serve(_read, LIMITS)
