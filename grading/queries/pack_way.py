"""How far a pack has come on the way of one that goes well, and when it took each step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.lifecycle import TRANSITIONS, Move, Status


@dataclass(frozen=True)
class Way:
    """How far a pack has come on the way of one that goes well."""

    times: dict[str, datetime]
    """State to the moment at which the pack came into it; steps that it was taken back from are left out."""
    left_at: str
    """The step at which a pack in another state left the way; empty while it is on it."""


_STEPS = [
    step.value for step in (Status.ANNOUNCED, Status.RECEIVED, Status.INSPECTED, Status.TESTED, Status.GRADED)
]
"""The steps that a pack takes in order; every other state stands aside of them."""
_UNDOING = TRANSITIONS[Move.UNDO_REVIEW].event
_ONWARD = {
    TRANSITIONS[move].event
    for move in (Move.RECEIVE, Move.PASS_INSPECTION, Move.COMPLETE_TESTS, Move.GRADE, Move.ACCEPT)
}
"""Moves in which something was done with the pack; any other that leads to a step takes it back there."""


def way_of(events: Iterable[Any]) -> Way:
    """Return the way of a pack from the events of its trail, the oldest first.

    A step keeps the moment at which it was really taken: a pack that is sent to a retest was not inspected
    then, and one that is judged anew was not tested then. A step that was taken back was never taken.
    """
    way = before = Way({}, "")
    for event in events:
        status = (event.after or {}).get("status") if event.subject_type == "pack" else None
        if not status:
            continue
        if event.event_type == _UNDOING:
            way = before
        else:
            before, way = way, _after(way, event, status)
    return way


def _after(way: Way, event: Any, status: str) -> Way:
    times, at = way.times, event.at
    if status not in _STEPS:
        return Way(times | {status: at}, way.left_at or (event.before or {}).get("status", ""))
    if event.event_type not in _ONWARD:
        at = times.get(status, at)
    later = _STEPS[_STEPS.index(status) :]
    return Way({step: when for step, when in times.items() if step not in later} | {status: at}, "")
