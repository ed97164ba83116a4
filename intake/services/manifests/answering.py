"""Whether answers about a file can be taken: known ids with possible values."""

import re
from collections.abc import Mapping

from intake.domain.manifest.corrections import (
    CHOICES,
    DELIMITER,
    EXTRA,
    IGNORE,
    IMPORT,
    MIXED,
    SHEET,
    SKIP,
    YES,
    number_in,
)
from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.values.units import unit_of
from intake.models import Manifest
from intake.services.manifests.drafts import batch_of
from rebattery.errors import RuleViolation

ANSWERS_AT_ONCE = 500
LONGEST_ANSWER = 300
_OF_A_COLUMN = re.compile(r"(column|unit|decimal|dates|percent|pad):(\d{1,4})")
_ACCEPT = re.compile(r"accept:[a-z0-9_]{1,60}:\d{1,4}")
_FREE = ("sheet", "encoding", "delimiter")
_HIDDEN = (IMPORT, SKIP)
_CHOICES = CHOICES | {"column": (EXTRA, IGNORE, *FIELDS)}


class AnswersUnfit(RuleViolation):
    """Some answers cannot be taken."""

    code = "answers_unfit"


class AnnouncedAsRead(RuleViolation):
    """Packs were announced of this file as it is read now. Send the other list as a file of its own."""

    code = "announced_as_read"


def moved_by(manifest: Manifest, answers: Mapping[str, str]) -> str:
    """Return which of sheet and delimiter ``answers`` change: then cells are no longer where they were.

    :raises AnnouncedAsRead: when packs were announced of the rows as they are read now.
    """
    now = manifest.summary
    changed = [name for name in (SHEET, DELIMITER) if name in answers and answers[name] != now.get(name)]
    if not changed:
        return ""
    if batch_of(manifest):
        raise AnnouncedAsRead
    return changed[0]


def checked_answers(manifest: Manifest, answers: Mapping[str, str]) -> dict[str, str]:
    """Return ``answers`` to be stored.

    :raises AnswersUnfit: when there are none, or one is unknown or impossible; names each.
    """
    if not answers or len(answers) > ANSWERS_AT_ONCE:
        raise AnswersUnfit(f"Send at least one answer, and at most {ANSWERS_AT_ONCE}.")
    columns = {column["index"] for column in manifest.plan.get("columns", ())}
    fields = {
        f"answers.{name}": why for name, value in answers.items() if (why := _why_not(name, value, columns))
    }
    if fields:
        raise AnswersUnfit(fields=fields)
    return dict(answers)


def _why_not(name: str, value: str, columns: set[int]) -> str:
    is_blank = not (value if name == "delimiter" else value.strip())  # a tab is a delimiter
    if is_blank or len(value) > LONGEST_ANSWER or "\0" in value:
        return f"An answer has 1 to {LONGEST_ANSWER} characters."
    if name in _FREE:
        return ""
    if name == "header_row":
        return "" if number_in(value) else "Give the number of the row."
    if name.startswith("fill:"):
        return "" if name[5:] in FIELDS else "There is no such field."
    if _ACCEPT.fullmatch(name):
        return "" if value == YES else f"The answer can be: {YES}."
    if found := _OF_A_COLUMN.fullmatch(name):
        is_known = int(found[2]) in columns
        return _why_not_of_column(found[1], value) if is_known else "The file has no such column."
    return (
        _unless_among(_HIDDEN, value)
        if name in ("hidden_rows", "hidden_columns")
        else "There is no such question."
    )


def _why_not_of_column(kind: str, value: str) -> str:
    if kind == "pad":
        length = number_in(value)
        return "" if length is not None and length <= 40 else "Give a length from 0 to 40."
    if kind == "unit":
        return "" if value == MIXED or unit_of(value) else "This unit is not known."
    return _unless_among(_CHOICES[kind], value)


def _unless_among(allowed: tuple[str, ...], value: str) -> str:
    return "" if value in allowed else f"The answer can be: {', '.join(allowed[:12])}."
