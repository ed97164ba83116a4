"""How long a grade counts after the SOH measurement that it rests on."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Term:
    """How long one grade counts; months run from the day of the SOH measurement."""

    storage_months: int
    """Up to the same day so many months later, that day included."""
    remeasure_months: int | None
    """From the same day so many months later on, the pack should be measured again."""

    def is_over(self, months_begun: int | None) -> bool:
        """Tell whether a measurement is too old for the grade; one of unknown age never is.

        Grading states the age wherever its policy ends grades; snapshots from before it did must give
        what they gave.
        """
        return months_begun is not None and months_begun > self.storage_months


def terms_of(document: Mapping[str, Any]) -> dict[str, Term]:
    """Return the terms of each grade that a policy ends."""
    entries = document.get("grade_validity", {})
    return {
        grade: Term(entry["storage_months"], entry["remeasure_months"]) for grade, entry in entries.items()
    }


def months_later(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last of a month that is too short for it.

    >>> months_later(date(2027, 1, 31), 1)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def months_begun(since: date, on: date) -> int:
    """Return the least number of months after which the same day is not before ``on``.

    A term of that many months is not over on ``on``, and one of fewer is.

    >>> [months_begun(date(2026, 11, 12), date(2027, 11, day)) for day in (12, 13)]
    [12, 13]
    """
    months = (on.year - since.year) * 12 + on.month - since.month
    return max(months + (on.day > min(since.day, monthrange(on.year, on.month)[1])), 0)


def last_day(validity: Mapping[str, Term], grade: str, measured_on: date | None) -> date | None:
    """Return the last day on which ``grade`` counts, None where nothing ends it."""
    term = validity.get(grade)
    return None if term is None or measured_on is None else months_later(measured_on, term.storage_months)


def remeasure_day(validity: Mapping[str, Term], grade: str, measured_on: date | None) -> date | None:
    """Return the day from which a pack of ``grade`` should be measured again, None where none is named."""
    term = validity.get(grade)
    if term is None or term.remeasure_months is None or measured_on is None:
        return None
    return months_later(measured_on, term.remeasure_months)


def months_words(months: int) -> str:
    """Say a number of months."""
    return "1 month" if months == 1 else f"{months} months"
