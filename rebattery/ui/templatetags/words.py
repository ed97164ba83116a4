"""Filters of every page: figures, times and words; loaded everywhere, so no template has to ask for them."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.timesince import timesince

from rebattery.dates import day_in_words, moment_in_words
from rebattery.ui.labels import ROUTES

register = template.Library()
NOTHING = "–"


@register.filter
def decimal(value: Decimal | None, places: int = 1) -> str:
    """Return a number with ``places`` decimals and no unit: the unit stands in the column head."""
    return NOTHING if value in (None, "") else f"{Decimal(value):.{places}f}"


@register.filter
def signed(value: Decimal | None, places: int = 1) -> str:
    """Return a difference with its sign, which must not be overlooked."""
    if value is None:
        return NOTHING
    rounded = round(value, places)
    return f"{rounded:+f}".replace("-", "−") if rounded else f"{abs(rounded):f}"


@register.filter
def utc(value: datetime | None) -> str:
    """Return a time as ``2026-11-22 14:05 UTC``."""
    return moment_in_words(value) if value else NOTHING


@register.filter
def utc_second(value: datetime) -> str:
    """Return a moment of today as ``14:05:10 UTC``."""
    return f"{value.astimezone(UTC):%H:%M:%S} UTC"


@register.filter
def day(value: date | None) -> str:
    """Return a date as ``22 Nov 2026``."""
    return day_in_words(value) if value else NOTHING


@register.filter
def age(value: datetime | None) -> str:
    """Return how long ago a moment is, in its largest unit, such as ``3 days``."""
    return timesince(value, depth=1).replace("\xa0", " ") if value else NOTHING


@register.filter
def or_dash(value: Any) -> Any:
    """Return ``value``, times and dates as ``utc`` and ``day`` show them, or a dash for a missing one."""
    if isinstance(value, date):
        return utc(value) if isinstance(value, datetime) else day(value)
    return NOTHING if value in (None, "", [], {}) else value


@register.filter
def figure(value: str) -> str:
    """Return a number of a decision's reason without idle zeros; other words as they are."""
    try:
        return f"{Decimal(value).quantize(Decimal('0.01')).normalize():f}"
    except InvalidOperation:
        return value


@register.filter
def route_words(route: str) -> str:
    """Return a route in words.

    :raises KeyError: for an unknown route.
    """
    return ROUTES[route]


@register.filter
def cells(page: Any, row: Any) -> Any:
    """Return the (column, value) pairs of a row of a ``ListPage``."""
    return page.cells(row)


@register.filter
def poll_interval(running_for_s: float) -> str:
    """Return how often a page asks: each second at first, every 5 s after five minutes."""
    return "1s" if running_for_s < 30 else "2s" if running_for_s < 300 else "5s"
