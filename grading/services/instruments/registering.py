"""Register instruments and change them."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from grading.models import Calibration, Instrument
from grading.services.instruments.calibrating import add_certificate, check_number, check_period
from grading.services.instruments.changing import change_row
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class InstrumentExists(RuleViolation):
    """An instrument with this code is already here."""

    code = "instrument_exists"


@transaction.atomic
def create_instrument(
    *,
    code: str,
    name: str,
    kind: str,
    maker_serial: str,
    certificate_number: str,
    valid_from_date: date,
    valid_to_date: date,
    actor: Actor,
    at: datetime,
    laboratory: str = "",
    note: str = "",
) -> Instrument:
    """Add an instrument with the certificate that it comes with.

    :raises InstrumentExists: when the code is taken.
    :param note: on the certificate.
    :raises CalibrationRefused: when the certificate begins after ``at``, ends before it begins, lasts longer
        than any laboratory certifies, or has the number of another instrument's and no note that says why.
    """
    check_period(valid_from_date, valid_to_date, at)
    values = {
        "code": code.strip().upper(),
        "name": name.strip(),
        "kind": Instrument.Kind(kind).value,
        "maker_serial": maker_serial.strip(),
    }
    try:
        with transaction.atomic():
            instrument = Instrument.objects.create(**values)
    except IntegrityError as exc:
        message = f"An instrument with the code {values['code']} is already here."
        raise InstrumentExists(message, fields={"code": "Taken."}) from exc
    check_number(certificate_number.strip(), note, instrument=instrument)
    event = Event(
        code="instrument.created",
        subject_id=instrument.pk,
        subject_label=str(instrument),
        after=values | {"is_active": True},
    )
    record(events=[event], actor=actor, at=at)
    first = Calibration(
        instrument=instrument,
        certificate_number=certificate_number.strip(),
        laboratory=laboratory.strip(),
        valid_from_date=valid_from_date,
        valid_to_date=valid_to_date,
        note=note.strip(),
        at=at,
        person_id=actor.person_id,
        person_label=actor.label,
    )
    add_certificate(first, actor=actor, at=at)
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
    instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
    wanted = {
        "name": name.strip(),
        "kind": Instrument.Kind(kind).value,
        "maker_serial": maker_serial.strip(),
        "is_active": is_active,
    }
    if is_active != instrument.is_active:
        wanted["inactive_since_date"] = None if is_active else at.date()
    change_row(instrument, wanted, code="instrument.changed", facts={}, reason=reason, actor=actor, at=at)
    return instrument
