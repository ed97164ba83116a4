"""The process that reads one hostile file: it limits itself, then prints what it understood as JSON lines.

Run as ``python -m intake.domain.manifest.child``. Standard input is one JSON object:
``{"path", "file_name", "catalogue": [...], "today": "2026-11-22", "corrections": {...}, "layouts": {...},
"problem_limit", "parent_pid"}``; corrections as in corrections.py, layouts as in layouts.py. Standard output,
one JSON value a line:

- ``{"plan": {...}}`` first: how the file is read, as in plan.py, for whoever needs the headings at once
- ``{"progress": row}`` every 2,000 rows and at the end
- ``{"problem": {row, column, field, rule, severity, value, message, fix}}`` of file or column
- ``[fate, row, {canonical field: value}, [cells], [problems]]`` per row of packs. The fate is pack, refused
  or dropped. Values: decimals are strings, counts integers, dates ISO at the precision written ("2018-03");
  ``extra`` holds columns without a field; ``filled_from_catalogue`` and ``filled_by_answer`` name fields that
  the row leaves blank. Cells are text or numbers as they stand in the file, before any edit, by index.
  Each problem is ``[column, field, rule, severity, value, message, fix]``; after ``problem_limit`` problems a
  row carries its heaviest only, while the groups of the summary count all.
- ``{"summary": {...}}`` last: how the file was read, ``plan``, ``columns``, ``questions`` not answered yet,
  ``layout`` (its hash), the ``remembered`` answers that were used, ``groups`` of problems with exact counts
  and what mends each, ``rows`` = ``accepted`` + ``refused`` + ``dropped``,
  ``skipped`` by reason with the first of them in ``skipped_rows``, ``errors``, ``warnings``,
  ``open_questions``
- or ``{"refused": {"code", "message"}}`` when the file is no table.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from intake.domain.limited_child import Limits, serve

LIMITS = Limits(memory_bytes=768 << 20, cpu_s=120)
_LINES_A_WRITE = 200


def _understand(config: dict[str, Any]) -> Iterator[Any]:
    # Imported here, under the limits: these readers meet the file.
    from intake.domain.manifest.corrections import Corrections
    from intake.domain.manifest.problems import Unreadable
    from intake.domain.manifest.reading import open_table
    from intake.domain.manifest.understanding import understand_table

    try:
        corrections = Corrections.from_json(config["corrections"])
        table = open_table(Path(config["path"]), file_name=config["file_name"], answers=corrections.answers)
        yield from understand_table(
            table,
            catalogue=config["catalogue"],
            today=date.fromisoformat(config["today"]),
            corrections=corrections,
            layouts=config["layouts"],
            problem_limit=config["problem_limit"],
        )
    except Unreadable as refusal:
        yield {"refused": {"code": refusal.code, "message": refusal.message}}
    except MemoryError:
        message = "The file needs more memory than a manifest may take. Split it into several files."
        yield {"refused": {"code": "too_large_or_broken", "message": message}}


if __name__ == "__main__":
    serve(_understand, LIMITS, lines_a_write=_LINES_A_WRITE)
