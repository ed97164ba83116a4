from datetime import timedelta

import pytest

from rebattery.notices.domain.pauses import MAX_ATTEMPTS, PAUSES, pause_after


class TestPauseAfter:
    @pytest.mark.parametrize(
        ("attempt", "seconds"),
        [(1, 30), (2, 300), (3, 1800), (4, 7200), (5, 18_000), (6, 36_000), (7, 86_400)],
    )
    def test_grows(self, attempt, seconds):
        assert pause_after(attempt) == timedelta(seconds=seconds)

    @pytest.mark.parametrize("attempt", [8, 9])
    def test_ends(self, attempt):
        assert MAX_ATTEMPTS == 8
        assert pause_after(attempt) is None

    def test_gives_a_receiver_most_of_two_days(self):
        assert sum(PAUSES, timedelta()) > timedelta(hours=40)
        assert list(PAUSES) == sorted(PAUSES)
