"""Days and moments as pages and sentences show them, and where days begin and end."""

from datetime import UTC, date, datetime, time, timedelta


def day_in_words(day: date) -> str:
    """Return a day, or the day of a moment, as ``22 Nov 2026``."""
    return f"{day.day} {day:%b %Y}"


def moment_in_words(moment: datetime) -> str:
    """Return a moment as ``2026-11-22 14:05 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def begin_of(day: date) -> datetime:
    """Return the moment at which a day begins, in UTC."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """Return the moment at which a day is over, in UTC; the last that a calendar has never is."""
    return begin_of(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)
