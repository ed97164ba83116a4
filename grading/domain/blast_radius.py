"""What becomes of packs whose results an instrument gave that was declared bad."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from intake.domain.lifecycle import TRANSITIONS, Move, Status

AT_ONCE = 2_000
"""Results that an approval still carries out within the request; with more of them a worker does it."""
MOST_NAMED = 20
"""Packs that a notice names; the rest is counted."""
NO_CERTIFICATES = "None: certificates are not issued yet, so no buyer has one in hand."


class Fate(StrEnum):
    """What a declaration means for one pack."""

    RETEST = "retest"
    AT_BENCH = "at_bench"
    WAITING = "waiting"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    UNTOUCHED = "untouched"


FATE_WORDS: Mapping[Fate, str] = {
    Fate.RETEST: "Back to the bench for a new test",
    Fate.AT_BENCH: "At the bench already: test again",
    Fate.WAITING: "Tested again after its inspection",
    Fate.QUARANTINED: "Stays in quarantine; tested again when it leaves",
    Fate.REJECTED: "Stays rejected: dangerous, whatever was measured",
    Fate.UNTOUCHED: "Stays as it is: nothing rests on these results",
}
REJECTED_WORDS = (
    "A pack that was rejected on a measurement goes back to the bench like the others; one that was"
    " rejected as dangerous stays rejected, and its supplier may dispute that."
)
_FATES: Mapping[Status, Fate] = {
    **dict.fromkeys(TRANSITIONS[Move.SUSPEND].sources, Fate.RETEST),
    Status.INSPECTED: Fate.AT_BENCH,
    Status.RECEIVED: Fate.WAITING,
    Status.QUARANTINED: Fate.QUARANTINED,
}
"""By the state of a pack that rests on a touched result; one rejected as dangerous stays rejected."""
SUSPENDING = (Fate.RETEST, Fate.AT_BENCH, Fate.WAITING)
"""Fates with which a decision that rests on a touched result is not in force any more."""


def fate_of(*, status: Status, rests: bool, is_dangerous: bool = False) -> Fate:
    """Return what a declaration means for a pack in ``status``.

    :param rests: whether the decision in force, or the result that would count for one, is touched. A pack
        with nothing but superseded results in the set, or with ones of a kind that does not count, stays.
    :param is_dangerous: whether its inspection or its decision calls for quarantine: nothing that the bench
        finds would take back a reject for that.
    """
    if rests and is_dangerous and status is Status.REJECTED:
        return Fate.REJECTED
    return _FATES.get(status, Fate.UNTOUCHED) if rests else Fate.UNTOUCHED


def since_faults(*, since: datetime, now: datetime) -> dict[str, str]:
    """Return what is wrong with the moment since when, by field name; empty when nothing is."""
    return {"since_at": "This moment is still to come."} if since > now else {}


def notice_text(*, fates: Mapping[Fate, int], serials: Mapping[Fate, list[str]]) -> str:
    """Return what a supplier reads: which packs, and what follows for each; names no instrument or person.

    :param fates: how many of the supplier's packs have which fate; those untouched are not told.
    :param serials: some of these packs' serials, by fate.
    """
    parts = [
        "We found that an instrument on our bench did not measure correctly. Results that it gave for these"
        " packs do not count any more."
    ]
    for fate, words in _TOLD.items():
        if count := fates.get(fate, 0):
            named = serials.get(fate, [])[:MOST_NAMED]
            more = f" and {count - len(named)} more" if count > len(named) else ""
            parts.append(f"{words}: {', '.join(named)}{more}.")
    parts.append("The packs' pages show where each of them stands. New results are told as usual.")
    return "\n\n".join(parts)


_TOLD: Mapping[Fate, str] = {
    Fate.RETEST: "Their grade is suspended and they are tested again; until then they are not graded",
    Fate.AT_BENCH: "Tested again, no result had been given yet",
    Fate.WAITING: "Tested again after the inspection that is under way",
    Fate.QUARANTINED: "In quarantine as before, for safety and not because of a measurement",
    Fate.REJECTED: "Rejected as dangerous and not because of a measurement; the reject stands, and you may"
    " dispute it on the pack's page",
}
