"""Numbers as people type them and addresses name them; what may mean two numbers is never guessed."""

import re
from decimal import Decimal

LONGEST = 40
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_MARKS = re.compile(r"[.,]")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
"""A point before three digits is read as the decimal mark: our own numbers are written so."""


class NumberUnreadable(ValueError):
    """A text that says no number, or more than one; the message says what would do."""

    def __init__(self, message: str, code: str):
        super().__init__(message)
        self.code = code


def read_number(text: str) -> Decimal:
    """Return the number that ``text`` says; every door where people type one reads it so.

    :raises NumberUnreadable: when it is none, or may be two: 1,100 is 1100 to some and 1.1 to others.
    """
    if len(_MARKS.findall(text)) > 1:
        raise NumberUnreadable("Use one decimal mark and no thousands mark, such as 1234.5.", "ambiguous")
    if len(text) > LONGEST or not _NUMBER.fullmatch(text):
        raise NumberUnreadable("Enter a number, such as 74.5 or 74,5.", "invalid")
    number = Decimal(text.replace(",", "."))
    if _THOUSANDS.fullmatch(text):
        whole, plain = text.replace(",", ""), f"{number.normalize():f}"
        raise NumberUnreadable(
            f"{text} may mean {whole} or {plain}: write {whole}, or {text.replace(',', '.')} with a point.",
            "ambiguous",
        )
    return number


def read_key(text: str) -> int | None:
    """Return the key of a row that an address or a form names; anything else names none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
