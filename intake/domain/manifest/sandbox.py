"""The parent's side of the reading process: stream its lines, turn its death into a refusal."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from intake.domain.limited_process import Died, lines_of
from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.layout.layouts import Layouts
from intake.domain.manifest.understanding import PROBLEMS_CARRIED
from rebattery.errors import RuleViolation

_LONGEST_LINE_BYTES = 16 << 20


class FileRefused(RuleViolation):
    """The file cannot be read as a table."""

    code = "file_refused"


def _broken(why: str) -> FileRefused:
    message = f"The file could not be read{why}. It is too large or damaged: save it again, or split it."
    return FileRefused(message, code="too_large_or_broken")


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
    }
    is_complete = False
    try:
        with closing(_lines(order, timeout_s)) as lines:  # type: ignore[type-var]  # a generator
            for line in lines:
                if isinstance(line, dict) and "refused" in line:
                    raise FileRefused(line["refused"]["message"], code=line["refused"]["code"])
                is_complete = is_complete or (isinstance(line, dict) and "summary" in line)
                yield line
    except Died as death:
        raise _broken(" in the time allowed" if death.was_late else "") from death
    if not is_complete:
        raise _broken("")


def _lines(order: Mapping[str, Any], timeout_s: float) -> Iterator[Any]:
    return lines_of(
        "intake.domain.manifest.child", order, timeout_s=timeout_s, longest_line_bytes=_LONGEST_LINE_BYTES
    )
