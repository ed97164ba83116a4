"""The maker's calendar life, to the day."""

from datetime import date

import pytest

from grading.domain.calendar_life import is_beyond_calendar_life

ENDS = date(2026, 11, 22)
AFTER = date(2026, 11, 23)


class TestIsBeyondCalendarLife:
    @pytest.mark.parametrize(
        ("produced", "first_used", "on", "found"),
        [
            ("2016-11-21", None, ENDS, True),
            ("2016-11-22", None, ENDS, False),
            ("2016-11-22", None, AFTER, True),
            ("2016-11-23", None, AFTER, False),
            # Of a month, a week or a year the end that speaks for the pack counts.
            ("2016-11", None, date(2026, 11, 1), False),
            ("2016-11", None, date(2026, 11, 2), None),
            ("2016-11", None, date(2026, 11, 30), None),
            ("2016-11", None, date(2026, 12, 1), True),
            ("2016", None, date(2026, 1, 1), False),
            ("2016", None, date(2026, 12, 31), None),
            ("2016", None, date(2027, 1, 1), True),
            ("2016-W47", None, date(2026, 11, 21), False),
            ("2016-W47", None, date(2026, 11, 27), None),
            ("2016-W47", None, date(2026, 11, 28), True),
            # From 29 February a life of ten years ends with 1 March.
            ("2016-02-29", None, date(2026, 3, 1), False),
            ("2016-02-29", None, date(2026, 3, 2), True),
            # The first use shows an end, but no age: the pack may be older.
            (None, "2016-11-22", ENDS, None),
            (None, "2016-11-22", AFTER, True),
            ("2016", "2016-11-22", date(2026, 12, 1), True),
            ("2016-11-22", "2016-11-30", ENDS, False),
            (None, None, AFTER, None),
            ("", "", AFTER, None),
        ],
    )
    def test_is_exact_to_the_day(self, produced, first_used, on, found):
        assert is_beyond_calendar_life(years=10, produced=produced, first_used=first_used, on=on) is found

    def test_knows_nothing_without_the_makers_word(self):
        assert is_beyond_calendar_life(years=None, produced="1990", first_used="1990", on=AFTER) is None
