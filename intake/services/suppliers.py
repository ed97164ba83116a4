"""Add and change suppliers."""

from datetime import datetime

from django.db import transaction

from intake.models import Supplier
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class SupplierExists(RuleViolation):
    """Another supplier has this code."""

    code = "supplier_exists"


@transaction.atomic
def add_supplier(*, code: str, name: str, country: str, actor: Actor, at: datetime) -> Supplier:
    """Add a supplier; ``code`` is its short name in files and commands, upper-cased.

    :raises SupplierExists: when the code is taken.
    """
    code = code.strip().upper()
    if Supplier.objects.filter(code=code).exists():
        raise SupplierExists(f"Another supplier has the code {code}.", fields={"code": "Taken."})
    supplier = Supplier.objects.create(code=code, name=name, country=country.upper(), created_at=at)
    after = {"code": code, "name": name, "country": supplier.country, "is_active": True}
    _record("supplier.created", supplier, actor, at, before=None, after=after)
    return supplier


@transaction.atomic
def change_supplier(
    *, supplier_id: int, name: str, country: str, is_active: bool, actor: Actor, at: datetime
) -> Supplier:
    """Change a supplier's name, country or whether it may send files; the code stays for ever."""
    supplier = Supplier.objects.select_for_update().get(pk=supplier_id)
    wanted = {"name": name, "country": country.upper(), "is_active": is_active}
    after = {field: value for field, value in wanted.items() if getattr(supplier, field) != value}
    if not after:
        return supplier
    before = {field: getattr(supplier, field) for field in after}
    for field, value in after.items():
        setattr(supplier, field, value)
    supplier.save(update_fields=list(after))
    _record("supplier.changed", supplier, actor, at, before=before, after=after)
    return supplier


def _record(
    code: str,
    supplier: Supplier,
    actor: Actor,
    at: datetime,
    *,
    before: dict[str, object] | None,
    after: dict[str, object],
) -> None:
    event = Event(
        code=code,
        subject_id=supplier.pk,
        subject_label=str(supplier),
        supplier_id=supplier.pk,
        before=before,
        after=after,
    )
    record(events=[event], actor=actor, at=at)
