"""Problems found in a manifest."""

from typing import NamedTuple

ERROR, QUESTION, WARNING = "error", "question", "warning"
WEIGHT = {ERROR: 2, QUESTION: 1, WARNING: 0}


class Unreadable(Exception):
    """The file cannot be read as a table; ``code`` is stable, ``message`` is fit for the supplier.

    Raised inside the reading process only, which must not import the product's shell.
    """

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


class Issue(NamedTuple):
    """What is wrong with a value, before it is known where it stands."""

    rule: str
    severity: str
    message: str
    fix: str


class Problem(NamedTuple):
    """One thing that the supplier should know, at the place where their spreadsheet program shows it."""

    row: int | None
    column: str | None
    field: str | None
    rule: str
    severity: str
    value: str
    message: str
    fix: str


def error(rule: str, message: str, fix: str = "") -> Issue:
    """Make an issue that keeps its row out of the batch."""
    return Issue(rule, ERROR, message, fix)


def question(rule: str, message: str, fix: str = "") -> Issue:
    """Make an issue that waits for an answer: a person can tell, and we cannot."""
    return Issue(rule, QUESTION, message, fix)


def warning(rule: str, message: str, fix: str = "") -> Issue:
    """Make an issue that the supplier sees while the row is accepted."""
    return Issue(rule, WARNING, message, fix)
