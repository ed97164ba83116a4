"""Withdraw announced packs that will not come."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from intake.domain.lifecycle import Move, Status
from intake.models import Pack
from intake.services.lifecycle import move_packs
from rebattery.actor import Actor
from rebattery.errors import RuleViolation


class NothingToWithdraw(RuleViolation):
    """No pack of this batch is still on its way."""

    code = "nothing_to_withdraw"


@transaction.atomic
def withdraw_batch(*, batch_id: int, reason: str, actor: Actor, at: datetime) -> list[Pack]:
    """Withdraw every pack of a batch that has not arrived; what is in the building stays.

    :raises NothingToWithdraw: when none is still on its way.
    :raises ReasonMissing: when there is no reason.
    """
    waiting = Pack.objects.filter(batch_id=batch_id, status=Status.ANNOUNCED).order_by("pk")
    ids: Sequence[int] = [pack.pk for pack in waiting.select_for_update(no_key=True)]
    if not ids:
        raise NothingToWithdraw
    return move_packs(pack_ids=ids, move=Move.WITHDRAW, actor=actor, at=at, reason=reason)
