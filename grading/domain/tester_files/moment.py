"""When a test ended, by the file's own clock."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

ZONE_RULE = "A clock that names no time zone is read as UTC."
_DAY_OR_MONTH = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}\b")


def ended_at(test: Mapping[str, Any]) -> datetime | None:
    """Return the end of a test: when it started, as written, and its duration; None where either is unknown.

    A clock without a time zone is read as UTC. A date whose day may be its month tells nothing.
    """
    started, duration = _started_at(test), test.get("duration_s")
    if started is None or duration is None:
        return None
    return started + timedelta(seconds=float(duration))


def _started_at(test: Mapping[str, Any]) -> datetime | None:
    written = str(test.get("started_at") or "").strip()
    found = _parsed(written)
    if found is None and not _is_ambiguous(written):
        # The reader has understood the clock beside the records.
        found = _parsed(str((test.get("meta") or {}).get("clock_start") or ""))
    if found is None:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    if len(text) <= len("2026-11-20"):
        return None  # a day without its hour
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _is_ambiguous(text: str) -> bool:
    numbers = _DAY_OR_MONTH.match(text)
    if numbers is None:
        return False
    return max(int(numbers[1]), int(numbers[2])) <= 12 and numbers[1] != numbers[2]
