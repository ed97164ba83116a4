"""Write one row of the registry with its event; used by all verbs of this package."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class TakenCode(RuleViolation):
    """This code is taken."""

    code = "code_taken"


class AlreadyWithdrawn(RuleViolation):
    """It was withdrawn already."""

    code = "already_withdrawn"


def add_row(
    row: Model, *, code: str, field: str, facts: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    """Insert ``row`` with its event.

    :raises TakenCode: when a row with the same ``field`` is here.
    """
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as exc:
        raise TakenCode(f"{getattr(row, field)} is here already.", fields={field: "Taken."}) from exc
    hidden = {"id", "at", "person_id", "person_label", "withdrawn_at"}
    names = [each.attname for each in row._meta.concrete_fields if each.attname not in hidden]
    after = {name: getattr(row, name) for name in names}
    _record(code, row, None, {k: v for k, v in after.items() if v not in (None, "")}, facts, "", actor, at)


def change_row(
    row: Model,
    wanted: Mapping[str, Any],
    *,
    code: str,
    facts: Mapping[str, Any],
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Set the columns of ``wanted`` that differ, with their event; nothing is written when none does."""
    after = {key: value for key, value in wanted.items() if getattr(row, key) != value}
    before = {key: getattr(row, key) for key in after}
    if not after:
        return
    for key, value in after.items():
        setattr(row, key, value)
    row.save(update_fields=list(after))
    _record(code, row, before, after, facts, reason, actor, at)


def withdraw_row(
    row: Any, *, code: str, facts: Mapping[str, Any], reason: str, actor: Actor, at: datetime
) -> None:
    """Let a wrong entry count no more; it stays visible.

    :raises AlreadyWithdrawn: when it was withdrawn before.
    :raises ReasonMissing: without a reason.
    """
    if row.withdrawn_at:
        raise AlreadyWithdrawn()
    change_row(row, {"withdrawn_at": at}, code=code, facts=facts, reason=reason, actor=actor, at=at)


def _record(
    code: str,
    row: Model,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    facts: Mapping[str, Any],
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    event = Event(
        code=code,
        subject_id=row.pk,
        subject_label=str(row),
        before=before,
        after=after,
        facts=facts,
        reason=reason,
    )
    record(events=[event], actor=actor, at=at)
