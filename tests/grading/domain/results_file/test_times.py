import pytest

from grading.domain.results_file.times import AMBIGUOUS, NO_MOMENT, NO_TIME, NotAMoment, read_moment


class TestReadMoment:
    @pytest.mark.parametrize(
        ("text", "utc"),
        [
            ("2026-11-22 14:30", "2026-11-22T14:30:00+00:00"),
            ("2026-11-22T14:30:15Z", "2026-11-22T14:30:15+00:00"),
            ("2026-11-22T14:30:15.250+01:00", "2026-11-22T13:30:15+00:00"),
            ("2026-11-22 00:30 +0100", "2026-11-21T23:30:00+00:00"),
            ("2026-11-22 14:30 UTC", "2026-11-22T14:30:00+00:00"),
            ("22.11.2026 14:30", "2026-11-22T14:30:00+00:00"),
            ("11/22/2026 2:30 pm", "2026-11-22T14:30:00+00:00"),
            ("11/22/2026 12:30 AM", "2026-11-22T00:30:00+00:00"),
            ("2026年11月22日 14时30分", "2026-11-22T14:30:00+00:00"),
            ("2026-11-22 00:00:00", "2026-11-22T00:00:00+00:00"),
        ],
    )
    def test_reads_what_people_write_without_a_zone_as_utc(self, text, utc):
        assert read_moment(text).isoformat() == utc

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("03/04/2026 10:00", AMBIGUOUS),
            ("2026-11-22", NO_TIME),
            ("yesterday 10:00", NO_MOMENT),
            ("2026-02-30 10:00", NO_MOMENT),
            ("2026-11-22 25:00", NO_MOMENT),
            ("2026-11-22 13:00 pm", NO_MOMENT),
            ("2026-11 10:00", NO_MOMENT),
            ("45000 10:00", NO_MOMENT),
            ("14:30", NO_MOMENT),
        ],
    )
    def test_refuses_what_is_not_clear(self, text, why):
        with pytest.raises(NotAMoment) as refused:
            read_moment(text)

        assert str(refused.value) == why
