"""The parent's side of the reading process: hand it a copy, collect its tests, put its death into words."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Unreadable
from intake.domain.limited_process import Died, lines_of

TIMEOUT_S = 300.0
_LONGEST_LINE_BYTES = 64 << 20


def read_and_derive(
    path: Path,
    *,
    parameters: Parameters,
    table_path: Path | None = None,
    timeout_s: float = TIMEOUT_S,
    on_progress: Callable[[Mapping[str, Any]], None] | None = None,
) -> list[dict[str, Any]]:
    """Read a tester's file in a limited process and return what each of its tests gives, as JSON.

    The process gets a copy: readers of testers' files have been seen to delete what they were given.

    :param table_path: where the canonical table of the first test is put, as parquet; further tests get
        ``-2``, ``-3`` … before the ending. Each test names its own under ``table_path``, null without one.
    :param on_progress: is told ``{"stage": "reading"}``, then ``{"stage": "deriving", "test", "tests",
        "rows"}`` before each test.
    :raises Unreadable: when the file holds no test, or its process died of it or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="cycler-") as name:
        folder = Path(name)
        copy = folder / "file"
        shutil.copyfile(path, copy)
        copy.chmod(0o400)
        order = {
            "path": str(copy),
            "parameters": parameters.to_json(),
            "folder": name,
            "with_tables": table_path is not None,
        }
        tests = _tests(order, timeout_s, on_progress)
        for number, test in enumerate(tests, start=1):
            table = test.pop("table")
            test["table_path"] = None
            if table is not None and table_path is not None:
                target = _numbered(table_path, number)
                shutil.move(folder / table, target)
                test["table_path"] = str(target)
    return tests


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")


def _tests(
    order: Mapping[str, Any], timeout_s: float, on_progress: Callable[[Mapping[str, Any]], None] | None
) -> list[dict[str, Any]]:
    tests: list[dict[str, Any]] = []
    is_complete = False
    try:
        with closing(_lines(order, timeout_s)) as lines:  # type: ignore[type-var]  # a generator
            for line in lines:
                if "refused" in line:
                    raise Unreadable(line["refused"]["code"], line["refused"]["message"])
                if "test" in line:
                    tests.append(line["test"])
                elif on_progress and "progress" in line:
                    on_progress(line["progress"])
                is_complete = is_complete or "summary" in line
    except Died as death:
        raise _died(was_late=death.was_late) from death
    if not is_complete:
        raise _died(was_late=False)
    return tests


def _lines(order: Mapping[str, Any], timeout_s: float) -> Iterator[Any]:
    return lines_of(
        "grading.domain.cyclers.child", order, timeout_s=timeout_s, longest_line_bytes=_LONGEST_LINE_BYTES
    )


def _died(*, was_late: bool) -> Unreadable:
    what = "could not be read in the time allowed" if was_late else "broke the process that read it"
    message = (
        f"The file {what}: it is damaged, or far larger than a test. Copy it from the tester again, export it"
        " as CSV, or split it."
    )
    return Unreadable("E_FORMAT", message)
