"""Register instruments, change them and record their calibrations."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from grading.domain.calibration import period_faults
from grading.models import Instrument
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class InstrumentExists(RuleViolation):
    """An instrument with this code is already here."""

    code = "instrument_exists"


class CalibrationRefused(RuleViolation):
    """The certificate's period cannot be right."""

    code = "calibration_refused"


@transaction.atomic
def create_instrument(
    *,
    code: str,
    name: str,
    kind: str,
    maker_serial: str,
    certificate_number: str,
    calibrated_from_date: date,
    calibrated_to_date: date,
    actor: Actor,
    at: datetime,
) -> Instrument:
    """Add an instrument with the certificate that it comes with.

    :raises InstrumentExists: when the code is taken.
    :raises CalibrationRefused: when the certificate begins after ``at``, ends before it begins, or
        lasts longer than any laboratory certifies.
    """
    _check_period(calibrated_from_date, calibrated_to_date, at)
    values: dict[str, Any] = {
        "code": code.strip().upper(),
        "name": name.strip(),
        "kind": Instrument.Kind(kind).value,
        "maker_serial": maker_serial.strip(),
        "certificate_number": certificate_number.strip(),
        "calibrated_from_date": calibrated_from_date,
        "calibrated_to_date": calibrated_to_date,
        "is_active": True,
    }
    try:
        with transaction.atomic():
            instrument = Instrument.objects.create(**values)
    except IntegrityError as exc:
        message = f"An instrument with the code {values['code']} is already here."
        raise InstrumentExists(message, fields={"code": "Taken."}) from exc
    _record("instrument.created", instrument, None, values, actor, at)
    return instrument


@transaction.atomic
def change_instrument(
    *,
    instrument_id: int,
    name: str,
    kind: str,
    maker_serial: str,
    is_active: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Instrument:
    """Correct an instrument or take it out of service; its code and its past results stay.

    Values that are already so change nothing and write nothing.

    :raises ReasonMissing: when something changes without a reason.
    """
    wanted = {
        "name": name.strip(),
        "kind": Instrument.Kind(kind).value,
        "maker_serial": maker_serial.strip(),
        "is_active": is_active,
    }
    return _change(instrument_id, wanted, "instrument.changed", actor, at, reason=reason)


@transaction.atomic
def record_calibration(
    *,
    instrument_id: int,
    certificate_number: str,
    calibrated_from_date: date,
    calibrated_to_date: date,
    actor: Actor,
    at: datetime,
) -> Instrument:
    """Put a new certificate in force; the former one stays in the trail and beside its results.

    Works on lapsed instruments too: this is how they come back. The same certificate twice writes nothing.

    :raises CalibrationRefused: as for a new instrument.
    """
    _check_period(calibrated_from_date, calibrated_to_date, at)
    wanted = {
        "certificate_number": certificate_number.strip(),
        "calibrated_from_date": calibrated_from_date,
        "calibrated_to_date": calibrated_to_date,
    }
    facts = {"certificate": wanted["certificate_number"], "until": calibrated_to_date}
    return _change(instrument_id, wanted, "instrument.calibrated", actor, at, facts=facts)


def _change(
    instrument_id: int,
    wanted: dict[str, Any],
    code: str,
    actor: Actor,
    at: datetime,
    *,
    reason: str = "",
    facts: dict[str, Any] | None = None,
) -> Instrument:
    instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
    after = {key: value for key, value in wanted.items() if getattr(instrument, key) != value}
    before = {key: getattr(instrument, key) for key in after}
    if after:
        for key, value in after.items():
            setattr(instrument, key, value)
        instrument.save(update_fields=list(after))
        _record(code, instrument, before, after, actor, at, reason=reason, facts=facts)
    return instrument


def _check_period(valid_from: date, valid_to: date, at: datetime) -> None:
    if faults := period_faults(valid_from=valid_from, valid_to=valid_to, today=at.date()):
        raise CalibrationRefused(fields=faults)


def _record(
    code: str,
    instrument: Instrument,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    actor: Actor,
    at: datetime,
    *,
    reason: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    event = Event(
        code=code,
        subject_id=instrument.pk,
        subject_label=str(instrument),
        before=before,
        after=after,
        facts=facts or {},
        reason=reason,
    )
    record(events=[event], actor=actor, at=at)
