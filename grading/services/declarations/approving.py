"""Approve a declaration: from here on nothing is measured with the instrument."""

from datetime import datetime

from django.db import transaction

from grading.domain.blast_radius import AT_ONCE
from grading.models import DeclarationRun, InstrumentDeclaration
from grading.queries.declarations import Scope, acts_on_declaration, result_count, touched_pack_ids
from grading.services.declarations.carrying_out import carry_out
from grading.services.declarations.locking import freeze_instrument
from grading.services.declarations.proposing import DeclarationRefused, State, lock_proposed, settle, tell
from intake.domain.separation import Act, Judging, why_not
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor
from rebattery.jobs import Job, enqueue


@transaction.atomic
def approve_declaration(
    *, declaration_id: int, actor: Actor, at: datetime, at_once: int = AT_ONCE
) -> InstrumentDeclaration:
    """Declare the instrument bad and have everything follow from it.

    A set of at most ``at_once`` results is carried out here, in this transaction; a larger one by a worker,
    in one transaction too. Either way nothing can be recorded with the instrument from this commit on.

    :raises DeclarationRefused: when it is settled already, nobody is there to answer for it, or the person
        proposed it or measured with the instrument since then.
    """
    declaration = lock_proposed(declaration_id)
    if actor.person_id is None:
        raise DeclarationRefused("Only a person approves this. Nothing was changed.")
    scope = Scope.of(declaration)
    is_small = result_count(scope=scope) <= at_once
    locked = set(touched_pack_ids(scope=scope)) if is_small else set()
    # Packs first, as everywhere; a result that is recorded at this moment holds its pack and then waits
    # for the instrument, or we for it.
    lock_packs(pack_ids=sorted(locked))
    freeze_instrument(instrument_id=declaration.instrument_id)
    acts = acts_on_declaration(declaration=declaration)
    if own := why_not(Judging.DECLARATION, actor.person_id, acts):
        raise DeclarationRefused(f"{own} Nothing was changed.")
    count = result_count(scope=scope)
    changes = {
        "state": State.QUEUED.value,
        "settled_at": at,
        "settled_by_person_id": actor.person_id,
        "settled_by": actor.label,
        "measured_by_person_ids": sorted({person for act, person in acts if act is Act.MEASURED and person}),
        "result_count": count,
    }
    before = settle(declaration, changes)
    facts = {"results": count}
    tell(declaration, "approved", before=before, after=changes, facts=facts, actor=actor, at=at)
    # Another pack may have come in while we waited for the instrument. It is not locked, and to lock it now
    # would be the wrong way round: then a worker carries it all out.
    if is_small and locked >= set(touched_pack_ids(scope=Scope.of(declaration))):
        carry_out(declaration=declaration, actor=actor, at=at)
    else:
        DeclarationRun.objects.create(declaration=declaration)
        enqueue(Job.CARRY_OUT_DECLARATION, declaration_id=declaration.pk)
    return declaration
