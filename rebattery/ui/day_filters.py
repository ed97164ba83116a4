"""Filters of lists by a day (UTC) that an address names; what is no day keeps nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from rebattery.dates import begin_of, end_of

Rows = QuerySet[Any]
Apply = Callable[[Rows, str], Rows]


def on_day(keep: Callable[[Rows, date], Rows]) -> Apply:
    """Let ``keep`` take the day as an address names it."""

    def kept(rows: Rows, text: str) -> Rows:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return rows.none()
        return keep(rows, day)

    return kept


def since(column: str) -> Apply:
    """Keep the rows whose moment in ``column`` lies on the day or after it."""
    return on_day(lambda rows, day: rows.filter(**{f"{column}__gte": begin_of(day)}))


def until(column: str) -> Apply:
    """Keep the rows whose moment in ``column`` lies on the day or before it."""
    return on_day(lambda rows, day: rows.filter(**{f"{column}__lt": end_of(day)}))
