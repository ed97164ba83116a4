import hashlib
from datetime import date, datetime, timedelta

import pytest

from grading.models import Calibration
from grading.queries.instruments import standing_of
from grading.services.instruments import (
    AlreadyWithdrawn,
    CalibrationRefused,
    CertificateFileRefused,
    Upload,
    add_channel,
    record_calibration,
    withdraw_calibration,
)
from intake.services import files
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_instrument, make_person

pytestmark = pytest.mark.django_db
TODAY = AT.date()
PDF = b"%PDF-1.7\n%certificate\n"


@pytest.fixture
def actor():
    return make_actor(make_person("administrator", name="Ada"))


@pytest.fixture
def calibrate(actor):
    def made(instrument, **fields) -> Calibration:
        values = {
            "certificate_number": "CAL-2",
            "valid_from_date": TODAY,
            "valid_to_date": date(2027, 11, 20),
        }
        return record_calibration(instrument_id=instrument.pk, **values | fields, actor=actor, at=AT)

    return made


def story(calibration: Calibration) -> list[str]:
    events = events_of(subject_type="calibration", subject_id=calibration.pk)
    return [entry_of(event).sentence for event in events]


class TestRecordCalibration:
    @pytest.mark.rule(13)
    def test_brings_a_lapsed_instrument_back_and_keeps_the_former_certificate(self, calibrate):
        lapsed = make_instrument(code="CY-1", calibrated_to_date=date(2026, 3, 1))
        assert standing_of(instrument=lapsed, on=TODAY).fault

        made = calibrate(lapsed, laboratory=" LabCo ")

        balance()
        assert standing_of(instrument=lapsed, on=TODAY).certificate_number == "CAL-2"
        assert standing_of(instrument=lapsed, on=date(2026, 2, 1)).certificate_number == "CAL-1"
        assert (made.laboratory, made.person_label) == ("LabCo", "Ada")
        assert story(made) == ["Ada recorded certificate CAL-2 for CY-1, valid until 20 Nov 2027."]

    def test_writes_the_same_certificate_once(self, calibrate):
        instrument = make_instrument()

        assert calibrate(instrument) == calibrate(instrument)

        balance()
        assert instrument.calibrations.count() == 2

    def test_refuses_the_same_number_with_another_period(self, calibrate):
        instrument = make_instrument()
        calibrate(instrument)

        with pytest.raises(CalibrationRefused) as refusal:
            calibrate(instrument, valid_to_date=date(2027, 11, 21))

        assert list(refusal.value.fields) == ["certificate_number"]

    def test_wants_a_word_where_another_instrument_has_the_number(self, calibrate):
        first, second = make_instrument(code="CY-1"), make_instrument(code="CY-2")
        withdrawn = calibrate(first)

        with pytest.raises(CalibrationRefused) as refusal:
            calibrate(second, certificate_number="cal-2 ", note=" ")

        text = "A certificate of this number is on CY-1. If one covers both, say so in the note."
        assert refusal.value.fields == {"certificate_number": text}
        assert calibrate(second, note="Covers CY-1 and CY-2.").certificate_number == "CAL-2"
        withdraw_calibration(calibration_id=withdrawn.pk, reason="Mistyped", actor=make_actor(), at=AT)
        assert calibrate(second) and calibrate(second, certificate_number="CAL-3")

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"valid_to_date": TODAY}, "valid_to_date"),
            ({"valid_to_date": None}, "valid_to_date"),
            ({"valid_from_date": TODAY + timedelta(days=1)}, "valid_from_date"),
            ({"channel_id": 0, "valid_to_date": TODAY}, "valid_to_date"),
            ({"channel_id": 999_999}, "channel_id"),
        ],
    )
    def test_refuses_what_cannot_be(self, calibrate, fields, field):
        with pytest.raises(CalibrationRefused) as refusal:
            calibrate(make_instrument(), **fields)

        assert list(refusal.value.fields) == [field]

    def test_a_failed_one_makes_it_unusable_and_needs_no_end(self, calibrate):
        instrument = make_instrument(code="CY-1")

        made = calibrate(instrument, has_passed=False, valid_to_date=None)

        balance()
        found = standing_of(instrument=instrument, on=TODAY)
        assert found.fault == "Failed its calibration on 20 Nov 2026 (certificate CAL-2)"
        assert story(made) == ["Ada recorded certificate CAL-2: CY-1 failed its calibration."]

    def test_one_of_a_channel_covers_that_channel_only(self, calibrate, actor):
        instrument = make_instrument(certificate_number="")
        channels = [
            add_channel(instrument_id=instrument.pk, code=code, limits={}, actor=actor, at=AT)
            for code in ("1", "2")
        ]

        calibrate(instrument, channel_id=channels[0].pk)

        balance()
        found = standing_of(instrument=instrument, on=TODAY)
        assert [found.channels[each.pk].usable for each in channels] == [True, False]
        assert (found.fault, found.certificate_number) == ("", "")

    def test_keeps_its_file(self, calibrate, settings, tmp_path):
        settings.FILES_ROOT = tmp_path

        made = calibrate(make_instrument(), upload=Upload("../CAL 2.pdf", PDF))

        balance()
        assert files.path_of(made.stored_file).read_bytes() == PDF
        told = events_of(subject_type="calibration", subject_id=made.pk).get()
        assert told.facts["sha256"] == hashlib.sha256(PDF).hexdigest()
        assert made.file_name == ".._CAL 2.pdf"

    @pytest.mark.parametrize("content", [b"", b"MZ program", b"<html>", b"a,b\n1,2\n", b"PK\x03\x04"])
    def test_refuses_a_file_that_is_no_certificate(self, calibrate, settings, tmp_path, content):
        settings.FILES_ROOT = tmp_path
        instrument = make_instrument()

        with pytest.raises(CertificateFileRefused) as refusal:
            calibrate(instrument, upload=Upload("a.pdf", content))

        assert list(refusal.value.fields) == ["file"]
        assert instrument.calibrations.count() == 1


class TestWithdrawCalibration:
    def withdraw(self, calibration, actor, reason="Wrong year", at: datetime = AT):
        return withdraw_calibration(calibration_id=calibration.pk, reason=reason, actor=actor, at=at)

    def test_counts_no_more_but_stays(self, calibrate, actor):
        instrument = make_instrument(calibrated_to_date=date(2026, 3, 1))
        made = calibrate(instrument)

        self.withdraw(made, actor)

        balance()
        assert standing_of(instrument=instrument, on=TODAY).fault.startswith("Calibration lapsed")
        assert story(made)[-1] == f"Ada withdrew certificate CAL-2 of {instrument.code}: Wrong year"
        assert calibrate(instrument, valid_to_date=date(2027, 1, 1)).pk != made.pk

    def test_needs_a_reason_and_happens_once(self, calibrate, actor):
        made = calibrate(make_instrument())

        with pytest.raises(ReasonMissing):
            self.withdraw(made, actor, reason=" ")
        self.withdraw(made, actor)
        with pytest.raises(AlreadyWithdrawn):
            self.withdraw(made, actor)
