"""Add and change pack types, by hand or from a list of facts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from intake.models import PackType
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.audit.trail import events
from rebattery.errors import RuleViolation

EDITABLE = tuple(
    field.name for field in PackType._meta.get_fields() if field.concrete and field.name not in ("id", "key")
)
"""Columns of a pack type that may change; its key stays for ever."""
LOAD_REASON = "The list of pack types that comes with ReBattery says so."


class PackTypeExists(RuleViolation):
    """Another pack type has this key."""

    code = "pack_type_exists"


@transaction.atomic
def add_pack_type(*, key: str, values: Mapping[str, Any], actor: Actor, at: datetime) -> PackType:
    """Add a pack type; ``values`` holds columns named as in ``EDITABLE``, None where nobody confirmed one.

    :raises PackTypeExists: when the key is taken.
    """
    key = key.strip().upper()
    if PackType.objects.filter(key=key).exists():
        raise PackTypeExists(f"Another pack type has the key {key}.", fields={"key": "Taken."})
    pack_type = PackType.objects.create(key=key, **_known(values))
    after = {"key": key, **{name: getattr(pack_type, name) for name in EDITABLE}}
    record(events=[_event("pack_type.created", pack_type, after=after)], actor=actor, at=at)
    return pack_type


@transaction.atomic
def change_pack_type(
    *, pack_type_id: int, values: Mapping[str, Any], reason: str, actor: Actor, at: datetime
) -> PackType:
    """Change a pack type; packs already announced keep what was declared for them.

    :raises ReasonMissing: when something changes and nobody says why.
    """
    pack_type = PackType.objects.select_for_update().get(pk=pack_type_id)
    event = _apply(pack_type, values, reason)
    if event:
        record(events=[event], actor=actor, at=at)
    return pack_type


@transaction.atomic
def load_pack_types(*, rows: Iterable[Mapping[str, Any]], actor: Actor, at: datetime) -> tuple[int, int]:
    """Bring the catalogue in line with ``rows`` and return how many types were added and changed.

    Each row holds ``key`` and columns named as in ``EDITABLE``. A type that a person has changed stays
    as that person left it; a second run changes nothing.
    """
    known = {pack_type.key: pack_type for pack_type in PackType.objects.select_for_update().order_by("pk")}
    hands_off = set(
        events()
        .filter(event_type="pack_type.changed", actor_kind__in=("user", "token"))
        .values_list("subject_id", flat=True)
    )
    added, changes = 0, []
    for row in rows:
        values = {name: value for name, value in row.items() if name != "key"}
        pack_type = known.get(row["key"])
        if pack_type is None:
            add_pack_type(key=row["key"], values=values, actor=actor, at=at)
            added += 1
        elif pack_type.pk not in hands_off and (event := _apply(pack_type, values, LOAD_REASON)):
            changes.append(event)
    record(events=changes, actor=actor, at=at)
    return added, len(changes)


def _apply(pack_type: PackType, values: Mapping[str, Any], reason: str) -> Event | None:
    after = {name: value for name, value in _known(values).items() if getattr(pack_type, name) != value}
    if not after:
        return None
    before = {name: getattr(pack_type, name) for name in after}
    for name, value in after.items():
        setattr(pack_type, name, value)
    pack_type.save(update_fields=list(after))
    return _event("pack_type.changed", pack_type, before=before, after=after, reason=reason)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in EDITABLE if name in values}


def _event(code: str, pack_type: PackType, **told: Any) -> Event:
    return Event(code=code, subject_id=pack_type.pk, subject_label=f"{pack_type.key} {pack_type}", **told)
