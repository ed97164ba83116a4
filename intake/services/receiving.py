"""Receive packs at the dock."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from intake.domain.identity import is_serial, normalize_serial
from intake.domain.lifecycle import GONE, NOT_HERE, TRANSITIONS, Move, Status
from intake.models import Batch, Pack, Scan
from intake.services.lifecycle import move_packs
from intake.services.telling import tell_closed
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.dates import moment_in_words
from rebattery.errors import RuleViolation
from rebattery.naming import named
from rebattery.turns import await_turn

Outcome = Scan.Outcome
_RECEIVABLE = TRANSITIONS[Move.RECEIVE].sources


class NothingScanned(RuleViolation):
    """Scan or type a serial."""

    code = "nothing_scanned"


class NotASerial(RuleViolation):
    """What was scanned or typed cannot be a serial."""

    code = "not_a_serial"


class NotInBatch(RuleViolation):
    """A serial is not in this batch."""

    code = "not_in_batch"


class BatchClosed(RuleViolation):
    """The batch is closed already."""

    code = "batch_closed"


@dataclass(frozen=True)
class _Reading:
    code: str
    outcome: Outcome
    pack: Pack | None
    nonce: uuid.UUID | None = None


@transaction.atomic
def receive(*, batch_id: int, code: str, nonce: uuid.UUID | None, actor: Actor, at: datetime) -> Scan:
    """Record one scan at the dock, and receive the pack when the batch expects it.

    Whatever comes of a serial is a record: a scan that receives nothing too. The same code sent again with
    the same ``nonce`` returns the scan that it made the first time and changes nothing.

    :raises NothingScanned: when ``code`` is blank.
    :raises NotASerial: when ``code`` names nothing; it is not recorded.
    """
    serial = normalize_serial(code)
    if not serial:
        raise NothingScanned(fields={"code": "Scan or type a serial."})
    if not is_serial(serial):
        read = "".join(sign for sign in code.strip() if sign.isprintable())[:60]
        raise NotASerial(
            fields={"code": f"“{read}” is not a serial: 4 to 40 letters, digits or . / _ -. Scan again."}
        )
    batch = Batch.objects.get(pk=batch_id)
    # One page sends many codes with one nonce when the scanner is faster than the network.
    own_nonce = nonce and uuid.uuid5(nonce, f"{batch_id}:{serial}")
    if own_nonce and (made := _scan_made_before(own_nonce)):
        return made
    pack = _expected(batch, [serial]).get(serial)
    if pack is None:
        elsewhere = list(Pack.objects.newest_stay().filter(serial=serial).order_by("pk")[:2])
        reading = _Reading(
            serial, Outcome.UNEXPECTED, elsewhere[0] if len(elsewhere) == 1 else None, own_nonce
        )
    else:
        reading = _Reading(serial, _outcome_for(pack), pack, own_nonce)
    return _record_readings(batch, [reading], actor, at)[0]


@transaction.atomic
def receive_many(*, batch_id: int, serials: Sequence[str], actor: Actor, at: datetime) -> list[Scan]:
    """Receive all of ``serials`` of one batch, or none of them.

    :raises NotInBatch: when the batch does not hold one of them; names them.
    :raises MoveRefused: when one of them cannot be received; names them.
    """
    wanted = list(dict.fromkeys(normalize_serial(serial) for serial in serials))
    batch = Batch.objects.get(pk=batch_id)
    packs = _expected(batch, wanted)
    if unknown := [serial for serial in wanted if serial not in packs]:
        raise NotInBatch(f"Not in batch {batch.number}: {named(unknown)}. Nothing was received.")
    return _record_readings(batch, [_Reading(s, Outcome.RECEIVED, packs[s]) for s in wanted], actor, at)


@transaction.atomic
def close_batch(*, batch_id: int, actor: Actor, at: datetime) -> Batch:
    """Close a batch: what has not arrived is missing from now on, each pack with its own trail event.

    A pack that comes late is still received into its closed batch.

    :raises BatchClosed: when it is closed already.
    """
    # Lock the packs first: a pack received at this very moment is either awaited here or not missing.
    absent = Pack.objects.filter(batch_id=batch_id, status=Status.ANNOUNCED).order_by("pk")
    absent_ids = [pack.pk for pack in absent.select_for_update(no_key=True)]
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if batch.closed_at:
        raise BatchClosed(f"Batch {batch.number} was closed on {moment_in_words(batch.closed_at)}.")
    if batch.cancelled_at:
        raise BatchClosed(f"Batch {batch.number} was cancelled on {moment_in_words(batch.cancelled_at)}.")
    move_packs(pack_ids=absent_ids, move=Move.MARK_MISSING, actor=actor, at=at, facts={"batch": batch.number})
    batch.closed_at = at
    batch.save(update_fields=["closed_at"])
    arrived = Pack.objects.filter(batch_id=batch_id).exclude(status__in=NOT_HERE).count()
    event = Event(
        code="batch.closed",
        subject_id=batch.pk,
        subject_label=batch.number,
        supplier_id=batch.supplier_id,
        before={"closed_at": None},
        after={"closed_at": at},
        facts={"received": arrived, "missing": len(absent_ids)},
    )
    record(events=[event], actor=actor, at=at)
    tell_closed(batch=batch, arrived=arrived, missing_ids=absent_ids, at=at)
    return batch


def _scan_made_before(nonce: uuid.UUID) -> Scan | None:
    # Two deliveries of one scan wait for each other here, so that the second finds what the first made.
    await_turn(f"scan {nonce}")
    return Scan.objects.select_related("pack", "batch").filter(nonce=nonce).first()


def _expected(batch: Batch, serials: Sequence[str]) -> dict[str, Pack]:
    packs = Pack.objects.filter(batch=batch, supplier_id=batch.supplier_id, serial__in=serials)
    return {pack.serial: pack for pack in packs.select_for_update(no_key=True).order_by("pk")}


def _outcome_for(pack: Pack) -> Outcome:
    status = Status(pack.status)
    if status in _RECEIVABLE:
        return Outcome.RECEIVED
    return Outcome.REFUSED if status in (Status.WITHDRAWN, *GONE) else Outcome.ALREADY


def _record_readings(batch: Batch, readings: Sequence[_Reading], actor: Actor, at: datetime) -> list[Scan]:
    arriving = [r.pack.pk for r in readings if r.outcome is Outcome.RECEIVED and r.pack]
    moved = move_packs(
        pack_ids=arriving, move=Move.RECEIVE, actor=actor, at=at, facts={"batch": batch.number}
    )
    now = {pack.pk: pack for pack in moved}
    scans = Scan.objects.bulk_create(
        Scan(
            batch=batch,
            pack=now.get(r.pack.pk, r.pack) if r.pack else None,
            code=r.code,
            outcome=r.outcome,
            at=at,
            person_id=actor.person_id,
            person_label=actor.label,
            nonce=r.nonce,
        )
        for r in readings
    )
    record(events=(_scan_event(scan, batch) for scan in scans), actor=actor, at=at)
    return scans


def _scan_event(scan: Scan, batch: Batch) -> Event:
    outcome = Outcome(scan.outcome).label.lower()
    return Event(
        code="scan.recorded",
        subject_id=scan.pk,
        subject_label=scan.code,
        pack_id=scan.pack_id,
        supplier_id=scan.pack.supplier_id if scan.pack else batch.supplier_id,
        after={"batch_id": batch.pk, "pack_id": scan.pack_id, "code": scan.code, "outcome": scan.outcome},
        facts={"outcome": f"{outcome} (batch {batch.number})"},
    )
