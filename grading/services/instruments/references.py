"""Register reference items, by which instruments are watched."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from grading.models import ReferenceItem
from grading.services.instruments.changing import add_row, change_row
from rebattery.actor import Actor
from rebattery.errors import RuleViolation


class ReferenceRefused(RuleViolation):
    """These values make no reference."""

    code = "reference_refused"


@transaction.atomic
def add_reference_item(
    *,
    code: str,
    name: str,
    quantity: str,
    reference_value: Decimal,
    tolerance_percent: Decimal,
    interval_days: int,
    source: str,
    actor: Actor,
    at: datetime,
) -> ReferenceItem:
    """Add an item whose value is known.

    :raises TakenCode: when the code is taken.
    :raises ReferenceRefused: when the value, the tolerance or the interval is not above zero.
    """
    _check(reference_value, tolerance_percent, interval_days)
    item = ReferenceItem(
        code=code.strip().upper(),
        name=name.strip(),
        quantity=ReferenceItem.Quantity(quantity).value,
        reference_value=reference_value,
        tolerance_percent=tolerance_percent,
        interval_days=interval_days,
        source=source.strip(),
    )
    add_row(item, code="reference_item.added", field="code", facts={}, actor=actor, at=at)
    return item


@transaction.atomic
def change_reference_item(
    *,
    item_id: int,
    name: str,
    reference_value: Decimal,
    tolerance_percent: Decimal,
    interval_days: int,
    source: str,
    is_active: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> ReferenceItem:
    """Change what is known of an item; measurements made before keep the reference they were judged by.

    :raises ReasonMissing: when something changes without a reason.
    :raises ReferenceRefused: as for a new one.
    """
    _check(reference_value, tolerance_percent, interval_days)
    item = ReferenceItem.objects.select_for_update().get(pk=item_id)
    wanted = {
        "name": name.strip(),
        "reference_value": reference_value,
        "tolerance_percent": tolerance_percent,
        "interval_days": interval_days,
        "source": source.strip(),
        "is_active": is_active,
    }
    change_row(item, wanted, code="reference_item.changed", facts={}, reason=reason, actor=actor, at=at)
    return item


def _check(reference_value: Decimal, tolerance_percent: Decimal, interval_days: int) -> None:
    values: dict[str, Decimal | int] = {
        "reference_value": reference_value,
        "tolerance_percent": tolerance_percent,
        "interval_days": interval_days,
    }
    if faults := {name: "This must be above zero." for name, value in values.items() if value <= 0}:
        raise ReferenceRefused(fields=faults)
