"""The parent's side of the reading process: collect its lines, put its death into words."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grading.domain.results_file.fields import ROW_LIMIT
from intake.domain.limited_process import Died, lines_of
from rebattery.errors import RuleViolation

TIMEOUT_S = 90.0
_LONGEST_LINE_BYTES = 16 << 20


class ResultsUnreadable(RuleViolation):
    """The file is no table of results."""

    code = "results_unreadable"


@dataclass(slots=True)
class Sheet:
    """One table of a file: what is said of it, and its rows as the process told them."""

    told: dict[str, Any]
    rows: list[list[Any]] = field(default_factory=list)
    """[number, cells, values, problems] each."""


@dataclass(slots=True)
class Contents:
    """All that a file says."""

    sheets: list[Sheet]
    summary: dict[str, Any]


def read_file(
    path: Path,
    *,
    file_name: str,
    row_limit: int = ROW_LIMIT,
    timeout_s: float = TIMEOUT_S,
    on_progress: Callable[[int], None] | None = None,
) -> Contents:
    """Read a file of results in a limited process.

    :raises ResultsUnreadable: when it is no table of results, or the process died of it or took too long;
        its code says which.
    """
    order = {"path": str(path.resolve()), "file_name": file_name, "row_limit": row_limit}
    sheets: list[Sheet] = []
    summary: dict[str, Any] | None = None
    try:
        with closing(_lines(order, timeout_s)) as lines:
            for line in lines:
                if isinstance(line, list):
                    sheets[-1].rows.append(line)
                elif "refused" in line:
                    raise ResultsUnreadable(line["refused"]["message"], code=line["refused"]["code"])
                elif "sheet" in line:
                    sheets.append(Sheet(line["sheet"]))
                elif "progress" in line and on_progress:
                    on_progress(line["progress"])
                elif "summary" in line:
                    summary = line["summary"]
    except Died as death:
        raise _broken(" in the time allowed" if death.was_late else "") from death
    if summary is None:
        raise _broken("")
    return Contents(sheets, summary)


def _lines(order: dict[str, Any], timeout_s: float) -> Any:
    return lines_of(
        "grading.domain.results_file.child",
        order,
        timeout_s=timeout_s,
        longest_line_bytes=_LONGEST_LINE_BYTES,
    )


def _broken(why: str) -> ResultsUnreadable:
    message = f"The file could not be read{why}. It is too large or damaged: save it again, or split it."
    return ResultsUnreadable(message, code="too_large_or_broken")
