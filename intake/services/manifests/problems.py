"""Problems of a row as they are stored, and those that only we can tell."""

from collections.abc import Mapping, Sequence
from typing import Any

from intake.domain.manifest.problems import Issue, Problem, error
from intake.services.manifests.pack_rows import LONGEST

NAMES = Problem._fields[1:]
"""All of a problem but its row, which is where it is stored."""
_VALUE_CHARACTERS = 200


def problem_objects(found: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return the problems of a row, given as the reader's lists, as they are stored."""
    return [dict(zip(NAMES, problem, strict=True)) for problem in found]


def said(column: str | None, field: str, values: Mapping[str, Any], issue: Issue) -> dict[str, Any]:
    """Return what only other rows, or the packs that are here, can tell, as a problem of a row."""
    value = str(values.get(field) or "")[:_VALUE_CHARACTERS]
    return dict(
        zip(NAMES, (column, field, issue.rule, issue.severity, value, issue.message, issue.fix), strict=True)
    )


def without_words(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a problem where its words have no room."""
    return {name: problem[name] for name in ("column", "field", "rule", "severity")}


def too_long(values: Mapping[str, Any]) -> list[tuple[str, Issue]]:
    """Return the fields whose text has no room in its column, with the issue of each."""
    found = []
    for name, longest in LONGEST.items():
        value = values.get(name)
        if value is not None and len(value) > longest:
            message = f"The text has {len(value)} characters; at most {longest} are taken."
            found.append((name, error("too_long", message, "Shorten it.")))
    return found
