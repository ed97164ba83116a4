"""Which steps of a reviewer can be taken back, by whom and for how long."""

from collections.abc import Mapping
from datetime import timedelta

from intake.domain.dispositions import SETTLES_AFTER

UNDO_WINDOW = SETTLES_AFTER / 2
"""After it a step stands; the other half is for what is taken back in the last second, to be committed."""
ASKED = "review.override_requested"
APPROVED = "review.override_approved"
UNDONE = "review.undone"
UNDOABLE: Mapping[str, str] = {
    "review.confirmed": "the confirmation",
    "review.retest_ordered": "the retest",
    "review.retest_demanded": "the retest",
    "review.held": "the hold",
    ASKED: "the request for an override",
    APPROVED: "the approval of the override",
    "review.override_declined": "the refusal of the override",
}
"""Steps that can be taken back, by the code of their event, in words."""
CHANGED_SINCE = "Something happened to the pack since: this step stands."
NOTHING_TO_UNDO = "There is nothing to take back."


def undo_fault(*, code: str, who: str, is_own: bool, is_told: bool, age: timedelta) -> str:
    """Return why the last step on a review cannot be taken back; empty when it can.

    :param code: of the step's event.
    :param who: took the step.
    :param is_told: the supplier was told with it, as by the answer to a dispute.
    :param age: how long ago it was.
    """
    if code not in UNDOABLE:
        return NOTHING_TO_UNDO
    if not is_own:
        return f"{who} took this step: only they can take it back."
    if is_told:
        return "The supplier read it in the answer to the dispute: it stands."
    # A request that nobody answered has had no effect yet: whoever asked may take it back at any time.
    if age > UNDO_WINDOW and code != ASKED:
        return f"The {UNDO_WINDOW.seconds} seconds for taking it back are over."
    return ""
