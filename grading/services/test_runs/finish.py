"""End testing by hand, whatever is still missing."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services.lifecycle import move_packs
from rebattery.actor import Actor
from rebattery.jobs import Job, enqueue


@transaction.atomic
def finish_testing(*, pack_ids: Sequence[int], actor: Actor, at: datetime) -> list[Pack]:
    """Hand packs over to grading with the evidence that is there; a missing fact that counts holds them.

    :raises MoveRefused: when a pack is not at the bench; names it, changes nothing.
    """
    packs = move_packs(pack_ids=pack_ids, move=Move.COMPLETE_TESTS, actor=actor, at=at)
    enqueue(Job.GRADE_WAITING)
    return packs
