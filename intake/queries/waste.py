"""Waste operators and waste codes, for pages and for orders."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from intake.models import WasteCode, WasteOperator


def operators() -> QuerySet[WasteOperator]:
    """Return all waste operators, each with ``order_count``."""
    return WasteOperator.objects.annotate(order_count=Count("orders"))


def operators_to_choose(*, on: date) -> QuerySet[WasteOperator]:
    """Return the operators that may take waste on a day, by name."""
    return WasteOperator.objects.filter(is_active=True, permit_valid_until__gte=on).order_by("name", "pk")


def matching(rows: QuerySet[WasteOperator], text: str) -> QuerySet[WasteOperator]:
    """Keep the operators whose name or permit contains ``text``."""
    return rows.filter(Q(name__icontains=text) | Q(permit_number__icontains=text))


def waste_codes() -> QuerySet[WasteCode]:
    """Return the whole table of waste codes."""
    return WasteCode.objects.all()


def codes_to_choose(*, on: date) -> QuerySet[WasteCode]:
    """Return the codes that apply on a day, in their order."""
    return codes_applying(WasteCode.objects.all(), on=on).order_by("code")


def codes_applying(rows: QuerySet[WasteCode], *, on: date) -> QuerySet[WasteCode]:
    """Keep the codes that apply on a day."""
    begun = Q(applies_from__isnull=True) | Q(applies_from__lte=on)
    return rows.filter(begun).filter(Q(applies_until__isnull=True) | Q(applies_until__gte=on))
