"""The one table of a batch's states: they follow from its packs, its closing and its cancelling."""

from datetime import date, datetime
from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch stands. Before it is announced it is a draft: the file, which has states of its own."""

    ANNOUNCED = "announced"
    ARRIVING = "arriving"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Say the state in a word."""
        return self.value.capitalize()


AWAITED = (BatchState.ANNOUNCED, BatchState.ARRIVING)
"""States in which something is still to come."""


def state_of(
    *, closed_at: datetime | None, cancelled_at: datetime | None, has_arrived: bool, has_waiting: bool
) -> BatchState:
    """Return the state of a batch.

    :param has_arrived: some pack of it has come, whatever became of it since.
    :param has_waiting: some pack of it is announced and has not come; withdrawn ones do not count.
    """
    if cancelled_at or not (closed_at or has_arrived or has_waiting):
        return BatchState.CANCELLED
    if closed_at:
        return BatchState.CLOSED
    if not has_arrived:
        return BatchState.ANNOUNCED
    return BatchState.ARRIVING if has_waiting else BatchState.RECEIVED


def is_overdue(state: str, expected_on: date | None, *, today: date) -> bool:
    """Tell whether the day has passed on which a batch was expected, and something is still to come."""
    return state in AWAITED and expected_on is not None and expected_on < today
