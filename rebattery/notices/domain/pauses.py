"""How long a failed delivery waits for its next attempt."""

from datetime import timedelta

PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(PAUSES) + 1
"""After that many a delivery is given up; a person may start it anew."""

OTHERS_WAIT = timedelta(minutes=5)
"""For that long the other messages to a webhook wait when one has failed."""


def pause_after(attempt: int) -> timedelta | None:
    """Return the pause after failed attempt number ``attempt`` (from 1), or None: give up."""
    return PAUSES[attempt - 1] if attempt < MAX_ATTEMPTS else None
