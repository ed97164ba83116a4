"""Propose that an instrument is declared bad; take the proposal back, or refuse it."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from grading.domain.blast_radius import since_faults
from grading.models import Channel, Instrument, InstrumentDeclaration
from intake.domain.separation import Act, Judging, why_not
from rebattery.actor import Actor
from rebattery.audit.record import Event, ReasonMissing, record
from rebattery.errors import RuleViolation

State = InstrumentDeclaration.State


class DeclarationRefused(RuleViolation):
    """This cannot be declared like that. Nothing was changed."""

    code = "declaration_refused"


class AlreadyProposed(DeclarationRefused):
    """The same is proposed already and waits for a second person."""

    code = "already_proposed"


@transaction.atomic
def propose_declaration(
    *,
    instrument_id: int,
    channel_id: int | None,
    since_at: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
) -> InstrumentDeclaration:
    """Propose to declare an instrument, or one of its channels, bad since a moment; nothing else happens.

    :raises DeclarationRefused: when nobody is there to answer for it, the channel is another instrument's,
        or the moment is still to come.
    :raises AlreadyProposed: while the same waits for its second person.
    :raises ReasonMissing: without a reason.
    """
    if actor.person_id is None:
        raise DeclarationRefused("Only a person declares instruments bad. Nothing was changed.")
    if faults := since_faults(since=since_at, now=at):
        raise DeclarationRefused(fields=faults)
    if not (reason := reason.strip()):
        raise ReasonMissing(fields={"reason": "Say why."})
    instrument = Instrument.objects.filter(pk=instrument_id).first()
    if instrument is None:
        raise DeclarationRefused(fields={"instrument_id": "Choose an instrument."})
    channel = Channel.objects.filter(pk=channel_id, instrument=instrument).first() if channel_id else None
    if channel_id and channel is None:
        raise DeclarationRefused(fields={"channel_id": "Choose a channel of this instrument."})
    made = InstrumentDeclaration(
        instrument=instrument,
        channel=channel,
        since_at=since_at,
        reason=reason,
        proposed_at=at,
        proposed_by_person_id=actor.person_id,
        proposed_by=actor.label,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise AlreadyProposed(
            f"{made.what} is proposed already and waits for a second person. Nothing was changed."
        ) from None
    after = {"instrument_id": instrument.pk, "channel_id": channel_id, "since_at": since_at}
    tell(made, "proposed", before=None, after=after, reason=reason, actor=actor, at=at)
    return made


@transaction.atomic
def withdraw_declaration(
    *, declaration_id: int, reason: str, actor: Actor, at: datetime
) -> InstrumentDeclaration:
    """Take back one's own proposal.

    :raises DeclarationRefused: when it is another person's or is settled already.
    :raises ReasonMissing: without a reason.
    """
    declaration = lock_proposed(declaration_id)
    if actor.person_id != declaration.proposed_by_person_id:
        raise DeclarationRefused(
            f"{declaration.proposed_by} proposed it and can withdraw it; others refuse it."
            " Nothing was changed."
        )
    return _close(declaration, State.WITHDRAWN, reason, actor, at)


@transaction.atomic
def refuse_declaration(
    *, declaration_id: int, reason: str, actor: Actor, at: datetime
) -> InstrumentDeclaration:
    """Refuse another person's proposal.

    :raises DeclarationRefused: when it is one's own or is settled already.
    :raises ReasonMissing: without a reason.
    """
    declaration = lock_proposed(declaration_id)
    if actor.person_id is None:
        raise DeclarationRefused("Only a person refuses a proposal. Nothing was changed.")
    acts = [(Act.PROPOSED, declaration.proposed_by_person_id)]
    if own := why_not(Judging.REFUSAL, actor.person_id, acts):
        raise DeclarationRefused(f"{own} Nothing was changed.")
    return _close(declaration, State.REFUSED, reason, actor, at)


def lock_proposed(declaration_id: int) -> InstrumentDeclaration:
    """Lock a proposal and return it.

    :raises DeclarationRefused: when it is not there or was settled before; says by whom.
    """
    rows = InstrumentDeclaration.objects.select_for_update(of=("self",))
    found = rows.select_related("instrument", "channel").filter(pk=declaration_id).first()
    if found is None:
        raise DeclarationRefused("This proposal is not there. Nothing was changed.")
    if found.state != State.PROPOSED:
        how = "approved" if found.is_approved else found.get_state_display().lower()
        raise DeclarationRefused(f"{found.settled_by} was first: it is {how}. Nothing was changed.")
    return found


def settle(declaration: InstrumentDeclaration, changes: dict[str, Any]) -> dict[str, Any]:
    """Write ``changes`` to the row and return what was there before."""
    before = {name: getattr(declaration, name) for name in changes}
    InstrumentDeclaration.objects.filter(pk=declaration.pk).update(**changes)
    for name, value in changes.items():
        setattr(declaration, name, value)
    return before


def tell(declaration: InstrumentDeclaration, what: str, *, actor: Actor, at: datetime, **more: Any) -> None:
    """Tell the trail what became of a declaration."""
    facts = {"instrument": declaration.what, "since": declaration.since_at.date()} | more.pop("facts", {})
    event = Event(
        code=f"instrument_declaration.{what}",
        subject_id=declaration.pk,
        subject_label=declaration.what,
        facts=facts,
        **more,
    )
    record(events=[event], actor=actor, at=at)


def _close(
    declaration: InstrumentDeclaration, state: State, reason: str, actor: Actor, at: datetime
) -> InstrumentDeclaration:
    if not (reason := reason.strip()):
        raise ReasonMissing(fields={"reason": "Say why."})
    changes = {
        "state": state.value,
        "settled_at": at,
        "settled_by_person_id": actor.person_id,
        "settled_by": actor.label,
        "settled_because": reason,
    }
    before = settle(declaration, changes)
    tell(declaration, state.value, before=before, after=changes, reason=reason, actor=actor, at=at)
    return declaration
