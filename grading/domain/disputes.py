"""When a supplier may dispute a result, and what follows from an answer."""

from datetime import datetime, timedelta
from enum import StrEnum

from intake.domain.dispositions import ANSWER
from intake.domain.lifecycle import GONE, Status

REASON_CODE = ANSWER
"""Of every step that an answer to a dispute brings about."""
DISPUTABLE = (Status.GRADED, Status.IN_REVIEW, Status.QUARANTINED, Status.REJECTED)
"""States in which a pack rests on its decision."""
_UNDER_WAY = (Status.RECEIVED, Status.INSPECTED, Status.TESTED)
LONGEST_COMMENT = 4_000
MOST_FILES = 10
MOST_DISPUTES = 2
"""How often one decision can be disputed: once, and once more with what is new."""


class Outcome(StrEnum):
    """How a reviewer answers a dispute."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class Remedy(StrEnum):
    """What an upheld dispute brings the pack."""

    RETEST = "retest"
    INSPECTION = "inspection"
    UNDER_WAY = "under_way"
    SUPERSEDED = "superseded"


REMEDY_WORDS = {
    Remedy.RETEST: "a retest is ordered",
    Remedy.INSPECTION: "a fresh inspection is ordered",
    Remedy.UNDER_WAY: "the pack is already being tested again",
    Remedy.SUPERSEDED: "a newer decision has already taken its place",
}


def demand_words(*, other_instrument: bool, other_person: bool) -> str:
    """Say what is asked of a retest beside the retest itself; empty when nothing is."""
    asked = ((other_instrument, "with another instrument"), (other_person, "by another person"))
    return " and ".join(words for is_asked, words in asked if is_asked)


def obstacle(
    *,
    status: str,
    has_decision: bool,
    has_open_dispute: bool,
    answered: int,
    stands_after: datetime | None = None,
) -> str:
    """Return why a result cannot be disputed now; empty when it can be.

    :param answered: how many disputes about this very decision are answered.
    :param stands_after: the moment until which a reviewer can take the last step back; none when it stands.
    """
    if has_open_dispute:
        return "This result is disputed already: one dispute at a time."
    if not has_decision:
        return "There is no decision on this pack yet."
    if status in GONE:
        return "The pack has left our house: nothing of it can be measured again."
    if status not in DISPUTABLE:
        return "The pack is being inspected or tested again: wait for the new decision."
    if answered >= MOST_DISPUTES:
        return "This result was disputed and answered twice: it can be disputed again after a new decision."
    if stands_after:
        first = stands_after.replace(microsecond=0) + timedelta(seconds=1)
        return f"A reviewer can still take the last step back: dispute it from {first:%H:%M:%S} UTC on."
    return ""


def remedy(*, status: str, is_in_force: bool, is_safety: bool) -> Remedy | None:
    """Return what upholding a dispute brings a pack, None where it can bring nothing.

    :param is_in_force: no newer decision has taken the place of the disputed one.
    :param is_safety: the decision rests on the safety gate, which only a fresh inspection opens again.
    """
    if not is_in_force:
        return Remedy.SUPERSEDED
    if status in _UNDER_WAY:
        return Remedy.UNDER_WAY
    if status not in DISPUTABLE:
        return None
    if status == Status.QUARANTINED or is_safety:
        return Remedy.INSPECTION
    return Remedy.RETEST
