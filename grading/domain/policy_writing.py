"""What names, texts and numbers of a policy may be: they stand on pages, in files and reports for ever."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from grading.domain.document_shape import Check, decimal

LONGEST_NAME = 160
LONGEST_TEXT = 1000
CODE = re.compile(r"[A-Z0-9][A-Z0-9_]{0,39}", re.ASCII)
CODE_RULE = "must be 1 to 40 capital letters, digits and underscores, like SOH_BELOW_20"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
NAME_RULE = "must be 2 to 40 small letters, digits and hyphens, like seed-v1"
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,20})?", re.ASCII)
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows, so that it is read as something else."""
_MOST = 100_000


def code_text(value: object) -> str:
    """Check for a code as reasons, remarks, tables and applications have one."""
    return "" if type(value) is str and CODE.fullmatch(value) else f"{CODE_RULE}, not {value!r}"


def policy_id(value: object) -> str:
    """Check for the name of a policy; exported files are named by it."""
    return "" if type(value) is str and NAME.fullmatch(value) else f"{NAME_RULE}, not {value!r}"


def list_of(check: Check) -> Check:
    """Return the check that a value is a list of such items."""

    def of_each(value: object) -> str:
        if not isinstance(value, list):
            return f"must be a list, not {value!r}"
        return next(filter(None, map(check, value)), "")

    return of_each


def text_of(longest: int, *, shortest: int = 1, lines: bool = False) -> Check:
    """Return the check that a value is a text of so many characters, all of which can be seen.

    :param lines: it may have several lines.
    """

    def check(value: object) -> str:
        if type(value) is not str:
            return f"must be text, not {value!r}"
        if len(value.strip()) < shortest:
            return "must not be empty"
        if len(value) > longest:
            return f"must have at most {longest:,} characters; it has {len(value):,}"
        if any(_is_unseen(char) and not (lines and char in "\r\n\t") for char in value):
            return "must hold no control characters"
        return ""

    return check


def plain_number(value: object) -> str:
    """Check for a decimal number of at least 0, as text, with all its digits."""
    if fault := decimal(value):
        return fault
    return (
        "" if _NUMBER.fullmatch(str(value)) else f"must be digits, at most 9 before the point, not {value!r}"
    )


def whole_number(low: int, high: int = _MOST) -> Check:
    """Return the check that a value is a whole number in a range."""

    def check(value: object) -> str:
        if type(value) is int and low <= value <= high:
            return ""
        return f"must be a whole number from {low} to {high}, not {value!r}"

    return check


def name_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Find what cannot be the name of a field: the codes of classes, rules, warranties and texts."""
    for part in ("chemistry_classes", "class_rules", "warranty", "texts"):
        for key in document[part]:
            if fault := code_text(key):
                yield f"{part}: {fault}"


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _TURNING
