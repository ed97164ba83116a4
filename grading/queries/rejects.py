"""Rejects, counted by what rejected them, and the packs behind each count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.db.models import Count, Exists, F, Func, JSONField, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncMonth

from grading.domain.rejects import REJECTING_GRADES
from grading.domain.review_reasons import rule_label
from grading.models import Decision
from grading.models.decision import IN_FORCE
from intake.domain.hazards import finding_label
from intake.models import Inspection, Pack, PackType, Supplier
from rebattery.dates import begin_of, end_of

NONE = "none"
"""Stands for packs without a type in the catalog, and for those whose inspection found nothing."""
BY = {"rule": "Rule", "finding": "Finding", "supplier": "Supplier", "type": "Type", "month": "Month"}
"""What rejects are counted by, as key and word."""


@dataclass(frozen=True, kw_only=True)
class RejectScope:
    """Which rejects are looked at; everything left out is all."""

    since: date | None = None
    """First day of deciding that counts, in UTC."""
    until: date | None = None
    """Last day of deciding that counts, in UTC."""
    supplier: str = ""
    """Code of the supplier."""
    pack_type: str = ""
    """Key of the type, or ``NONE``."""


def choices_of_scope() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the suppliers and the types that a scope can be narrowed to, as code and label."""
    suppliers = Supplier.objects.order_by("code").values_list("code", flat=True)
    types = PackType.objects.order_by("make", "model", "key")
    return [(code, code) for code in suppliers], [(row.key, str(row)) for row in types]


def rejects(scope: RejectScope) -> QuerySet[Decision]:
    """Return the decisions in force that reject their pack, one a pack."""
    found = Decision.objects.filter(IN_FORCE, grade__in=REJECTING_GRADES)
    if scope.since:
        found = found.filter(decided_at__gte=begin_of(scope.since))
    if scope.until:
        found = found.filter(decided_at__lt=end_of(scope.until))
    if scope.supplier:
        found = found.filter(pack__supplier__code__iexact=scope.supplier)
    if scope.pack_type == NONE:
        found = found.filter(pack__pack_type__isnull=True)
    elif scope.pack_type:
        found = found.filter(pack__pack_type__key=scope.pack_type)
    return found


def count_rejects(*, by: str, scope: RejectScope) -> list[tuple[str, int]]:
    """Return how many rejects there are by a key of ``BY``: the most first, months in their order.

    A pack with several findings counts under each of them, one without under none.

    :raises KeyError: for anything else.
    """
    found = _COUNTING[by](rejects(scope))
    return sorted(found.items(), key=lambda item: item[0] if by == "month" else (-item[1], item[0]))


def count_with_finding(*, scope: RejectScope) -> int:
    """Return how many rejects have a finding of their inspection."""
    return _inspections(rejects(scope)).count()


def labels_of(*, by: str, keys: list[str]) -> Mapping[str, str]:
    """Return what to call each key that :func:`count_rejects` returned."""
    if by == "type":
        types = {row.key: str(row) for row in PackType.objects.filter(key__in=keys)}
        # Two types of one name are two bars: the key tells them apart.
        names = list(types.values())
        words = {key: name if names.count(name) == 1 else f"{name} ({key})" for key, name in types.items()}
        return {NONE: "No type in the catalog", **words}
    naming: dict[str, Callable[[str], str]] = {"rule": rule_label, "finding": finding_label}
    return {key: naming.get(by, str)(key) for key in keys}


def rejected(packs: QuerySet[Pack], **conditions: Any) -> QuerySet[Pack]:
    """Keep the packs whose decision in force rejects them, and is as ``conditions`` say."""
    found = Decision.objects.filter(IN_FORCE, grade__in=REJECTING_GRADES, pack=OuterRef("pk"))
    return packs.filter(Exists(found.filter(**conditions)))


def rejected_by_rule(packs: QuerySet[Pack], rule: str) -> QuerySet[Pack]:
    """Keep the packs that ``rule`` rejects first."""
    return rejected(packs, rule=rule)


def rejected_since(packs: QuerySet[Pack], day: date) -> QuerySet[Pack]:
    """Keep the packs that were rejected on ``day`` (UTC) or later."""
    return rejected(packs, decided_at__gte=begin_of(day))


def rejected_until(packs: QuerySet[Pack], day: date) -> QuerySet[Pack]:
    """Keep the packs that were rejected on ``day`` (UTC) or earlier."""
    return rejected(packs, decided_at__lt=end_of(day))


def with_finding(packs: QuerySet[Pack], code: str) -> QuerySet[Pack]:
    """Keep the packs whose inspection found ``code``; ``NONE`` keeps those in which it found nothing."""
    current = Inspection.objects.filter(pack=OuterRef("pk"), superseded_by__isnull=True)
    if code == NONE:
        return packs.filter(~Exists(current.exclude(findings=[])))
    return packs.filter(Exists(current.filter(findings__contains=[{"code": code}])))


def of_type(packs: QuerySet[Pack], key: str) -> QuerySet[Pack]:
    """Keep the packs of the type ``key``; ``NONE`` keeps those that have no type in the catalog."""
    return packs.filter(pack_type__isnull=True) if key == NONE else packs.filter(pack_type__key=key)


def _by_rule(found: QuerySet[Decision]) -> dict[str, int]:
    return {rule or NONE: count for rule, count in _counted(found, F("rule")).items()}


def _by_finding(found: QuerySet[Decision]) -> dict[str, int]:
    one = Func(F("findings"), function="jsonb_array_elements", output_field=JSONField())
    return _counted(_inspections(found), KeyTextTransform("code", one))


def _by_supplier(found: QuerySet[Decision]) -> dict[str, int]:
    codes = dict(Supplier.objects.values_list("pk", "code"))
    return {codes[key]: count for key, count in _counted(found, F("pack__supplier_id")).items()}


def _by_type(found: QuerySet[Decision]) -> dict[str, int]:
    keys = dict(PackType.objects.values_list("pk", "key"))
    return {keys.get(key, NONE): count for key, count in _counted(found, F("pack__pack_type_id")).items()}


def _by_month(found: QuerySet[Decision]) -> dict[str, int]:
    months = _counted(found, TruncMonth("decided_at", tzinfo=UTC))
    return {f"{month:%Y-%m}": count for month, count in months.items()}


_COUNTING: dict[str, Callable[[QuerySet[Decision]], dict[str, int]]] = {
    "rule": _by_rule,
    "finding": _by_finding,
    "supplier": _by_supplier,
    "type": _by_type,
    "month": _by_month,
}


def _counted(rows: QuerySet[Any], key: Any) -> dict[Any, int]:
    # Counting rows and not keys lets PostgreSQL read the index of rejects alone.
    grouped = rows.annotate(counted_by=key).order_by().values_list("counted_by")
    return dict(grouped.annotate(count=Count("*")))


def _inspections(found: QuerySet[Decision]) -> QuerySet[Inspection]:
    """Return the inspections in force that found something on a rejected pack."""
    current = Inspection.objects.filter(superseded_by__isnull=True).exclude(findings=[])
    return current.filter(pack__in=found.values("pack"))
