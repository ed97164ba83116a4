from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.calibration import LONGEST_INTERVAL_DAYS, period_faults, why_unusable

FROM, TO = date(2026, 1, 10), date(2027, 1, 10)
DAY = timedelta(days=1)


def why(on: date, *, is_active: bool = True) -> str:
    return why_unusable(is_active=is_active, certificate_number="CAL-7", valid_from=FROM, valid_to=TO, on=on)


class TestWhyUnusable:
    @pytest.mark.parametrize(
        ("on", "fault"),
        [
            (FROM - DAY, "Certificate CAL-7 holds only from 10 Jan 2026"),
            (FROM, ""),
            (FROM + DAY, ""),
            (TO - DAY, ""),
            (TO, "Calibration lapsed on 10 Jan 2027 (certificate CAL-7)"),
            (TO + DAY, "Calibration lapsed on 10 Jan 2027 (certificate CAL-7)"),
        ],
    )
    def test_holds_from_the_first_day_and_no_longer_on_the_last(self, on, fault):
        assert why(on) == fault

    def test_names_an_instrument_out_of_service(self):
        assert why(FROM, is_active=False) == "Out of service"

    @given(st.dates())
    def test_is_usable_exactly_within_the_period(self, on):
        assert (why(on) == "") == (FROM <= on < TO)


class TestPeriodFaults:
    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "field"),
        [
            (FROM, FROM + DAY, None),
            (FROM, FROM, "calibrated_to_date"),
            (FROM, FROM - DAY, "calibrated_to_date"),
            (FROM + DAY, TO, "calibrated_from_date"),
            (FROM, FROM + LONGEST_INTERVAL_DAYS * DAY, None),
            (FROM, FROM + (LONGEST_INTERVAL_DAYS + 1) * DAY, "calibrated_to_date"),
        ],
    )
    def test_names_the_field(self, valid_from, valid_to, field):
        faults = period_faults(valid_from=valid_from, valid_to=valid_to, today=FROM)

        assert list(faults) == ([field] if field else [])
