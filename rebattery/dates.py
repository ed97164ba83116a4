"""Days as pages and sentences show them."""

from datetime import date


def day_in_words(day: date) -> str:
    """Return a day, or the day of a moment, as ``22 Nov 2026``."""
    return f"{day.day} {day:%b %Y}"
