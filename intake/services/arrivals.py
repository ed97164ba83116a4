"""Say when a batch is expected."""

from datetime import date, datetime

from django.db import transaction

from intake.domain.lifecycle import Status
from intake.models import Batch, Pack
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class ArrivalSettled(RuleViolation):
    """Nothing is to be expected of this batch any more."""

    code = "arrival_settled"


class ArrivalInThePast(RuleViolation):
    """The day has passed already."""

    code = "arrival_in_the_past"


@transaction.atomic
def expect_batch(*, batch_id: int, expected_on: date, actor: Actor, at: datetime) -> Batch:
    """Set the day on which a batch is to arrive; the same day again changes nothing.

    :raises ArrivalSettled: when nothing of it is still to come, or it is closed or cancelled.
    :raises ArrivalInThePast: when the day lies before today.
    """
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if batch.expected_on == expected_on:
        return batch
    _require_awaited(batch)
    if expected_on < at.date():
        raise ArrivalInThePast(fields={"expected_on": "Choose today or a later day."})
    put_expected(batch, expected_on, actor, at)
    return batch


def put_expected(batch: Batch, day: date | None, actor: Actor, at: datetime) -> None:
    """Let a locked batch be expected on ``day``, inside a transaction; the caller knows that it may be."""
    before = {"expected_on": batch.expected_on}
    batch.expected_on = day
    batch.save(update_fields=["expected_on"])
    event = Event(
        code="batch.expected",
        subject_id=batch.pk,
        subject_label=batch.number,
        supplier_id=batch.supplier_id,
        before=before,
        after={"expected_on": day},
        facts={"day": day},
    )
    record(events=[event], actor=actor, at=at)


def _require_awaited(batch: Batch) -> None:
    if batch.is_over:
        done = "cancelled" if batch.cancelled_at else "closed"
        raise ArrivalSettled(f"Batch {batch.number} is {done}: nothing more is expected.")
    if not Pack.objects.filter(batch=batch, status=Status.ANNOUNCED).exists():
        raise ArrivalSettled(f"No pack of batch {batch.number} is still to come.")
