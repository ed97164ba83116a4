"""End an override that counts, so that the policy speaks again."""

from datetime import datetime

from django.db import transaction

from grading.domain.review_reasons import ENDING_REASONS
from grading.models import Decision
from grading.queries.override_ends import obstacle_to_end, override_in_force
from grading.queries.policies import policy_in_force
from grading.services.decisions.deciding import decide_on, decide_or_hold
from grading.services.reviews.cases import AlreadyDecided, Justification, ReviewRefused
from intake.domain.lifecycle import Move
from intake.services.lifecycle import lock_packs, move_locked
from rebattery.actor import Actor


@transaction.atomic
def end_override(
    *, pack_id: int, decision_id: int, why: Justification, actor: Actor, at: datetime
) -> Decision:
    """End the override in force on a pack, and return what the policy in force says of it now.

    One reviewer who did not measure the pack suffices, also one who asked for the override or approved it.

    :param decision_id: the override that the person saw.
    :raises AlreadyDecided: when another decision is in force since.
    :raises ReviewRefused: when the pack has moved on, stands in an order, or is the person's own work.
    :raises ReasonMissing: when nobody says why.
    :raises NoPolicyInForce: when there is nothing to judge by.
    """
    if actor.person_id is None:
        raise ReviewRefused("Only a person ends an override. Nothing was changed.")
    if why.code not in ENDING_REASONS:
        raise ReviewRefused(fields={"reason_code": "Choose a reason."})
    [pack] = lock_packs(pack_ids=[pack_id])
    override = override_in_force(pack_id=pack_id)
    if override is None or override.pk != decision_id:
        raise AlreadyDecided("This override is not in force any more. Nothing was changed.")
    if obstacle := obstacle_to_end(pack=pack, decision=override, person_id=actor.person_id):
        raise ReviewRefused(f"{obstacle} Nothing was changed.")
    version = policy_in_force(at=at)
    move_locked(
        packs=[pack],
        move=Move.END_OVERRIDE,
        actor=actor,
        at=at,
        reason=why.text,
        reason_code=why.code,
        facts={"grade": override.grade, "policy": str(version)},
    )
    # One that cannot be judged is held, so that the override ends all the same.
    decide_or_hold(
        pack_ids=[pack_id],
        decide=transaction.atomic(
            lambda _, message: decide_on(packs=[pack], version=version, actor=actor, at=at, message=message)
        ),
    )
    return Decision.objects.select_related("policy").get(pack_id=pack_id, superseded_by=None)
