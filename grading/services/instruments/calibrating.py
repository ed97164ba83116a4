"""Record calibrations, and withdraw those that were entered wrongly."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from grading.domain.calibration import period_faults
from grading.models import Calibration, Channel, Instrument
from grading.services.instruments.certificate_files import Upload, keep
from grading.services.instruments.changing import add_row, withdraw_row
from rebattery.actor import Actor
from rebattery.errors import RuleViolation


class CalibrationRefused(RuleViolation):
    """The certificate cannot be right."""

    code = "calibration_refused"


@transaction.atomic
def record_calibration(
    *,
    instrument_id: int,
    certificate_number: str,
    valid_from_date: date,
    valid_to_date: date | None,
    actor: Actor,
    at: datetime,
    channel_id: int | None = None,
    laboratory: str = "",
    has_passed: bool = True,
    upload: Upload | None = None,
    note: str = "",
) -> Calibration:
    """Add a certificate beside the former ones, of the whole instrument or of one channel.

    Works on an instrument in any standing: this is how lapsed and failed ones come back. The same
    certificate twice writes nothing and returns the one that is here.

    :param valid_to_date: first day on which it no longer holds; a failed one needs none.
    :raises CalibrationRefused: when it begins after ``at``, ends before it begins, lasts longer than any
        laboratory certifies, differs from a certificate of the same number, names a channel of another
        instrument, or has the number of another instrument's certificate and no note that says why.
    :raises CertificateFileRefused: when the file is neither a PDF nor a photo.
    """
    instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
    channel = Channel.objects.filter(pk=channel_id or 0, instrument=instrument).first()
    if channel_id and channel is None:
        raise CalibrationRefused(fields={"channel_id": "Choose a channel of this instrument."})
    if valid_to_date is None and has_passed:
        raise CalibrationRefused(fields={"valid_to_date": "Enter the day on which it ends."})
    valid_to_date = valid_to_date or valid_from_date + timedelta(days=1)
    check_period(valid_from_date, valid_to_date, at)
    number, what = certificate_number.strip(), (valid_from_date, valid_to_date, has_passed)
    if same := _same(instrument, channel, number, what):
        return same
    check_number(number, note, instrument=instrument)
    stored, name = keep(upload, at=at) if upload else (None, "")
    calibration = Calibration(
        instrument=instrument,
        channel=channel,
        certificate_number=number,
        laboratory=laboratory.strip(),
        valid_from_date=valid_from_date,
        valid_to_date=valid_to_date,
        has_passed=has_passed,
        stored_file=stored,
        file_name=name,
        note=note.strip(),
        at=at,
        person_id=actor.person_id,
        person_label=actor.label,
    )
    add_certificate(calibration, actor=actor, at=at)
    return calibration


def _same(
    instrument: Instrument, channel: Channel | None, number: str, what: tuple[date, date, bool]
) -> Calibration | None:
    counting = instrument.calibrations.filter(withdrawn_at__isnull=True)
    same = counting.filter(channel=channel, certificate_number=number).first()
    if same and (same.valid_from_date, same.valid_to_date, same.has_passed) != what:
        text = "A certificate of this number is here with other values. Withdraw it first."
        raise CalibrationRefused(fields={"certificate_number": text})
    return same


def add_certificate(calibration: Calibration, *, actor: Actor, at: datetime) -> None:
    """Insert ``calibration`` with its event."""
    about = calibration.instrument.code
    if calibration.channel:
        about += f", channel {calibration.channel.code}"
    facts: dict[str, Any] = {"instrument": about, "until": calibration.valid_to_date}
    if calibration.stored_file:
        facts["sha256"] = calibration.stored_file.sha256
    code = "calibration.recorded" if calibration.has_passed else "calibration.failed"
    add_row(calibration, code=code, field="certificate_number", facts=facts, actor=actor, at=at)


@transaction.atomic
def withdraw_calibration(*, calibration_id: int, reason: str, actor: Actor, at: datetime) -> Calibration:
    """Let a certificate that was entered wrongly count no more; results keep the number they were given.

    :raises AlreadyWithdrawn: when it was withdrawn before.
    :raises ReasonMissing: without a reason.
    """
    calibration = Calibration.objects.select_for_update().get(pk=calibration_id)
    facts = {"instrument": calibration.instrument.code}
    withdraw_row(calibration, code="calibration.withdrawn", facts=facts, reason=reason, actor=actor, at=at)
    return calibration


def check_number(number: str, note: str, *, instrument: Instrument) -> None:
    """Refuse the number of another instrument's certificate, unless a note says why: some cover several.

    :raises CalibrationRefused: naming the other instruments.
    """
    if note.strip():
        return
    counting = Calibration.objects.filter(withdrawn_at__isnull=True, certificate_number__iexact=number)
    others = counting.exclude(instrument=instrument)
    codes = others.order_by("instrument__code").values_list("instrument__code", flat=True).distinct()[:5]
    if found := ", ".join(codes):
        text = f"A certificate of this number is on {found}. If one covers both, say so in the note."
        raise CalibrationRefused(fields={"certificate_number": text})


def check_period(valid_from: date, valid_to: date, at: datetime) -> None:
    """Refuse a period that cannot be right.

    :raises CalibrationRefused: naming the field.
    """
    if faults := period_faults(valid_from=valid_from, valid_to=valid_to, today=at.date()):
        raise CalibrationRefused(fields=faults)
