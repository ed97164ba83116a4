"""Withdraw announced packs that will not come."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from intake.domain.lifecycle import Move, Status
from intake.models import Batch, Pack
from intake.services.lifecycle import move_packs
from intake.services.telling import tell_cancelled
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class NothingToWithdraw(RuleViolation):
    """No pack of this batch is still on its way."""

    code = "nothing_to_withdraw"


@transaction.atomic
def withdraw_batch(*, batch_id: int, reason: str, actor: Actor, at: datetime) -> list[Pack]:
    """Withdraw every pack of a batch that has not arrived; what is in the building stays.

    When nothing has arrived the batch is cancelled.

    :raises NothingToWithdraw: when none is still on its way.
    :raises ReasonMissing: when there is no reason.
    """
    waiting = Pack.objects.filter(batch_id=batch_id, status=Status.ANNOUNCED).order_by("pk")
    ids: Sequence[int] = [pack.pk for pack in waiting.select_for_update(no_key=True)]
    if not ids:
        raise NothingToWithdraw
    withdrawn = move_packs(pack_ids=ids, move=Move.WITHDRAW, actor=actor, at=at, reason=reason)
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if not Pack.objects.filter(batch=batch).exclude(status=Status.WITHDRAWN).exists():
        _cancel(batch, len(withdrawn), reason, actor, at)
    return withdrawn


def _cancel(batch: Batch, packs: int, reason: str, actor: Actor, at: datetime) -> None:
    batch.cancelled_at = at
    batch.save(update_fields=["cancelled_at"])
    event = Event(
        code="batch.cancelled",
        subject_id=batch.pk,
        subject_label=batch.number,
        supplier_id=batch.supplier_id,
        before={"cancelled_at": None},
        after={"cancelled_at": at},
        facts={"packs": packs},
        reason=reason,
    )
    record(events=[event], actor=actor, at=at)
    tell_cancelled(batch=batch, packs=packs, at=at)
