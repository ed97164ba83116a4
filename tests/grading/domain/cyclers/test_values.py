"""Numbers, durations and dates out of text."""

import math

import numpy as np
import polars as pl
import pytest

from grading.domain.cyclers.values import clock_of, clock_span, durations_of, numbers_of


def values(found):
    return [None if math.isnan(value) else value for value in found[0]], list(found[1])


class TestNumbersOf:
    @pytest.mark.parametrize(
        ("text", "has_comma", "value", "failed"),
        [
            ("1.5", False, 1.5, False),
            (" 1.5E+003 ", False, 1500.0, False),
            ("67,002.5", False, 67_002.5, False),
            ("1,234", False, None, True),
            ("1,23.5", False, None, True),
            ("1,5", True, 1.5, False),
            ("67.002,5", True, 67_002.5, False),
            ("1.5", True, None, True),
            ("", False, None, False),
            ("-", False, None, False),
            ("NaN", False, None, False),
            ("inf", False, None, True),
            ("3.7x", False, None, True),
        ],
    )
    def test_reads_or_refuses(self, text, has_comma, value, failed):
        found = numbers_of(pl.Series([text]), has_decimal_comma=has_comma)

        assert values(found) == ([value], [failed])


class TestDurationsOf:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("00:22:05", 1325.0),
            ("144:02:18", 518_538.0),
            ("00:22:05.05", 1325.05),
            ("0d 00:22:05.05", 1325.05),
            ("2d 01:00:00", 176_400.0),
            ("1 day, 0:22:05", 87_725.0),
            ("2-03:04:05", 183_845.0),
            ("00:22:05:050", 1325.05),
            ("00:22:05,5", 1325.5),
        ],
    )
    def test_reads_every_form(self, text, seconds):
        # Alone it is read digit by digit, beside another form each for itself: both must agree.
        alone = durations_of(pl.Series([text]))
        beside = durations_of(pl.Series([text, "1d 00:00:00.125"]))

        assert alone[0] == pytest.approx([seconds], abs=1e-9)
        assert beside[0] == pytest.approx([seconds, 86_400.125], abs=1e-9)

    def test_reads_hours_that_grow(self):
        found = durations_of(pl.Series(["99:59:59", "100:00:00"]))

        assert list(found[0]) == [359_999.0, 360_000.0]

    @pytest.mark.parametrize("text", ["1:02", "x", "10:aa:10", "12"])
    def test_refuses(self, text):
        assert list(durations_of(pl.Series(["00:00:00", text]))[1]) == [False, True]


class TestClockOf:
    @pytest.mark.parametrize(
        ("first", "last", "span_s"),
        [
            ("2024-05-01 10:00:00", "2024-05-01 10:00:01.5", 1.5),
            ("12/16/2019 14:03:25", "12/17/2019 14:03:25", 86_400.0),
            ("5/11/2021 3:40:24 PM", "5/14/2021 7:10:13 AM", 228_589.0),
            ("23-Nov-23 3:56:11 PM", "23-Nov-23 3:56:24 PM", 13.0),
            ("31.12.2023 23:59:59", "01.01.2024 00:00:01", 2.0),
            ("31/01/2024 00:00:00", "01/02/2024 00:00:00", 86_400.0),
            ("1499006353", "1499012661", 6308.0),
            ("1719933538046", "1719933539046", 1.0),
        ],
    )
    def test_reads_every_form(self, first, last, span_s):
        found = clock_span(first, last)

        assert found is not None
        assert found[1] == pytest.approx(span_s)

    def test_tells_the_day_by_the_order(self):
        value, _ = clock_of(pl.Series(["03/02/2024 00:00:00", "04/02/2024 00:00:00", "01/03/2024 00:00:00"]))

        assert list(np.diff(value)) == [86_400.0, 26 * 86_400.0]

    def test_knows_no_date_in_other_text(self):
        assert clock_span("begin", "end") is None
