"""Suppliers with what they have sent."""

from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from intake.models import Batch, Manifest, Pack, Supplier


def suppliers_with_counts() -> QuerySet[Supplier]:
    """Return suppliers with ``batch_count``, ``pack_count``, ``file_count`` and ``last_file_at``."""
    return Supplier.objects.annotate(
        batch_count=_count(Batch),
        pack_count=_count(Pack),
        file_count=_count(Manifest),
        last_file_at=Subquery(_own(Manifest).annotate(last=Max("received_at")).values("last")),
    )


def suppliers_to_send_for() -> QuerySet[Supplier]:
    """Return the suppliers for whom staff may send a file."""
    return Supplier.objects.filter(is_active=True).order_by("name", "pk")


def matching(queryset: QuerySet[Supplier], text: str) -> QuerySet[Supplier]:
    """Keep the suppliers whose code or name contains ``text``."""
    return queryset.filter(Q(code__icontains=text) | Q(name__icontains=text))


def _count(model: type[Batch] | type[Pack] | type[Manifest]) -> Coalesce:
    # Sub-queries, because joining three "many" sides would multiply their rows.
    return Coalesce(Subquery(_own(model).annotate(number=Count("pk")).values("number")), 0)


def _own(model: type[Batch] | type[Pack] | type[Manifest]) -> QuerySet[Any, Any]:
    return model._default_manager.filter(supplier=OuterRef("pk")).order_by().values("supplier")


def supplier_by_code(*, code: str) -> Supplier | None:
    """Return the supplier with this code, whatever its case, or None."""
    return Supplier.objects.filter(code__iexact=code.strip()).first()
