"""The one table of a pack's states and of the moves between them."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where a pack stands in its life."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    INSPECTED = "inspected"
    TESTED = "tested"
    GRADED = "graded"
    IN_REVIEW = "in_review"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    RECYCLED = "recycled"


NOT_HERE = (Status.ANNOUNCED, Status.MISSING, Status.WITHDRAWN)
"""States of packs that are not in the building and never were."""
GONE = (Status.RETURNED, Status.RECYCLED)
"""States of packs that were here and have left the house for good."""


class Move(StrEnum):
    """A verb that takes a pack from one state to another."""

    RECEIVE = "receive"
    MARK_MISSING = "mark_missing"
    WITHDRAW = "withdraw"
    PASS_INSPECTION = "pass_inspection"  # noqa: S105
    QUARANTINE = "quarantine"
    REOPEN = "reopen"
    COMPLETE_TESTS = "complete_tests"
    GRADE = "grade"
    SEND_TO_REVIEW = "send_to_review"
    ACCEPT = "accept"
    RETEST = "retest"
    REJECT = "reject"
    SUSPEND = "suspend"
    REGRADE = "regrade"
    EXPIRE = "expire"
    END_OVERRIDE = "end_override"
    RETEST_DISPUTED = "retest_disputed"
    REOPEN_DISPUTED = "reopen_disputed"
    UNDO_REVIEW = "undo_review"
    UNDO_REJECT = "undo_reject"
    HAND_BACK = "hand_back"
    RECYCLE = "recycle"


@dataclass(frozen=True)
class Transition:
    """One row of the table: from any of ``sources`` to ``target``."""

    move: Move
    sources: frozenset[Status]
    target: Status
    label: str
    """What the button says."""
    event: str
    """Code of the trail event that every such move writes."""
    needs_reason: bool = False


S = Status
_TABLE = (
    Transition(Move.RECEIVE, frozenset({S.ANNOUNCED, S.MISSING}), S.RECEIVED, "Receive", "pack.received"),
    Transition(Move.MARK_MISSING, frozenset({S.ANNOUNCED}), S.MISSING, "Mark as missing", "pack.missing"),
    Transition(Move.WITHDRAW, frozenset({S.ANNOUNCED}), S.WITHDRAWN, "Withdraw", "pack.withdrawn", True),
    Transition(
        Move.PASS_INSPECTION, frozenset({S.RECEIVED}), S.INSPECTED, "Pass inspection", "pack.inspected"
    ),
    Transition(
        Move.QUARANTINE,
        frozenset({S.RECEIVED, S.INSPECTED, S.TESTED, S.GRADED, S.IN_REVIEW}),
        S.QUARANTINED,
        "Quarantine",
        "pack.quarantined",
        True,
    ),
    Transition(
        Move.REOPEN, frozenset({S.QUARANTINED}), S.RECEIVED, "Re-open for inspection", "pack.reopened", True
    ),
    Transition(Move.COMPLETE_TESTS, frozenset({S.INSPECTED}), S.TESTED, "Finish testing", "pack.tested"),
    Transition(Move.GRADE, frozenset({S.TESTED}), S.GRADED, "Grade", "pack.graded"),
    Transition(
        Move.SEND_TO_REVIEW, frozenset({S.TESTED}), S.IN_REVIEW, "Send to review", "pack.sent_to_review"
    ),
    Transition(Move.ACCEPT, frozenset({S.IN_REVIEW}), S.GRADED, "Accept", "pack.accepted", True),
    Transition(
        Move.RETEST,
        frozenset({S.IN_REVIEW, S.GRADED}),
        S.INSPECTED,
        "Order a retest",
        "pack.sent_to_retest",
        True,
    ),
    Transition(
        Move.REJECT, frozenset({S.IN_REVIEW, S.QUARANTINED}), S.REJECTED, "Reject", "pack.rejected", True
    ),
    # Its results turned out to be worthless: whatever was concluded of them waits for new ones.
    Transition(
        Move.SUSPEND,
        frozenset({S.TESTED, S.GRADED, S.IN_REVIEW, S.REJECTED}),
        S.INSPECTED,
        "Suspend",
        "pack.suspended",
        True,
    ),
    # Somebody had it graded again by the policy in force; what was measured stands.
    Transition(
        Move.REGRADE, frozenset({S.GRADED, S.IN_REVIEW}), S.TESTED, "Grade again", "pack.graded_again", True
    ),
    # Its months are over, or the days for which two people overrode the policy.
    Transition(Move.EXPIRE, frozenset({S.GRADED}), S.TESTED, "Let the grade run out", "pack.grade_ended"),
    # A reviewer took back what two people had set against the policy: the policy speaks again.
    Transition(
        Move.END_OVERRIDE,
        frozenset({S.GRADED, S.REJECTED}),
        S.TESTED,
        "End the override",
        "pack.override_ended",
        True,
    ),
    # Apart from that a reject is final unless its supplier disputes it and a reviewer upholds the dispute.
    Transition(
        Move.RETEST_DISPUTED,
        frozenset({S.REJECTED}),
        S.INSPECTED,
        "Order a retest",
        "pack.sent_to_retest",
        True,
    ),
    Transition(
        Move.REOPEN_DISPUTED,
        frozenset({S.IN_REVIEW, S.GRADED, S.REJECTED}),
        S.RECEIVED,
        "Re-open for inspection",
        "pack.reopened",
        True,
    ),
    # Both end an order; a dangerous pack leaves for the recycler even before anybody reviewed it.
    Transition(Move.HAND_BACK, frozenset({S.REJECTED}), S.RETURNED, "Hand back", "pack.returned"),
    Transition(Move.RECYCLE, frozenset({S.REJECTED, S.QUARANTINED}), S.RECYCLED, "Recycle", "pack.recycled"),
    # A reviewer takes their own step back, right after it: the pack stands where it stood before.
    Transition(
        Move.UNDO_REVIEW,
        frozenset({S.GRADED, S.REJECTED, S.INSPECTED}),
        S.IN_REVIEW,
        "Take the step back",
        "pack.review_undone",
        True,
    ),
    Transition(
        Move.UNDO_REJECT,
        frozenset({S.REJECTED}),
        S.QUARANTINED,
        "Take the reject back",
        "pack.review_undone",
        True,
    ),
)
TRANSITIONS: dict[Move, Transition] = {row.move: row for row in _TABLE}
REVIEWED_INTO = tuple(TRANSITIONS[move].target for move in (Move.ACCEPT, Move.REJECT, Move.RETEST))
"""States into which a reviewer's step takes a pack, and from which it can be taken back for a moment."""
