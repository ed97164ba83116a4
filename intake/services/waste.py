"""Add and change waste operators and waste codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from intake.domain.dispositions import SHIPPED_CODES
from intake.models import WasteCode, WasteOperator
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.turns import await_turn

OPERATOR_FIELDS = ("name", "permit_number", "permit_valid_until", "country", "address", "is_active")
CODE_FIELDS = ("label", "applies_from", "applies_until", "is_confirmed", "note")


class OperatorExists(RuleViolation):
    """Another operator has this permit."""

    code = "operator_exists"


class WasteCodeExists(RuleViolation):
    """This code is in the table already."""

    code = "waste_code_exists"


class EndsBeforeItBegins(RuleViolation):
    """The last day lies before the first."""

    code = "ends_before_it_begins"


@transaction.atomic
def add_operator(*, values: Mapping[str, Any], actor: Actor, at: datetime) -> WasteOperator:
    """Add a waste operator; ``values`` holds columns named as in ``OPERATOR_FIELDS``.

    :raises OperatorExists: when another one of the country has the permit.
    """
    await_turn("waste operators")
    row = WasteOperator(created_at=at, **_known_of_operator(values))
    _refuse_permit_of_another(row)
    row.save()
    after = {name: getattr(row, name) for name in OPERATOR_FIELDS}
    _record("waste_operator.created", row, actor, at, after=after)
    return row


@transaction.atomic
def change_operator(
    *, operator_id: int, values: Mapping[str, Any], reason: str, actor: Actor, at: datetime
) -> WasteOperator:
    """Change a waste operator; orders keep what it was when they were made.

    :raises OperatorExists: when another one of the country has the permit.
    :raises ReasonMissing: when something changes and nobody says why.
    """
    await_turn("waste operators")
    row = WasteOperator.objects.select_for_update().get(pk=operator_id)
    told = _apply(row, _known_of_operator(values))
    if told:
        _refuse_permit_of_another(row)
        row.save(update_fields=list(told["after"]))
        _record("waste_operator.changed", row, actor, at, reason=reason, **told)
    return row


@transaction.atomic
def add_waste_code(*, code: str, values: Mapping[str, Any], actor: Actor, at: datetime) -> WasteCode:
    """Add a waste code; ``values`` holds columns named as in ``CODE_FIELDS``.

    :raises WasteCodeExists: when it is there.
    :raises EndsBeforeItBegins: when its last day lies before its first.
    """
    await_turn("waste codes")
    if WasteCode.objects.filter(code=code).exists():
        raise WasteCodeExists(f"{code} is in the table already.", fields={"code": "In the table already."})
    row = WasteCode(code=code, **_known(CODE_FIELDS, values))
    _refuse_days(row)
    row.save()
    after = {"code": code} | {name: getattr(row, name) for name in CODE_FIELDS}
    _record("waste_code.created", row, actor, at, after=after)
    return row


@transaction.atomic
def change_waste_code(
    *, waste_code_id: int, values: Mapping[str, Any], reason: str, actor: Actor, at: datetime
) -> WasteCode:
    """Change what is known of a waste code; the code itself stays, for orders carry it.

    :raises EndsBeforeItBegins: when its last day lies before its first.
    :raises ReasonMissing: when something changes and nobody says why.
    """
    row = WasteCode.objects.select_for_update().get(pk=waste_code_id)
    told = _apply(row, _known(CODE_FIELDS, values))
    if told:
        _refuse_days(row)
        row.save(update_fields=list(told["after"]))
        _record("waste_code.changed", row, actor, at, reason=reason, **told)
    return row


@transaction.atomic
def load_waste_codes(*, actor: Actor, at: datetime) -> int:
    """Add the codes that come with ReBattery and return how many were new; what is there stays as it is."""
    await_turn("waste codes")
    there = set(WasteCode.objects.values_list("code", flat=True))
    new = [shipped for shipped in SHIPPED_CODES if shipped.code not in there]
    for shipped in new:
        values = {name: getattr(shipped, name) for name in CODE_FIELDS if name != "label"}
        add_waste_code(code=shipped.code, values=values, actor=actor, at=at)
    return len(new)


def _known(fields: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in fields if name in values}


def _known_of_operator(values: Mapping[str, Any]) -> dict[str, Any]:
    known = _known(OPERATOR_FIELDS, values)
    return known | {"country": known["country"].upper()} if "country" in known else known


def _apply(row: WasteOperator | WasteCode, wanted: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Set what is new, and return what it was and is; nothing when nothing is."""
    after = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    return {"before": before, "after": after} if after else {}


def _refuse_permit_of_another(row: WasteOperator) -> None:
    same = WasteOperator.objects.filter(country=row.country, permit_number=row.permit_number)
    if same.exclude(pk=row.pk).exists():
        raise OperatorExists(
            f"Another operator has the permit {row.permit_number}.", fields={"permit_number": "Taken."}
        )


def _refuse_days(row: WasteCode) -> None:
    if row.applies_from and row.applies_until and row.applies_until < row.applies_from:
        raise EndsBeforeItBegins(fields={"applies_until": "This day lies before the first one."})


def _record(
    code: str, row: WasteOperator | WasteCode, actor: Actor, at: datetime, reason: str = "", **told: Any
) -> None:
    event = Event(code=code, subject_id=row.pk, subject_label=str(row), reason=reason, **told)
    record(events=[event], actor=actor, at=at)
