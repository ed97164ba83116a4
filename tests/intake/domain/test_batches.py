from datetime import UTC, date, datetime

import pytest

from intake.domain.batches import BatchState, is_overdue, state_of

AT = datetime(2026, 11, 22, tzinfo=UTC)
TODAY = date(2026, 11, 22)


class TestStateOf:
    @pytest.mark.parametrize(
        ("closed_at", "cancelled_at", "has_arrived", "has_waiting", "state"),
        [
            (None, None, False, True, "announced"),
            (None, None, True, True, "arriving"),
            (None, None, True, False, "received"),
            (None, None, False, False, "cancelled"),
            (AT, None, False, False, "closed"),
            (AT, None, True, False, "closed"),
            (AT, None, True, True, "closed"),
            (None, AT, False, False, "cancelled"),
            (AT, AT, False, False, "cancelled"),
        ],
    )
    def test_follows_from_packs_closing_and_cancelling(
        self, closed_at, cancelled_at, has_arrived, has_waiting, state
    ):
        found = state_of(
            closed_at=closed_at, cancelled_at=cancelled_at, has_arrived=has_arrived, has_waiting=has_waiting
        )

        assert found == state


class TestIsOverdue:
    @pytest.mark.parametrize(
        ("state", "day", "late"),
        [
            ("announced", date(2026, 11, 21), True),
            ("announced", TODAY, False),
            ("announced", date(2026, 11, 23), False),
            ("arriving", date(2026, 11, 21), True),
            ("announced", None, False),
            ("received", date(2026, 11, 21), False),
            ("closed", date(2026, 11, 21), False),
            ("cancelled", date(2026, 11, 21), False),
        ],
    )
    def test_means_late_and_still_to_come(self, state, day, late):
        assert is_overdue(BatchState(state), day, today=TODAY) is late
