"""Problems found in a manifest, counted exactly even when only some are kept."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

ERROR, WARNING = "error", "warning"


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


def warning(rule: str, message: str, fix: str = "") -> Issue:
    """Make an issue that the supplier sees while the row is accepted."""
    return Issue(rule, WARNING, message, fix)


@dataclass
class ProblemTally:
    """Count every problem and pass on the first ones, warnings never crowding out errors."""

    limit: int
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)

    def admit(self, problem: Problem) -> bool:
        """Count the problem and tell whether it is among those to be kept."""
        self.counts[problem.rule, problem.severity] += 1
        room = self.limit if problem.severity == ERROR else self.limit // 2
        if self.kept[problem.severity] >= room or self.kept.total() >= self.limit:
            return False
        self.kept[problem.severity] += 1
        return True

    def total(self, severity: str) -> int:
        """Return how many problems of a severity were found, kept or not."""
        return sum(count for (_, found), count in self.counts.items() if found == severity)

    def by_rule(self) -> list[dict[str, object]]:
        """Return the exact count per rule, most frequent first."""
        return [
            {"rule": rule, "severity": severity, "count": count}
            for (rule, severity), count in self.counts.most_common()
        ]
