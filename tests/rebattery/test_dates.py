from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from rebattery.dates import begin_of, day_in_words, end_of, moment_in_words


class TestDayInWords:
    @pytest.mark.parametrize(
        ("day", "words"), [(date(2026, 11, 2), "2 Nov 2026"), (datetime(2026, 11, 22, 23, 59), "22 Nov 2026")]
    )
    def test_is_short_and_without_idle_zeros(self, day, words):
        assert day_in_words(day) == words


class TestBeginOf:
    def test_is_midnight_in_utc(self):
        assert begin_of(date(2026, 11, 22)) == datetime(2026, 11, 22, tzinfo=UTC)


class TestEndOf:
    def test_is_the_next_midnight(self):
        assert end_of(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)

    def test_of_the_last_day_of_a_calendar_comes_after_every_moment(self):
        assert end_of(date.max) == datetime.max.replace(tzinfo=UTC)


class TestMomentInWords:
    def test_is_told_in_utc(self):
        east = timezone(timedelta(hours=8))

        assert moment_in_words(datetime(2026, 11, 22, 6, 5, 59, tzinfo=east)) == "2026-11-21 22:05 UTC"
