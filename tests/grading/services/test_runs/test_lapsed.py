"""What stands against an instrument on the day of a test, and on the day of recording."""

from datetime import UTC, date, datetime, timedelta

import pytest

from grading.models import CapacityTest
from grading.services.instruments import record_calibration
from grading.services.test_runs import InstrumentLapsed, ResultsRefused, record_capacity
from tests.bench import MEASURED_AT, RECORDED_AT, capacity
from tests.factories import balance, make_instrument

DAY = timedelta(days=1)


def refused(rows, actor, error=ResultsRefused) -> dict[str, str]:
    with pytest.raises(error) as refusal:
        record_capacity(rows=rows, actor=actor, at=RECORDED_AT)
    assert not CapacityTest.objects.exists()
    return refusal.value.fields


@pytest.mark.rule(13)
class TestInstrumentLapsed:
    TODAY = RECORDED_AT.date()

    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "ok"),
        [
            (TODAY - DAY, TODAY - DAY + DAY, False),  # lapsed: today is the first day without
            (TODAY - DAY, TODAY + DAY, True),  # lapses tomorrow
            (TODAY, TODAY + DAY, True),
            (TODAY + DAY, TODAY + 2 * DAY, False),
        ],
    )
    def test_counts_by_day(self, pack, actor, valid_from, valid_to, ok):
        instrument = make_instrument(calibrated_from_date=valid_from, calibrated_to_date=valid_to)

        if ok:
            record_capacity(rows=[capacity(pack, instrument)], actor=actor, at=RECORDED_AT)
        else:
            assert "instrument_id" in refused([capacity(pack, instrument)], actor, InstrumentLapsed)

    def test_yesterdays_reading_cannot_be_slipped_in_after_the_lapse(self, pack, actor):
        instrument = make_instrument(calibrated_to_date=self.TODAY)
        yesterday = datetime.combine(self.TODAY - DAY, MEASURED_AT.time(), UTC)

        fields = refused([capacity(pack, instrument, measured_at=yesterday)], actor, InstrumentLapsed)

        assert (
            fields["instrument_id"]
            == f"{instrument.code}: Calibration lapsed on 20 Nov 2026 (certificate CAL-1)"
        )

    def test_todays_certificate_does_not_cover_yesterdays_reading(self, pack, actor):
        instrument = make_instrument(calibrated_from_date=self.TODAY)

        refused([capacity(pack, instrument, measured_at=MEASURED_AT - DAY)], actor, InstrumentLapsed)

    def test_a_test_from_before_a_recalibration_takes_the_certificate_of_its_day(self, pack, actor):
        instrument = make_instrument(calibrated_to_date=self.TODAY)
        record_calibration(
            instrument_id=instrument.pk,
            certificate_number="CAL-2",
            valid_from_date=self.TODAY,
            valid_to_date=date(2027, 11, 20),
            actor=actor,
            at=RECORDED_AT,
        )

        row = capacity(pack, instrument, measured_at=MEASURED_AT - DAY)
        record_capacity(rows=[row], actor=actor, at=RECORDED_AT)

        balance()
        assert CapacityTest.objects.get().certificate_number == "CAL-1"

    def test_out_of_service_is_refused(self, pack, actor):
        refused([capacity(pack, make_instrument(is_active=False))], actor, InstrumentLapsed)

    def test_past_results_stay_when_the_calibration_lapses(self, pack, instrument, actor):
        record_capacity(rows=[capacity(pack, instrument)], actor=actor, at=RECORDED_AT)
        record_calibration(
            instrument_id=instrument.pk,
            certificate_number="CAL-2",
            valid_from_date=date(2026, 11, 1),
            valid_to_date=date(2026, 11, 10),
            actor=actor,
            at=RECORDED_AT,
        )

        balance()
        assert CapacityTest.objects.get().certificate_number == "CAL-1"
