"""Moments as people write them; without a zone they are UTC."""

import re
import unicodedata
from datetime import UTC, datetime

from intake.domain.manifest.values.dates import read_date

_ZONED = re.compile(r"(?P<rest>.*?\d)\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})", re.IGNORECASE)
_MOMENT = re.compile(
    r"(?P<day>.+?)[\sT,]+(?P<hour>\d{1,2})[:.时](?P<minute>\d{2})分?"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d{1,6})?)?\s*(?P<half>am|pm)?",
    re.IGNORECASE,
)
AMBIGUOUS = "Day and month could be exchanged. Write 2026-11-22 14:30."
NO_TIME = "The time of day is missing. Write 2026-11-22 14:30."
NO_MOMENT = "This is no moment in time. Write 2026-11-22 14:30."


class NotAMoment(ValueError):
    """The text is no moment; the message says why."""


def read_moment(text: str) -> datetime:
    """Return the moment that ``text`` names, in UTC; one without a zone is UTC.

    :raises NotAMoment: when it is none, has no time of day, or day and month could be exchanged.
    """
    told = unicodedata.normalize("NFKC", text).strip()
    zone = "+00:00"
    if (found := _ZONED.fullmatch(told)) and ":" in found["rest"]:
        told = found["rest"]
        zone = "+00:00" if found["zone"].upper() in ("Z", "UTC", "GMT") else found["zone"]
    moment = _MOMENT.fullmatch(told)
    if moment is None:
        raise NotAMoment(NO_TIME if read_date(told).iso else NO_MOMENT)
    day = read_date(moment["day"].strip())
    if day.ambiguous:
        raise NotAMoment(AMBIGUOUS)
    if day.iso is None or len(day.iso) != 10 or day.note == "spreadsheet_day_number":
        raise NotAMoment(NO_MOMENT)
    clock = f"{_hour(moment):02}:{moment['minute']}:{moment['second'] or '00'}"
    try:
        return datetime.fromisoformat(f"{day.iso}T{clock}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise NotAMoment(NO_MOMENT) from fault


def _hour(moment: re.Match[str]) -> int:
    hour, half = int(moment["hour"]), (moment["half"] or "").casefold()
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return 99  # 13 pm is no time
    return hour % 12 + (12 if half == "pm" else 0)
