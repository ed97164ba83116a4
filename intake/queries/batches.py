"""Batches with what is in them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Round

from intake.domain.identity import normalize_serial
from intake.domain.lifecycle import Status
from intake.domain.receipts import batch_number_in
from intake.models import Batch, Pack
from rebattery.accounts.models import User
from rebattery.audit.trail import Entry, entry_of, events_of, supplier_timeline

_NOT_HERE = (Status.ANNOUNCED, Status.MISSING, Status.WITHDRAWN)
_KWH = DecimalField(max_digits=14, decimal_places=3)


def batches_for(*, viewer: User) -> QuerySet[Batch]:
    """Return what ``viewer`` may see, with ``pack_count``, ``arrived_count`` and ``total_kwh``."""
    return (
        Batch.objects.visible_to(viewer)
        .select_related("supplier", "manifest")
        .annotate(
            pack_count=_of_packs(Count("pk")),
            arrived_count=_of_packs(Count("pk", filter=~Q(status__in=_NOT_HERE))),
            total_kwh=Coalesce(_sum_of_packs(Sum("nominal_energy_kwh")), Decimal(0), output_field=_KWH),
        )
    )


def naming(queryset: QuerySet[Batch], text: str) -> QuerySet[Batch]:
    """Keep the batches whose number or file name contains ``text``."""
    return queryset.filter(Q(number__icontains=text) | Q(manifest__file_name__icontains=text))


def batch_scanned(*, viewer: User, code: str) -> Batch | None:
    """Return the batch whose number or receipt was scanned; None when the code names none.

    A serial may look like our numbers: a pack that has it comes first.
    """
    number = batch_number_in(code)
    if normalize_serial(code) == number and Pack.objects.filter(serial=number).exists():
        return None
    return Batch.objects.visible_to(viewer).filter(number=number).first() if number else None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a batch: packs of one state or one chemistry."""

    code: str
    label: str
    count: int
    kwh: Decimal


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A batch at a glance; the supplier's claims, not our measurements."""

    pack_count: int
    total_kwh: Decimal
    without_kwh: int
    """Packs for which no nominal energy was declared; they add nothing to the total."""
    by_status: list[Part]
    by_chemistry: list[Part]
    mean_declared_soh_percent: Decimal | None
    """Mean of the claims, one decimal; None when there is no claim."""
    with_declared_soh: int
    mean_history_percent: Decimal | None
    """Mean completeness of the declared histories, one decimal."""

    @property
    def waiting(self) -> int:
        """Return how many packs have not arrived and can be withdrawn."""
        return sum(part.count for part in self.by_status if part.code == Status.ANNOUNCED)


def overview_of(*, batch: Batch) -> Overview:
    """Return ``batch`` at a glance, in three queries however many packs it has."""
    packs = Pack.objects.filter(batch=batch).order_by()
    totals = packs.aggregate(
        pack_count=Count("pk"),
        total_kwh=Coalesce(Sum("nominal_energy_kwh"), Decimal(0), output_field=_KWH),
        without_kwh=Count("pk", filter=Q(nominal_energy_kwh__isnull=True)),
        mean_declared_soh_percent=Round(Avg("declared_soh_percent"), 1),
        with_declared_soh=Count("declared_soh_percent"),
        mean_history_percent=Round(Avg("history_completeness_percent"), 1),
    )
    status = _parts(packs, "status")
    order = {state.value: position for position, state in enumerate(Status)}
    return Overview(
        by_status=sorted(status, key=lambda part: order[part.code]),
        by_chemistry=sorted(_parts(packs, "chemistry"), key=lambda part: (-part.count, part.code)),
        **totals,
    )


def packs_of(*, batch: Batch) -> QuerySet[Pack]:
    """Return the packs of a batch that the viewer has been let see."""
    return Pack.objects.filter(batch=batch)


def story_of(*, batch: Batch, viewer: User) -> list[Entry]:
    """Return the trail of a batch and of its file, oldest first; a supplier reads the supplier's version."""
    told = events_of(subject_type="manifest", subject_id=batch.manifest_id)
    entries = (told | events_of(subject_type="batch", subject_id=batch.pk)).order_by("pk")
    return supplier_timeline(entries) if viewer.is_supplier else [entry_of(event) for event in entries]


def _parts(packs: QuerySet[Pack], column: str) -> list[Part]:
    field: Any = Pack._meta.get_field(column)
    labels = dict(field.flatchoices)
    rows = packs.values_list(column).annotate(
        count=Count("pk"), kwh=Coalesce(Sum("nominal_energy_kwh"), Decimal(0), output_field=_KWH)
    )
    return [Part(code=code, label=labels[code], count=count, kwh=kwh) for code, count, kwh in rows]


def _of_packs(number: Count) -> Coalesce:
    # A sub-query per row: PostgreSQL computes it for the rows of one page only.
    return Coalesce(Subquery(_packs().annotate(number=number).values("number")), 0)


def _sum_of_packs(total: Sum) -> Subquery:
    return Subquery(_packs().annotate(total=total).values("total"))


def _packs() -> QuerySet[Pack, Any]:
    return Pack.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
