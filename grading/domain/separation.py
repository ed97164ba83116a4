"""Who may not judge: nobody decides on their own work, by any door."""

from collections.abc import Collection

OWN_MEASUREMENT = "You inspected or measured this pack yourself; another reviewer must decide."
OWN_DECISION = "You decided on this pack yourself; another reviewer must answer."


def own_work(person_id: int | None, *, measured_by: Collection[int], decided_by: Collection[int] = ()) -> str:
    """Return why ``person_id`` may not judge; empty when the work is other people's.

    :param measured_by: people whose inspection or tests the decision rests on.
    :param decided_by: reviewers who made the decision that is judged now, or asked for it.
    """
    if person_id in measured_by:
        return OWN_MEASUREMENT
    if person_id in decided_by:
        return OWN_DECISION
    return ""
