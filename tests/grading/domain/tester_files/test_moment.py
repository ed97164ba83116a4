"""When a test ended, by the clock of its file."""

from datetime import UTC, datetime

import pytest

from grading.domain.tester_files.moment import ended_at


def end(started_at, *, duration_s=3600.0, **meta):
    return ended_at({"started_at": started_at, "duration_s": duration_s, "meta": meta})


class TestEndedAt:
    @pytest.mark.parametrize(
        ("written", "hour"),
        [
            ("2026-11-20 08:00:00", 9),
            ("2026-11-20T08:00:00+00:00", 9),
            ("2026-11-20T08:00:00.914+02:00", 7),
        ],
    )
    def test_is_the_start_and_the_duration_in_utc(self, written, hour):
        assert end(written).replace(microsecond=0) == datetime(2026, 11, 20, hour, tzinfo=UTC)

    @pytest.mark.parametrize("written", ["", "2026-11-20", "5/11/2021 3:40:24 PM", "soon"])
    def test_is_unknown_where_the_file_does_not_tell_it(self, written):
        assert end(written) is None

    def test_is_unknown_without_a_duration(self):
        assert end("2026-11-20 08:00:00", duration_s=None) is None

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("12/16/2019", datetime(2019, 12, 16, 15, 3, 25, tzinfo=UTC)),
            ("23-Nov-23 3:56:08 PM", datetime(2019, 12, 16, 15, 3, 25, tzinfo=UTC)),
            ("5/11/2021 3:40:24 PM", None),
        ],
    )
    def test_takes_the_clock_of_the_records_unless_day_and_month_are_in_doubt(self, written, expected):
        assert end(written, clock_start="2019-12-16 14:03:25") == expected
