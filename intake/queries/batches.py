"""Batches with what is in them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Round

from intake.domain.batches import AWAITED, BatchState
from intake.domain.identity import normalize_serial
from intake.domain.lifecycle import NOT_HERE, Status
from intake.domain.receipts import batch_number_in
from intake.models import Batch, Pack
from intake.queries.document_story import newest_about_documents
from rebattery.accounts.models import User
from rebattery.audit.trail import Entry, entry_of, events, events_of, supplier_timeline

OVERDUE = "overdue"
_KWH = DecimalField(max_digits=14, decimal_places=3)
_STAYED = ~Q(status=Status.WITHDRAWN)
"""What was withdrawn is no part of its batch any more, and is counted apart; see also the receipt."""


def batches_for(*, viewer: User) -> QuerySet[Batch]:
    """Return what ``viewer`` may see, with its state and what is in it.

    That is ``state``, ``pack_count``, ``arrived_count``, ``total_kwh`` and, counted apart from all these,
    ``withdrawn_count``.
    """
    return (
        with_state(Batch.objects.visible_to(viewer))
        .select_related("supplier", "manifest")
        .annotate(
            pack_count=_of_packs(Count("pk", filter=_STAYED)),
            arrived_count=_of_packs(Count("pk", filter=~Q(status__in=NOT_HERE))),
            withdrawn_count=_of_packs(Count("pk", filter=~_STAYED)),
            total_kwh=Coalesce(
                _sum_of_packs(Sum("nominal_energy_kwh", filter=_STAYED)), Decimal(0), output_field=_KWH
            ),
        )
    )


def with_state(queryset: QuerySet[Batch]) -> QuerySet[Batch]:
    """Add ``state``: what :func:`intake.domain.batches.state_of` says, for filters and lists."""
    packs = Pack.objects.filter(batch=OuterRef("pk"))
    arrived, waiting = (
        Exists(packs.exclude(status__in=NOT_HERE)),
        Exists(packs.filter(status=Status.ANNOUNCED)),
    )
    return queryset.annotate(
        state=Case(
            When(cancelled_at__isnull=False, then=Value(BatchState.CANCELLED.value)),
            When(closed_at__isnull=False, then=Value(BatchState.CLOSED.value)),
            When(arrived & waiting, then=Value(BatchState.ARRIVING.value)),
            When(arrived, then=Value(BatchState.RECEIVED.value)),
            When(waiting, then=Value(BatchState.ANNOUNCED.value)),
            default=Value(BatchState.CANCELLED.value),
            output_field=CharField(),
        )
    )


def in_state(queryset: QuerySet[Batch], state: str, *, today: date) -> QuerySet[Batch]:
    """Keep the batches (see :func:`with_state`) in ``state``; ``OVERDUE`` means late and still to come."""
    if state == OVERDUE:
        return queryset.filter(state__in=AWAITED, expected_on__lt=today)  # type: ignore[misc]  # annotated
    return queryset.filter(state=state)  # type: ignore[misc]


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
    """A batch at a glance, without what was withdrawn; the supplier's claims, not our measurements."""

    pack_count: int
    total_kwh: Decimal
    without_kwh: int
    """Packs for which no nominal energy was declared; they add nothing to the total."""
    by_status: list[Part]
    """With the withdrawn packs, which count nowhere else."""
    by_chemistry: list[Part]
    mean_declared_soh_percent: Decimal | None
    """Mean of the claims, one decimal; None when there is no claim."""
    with_declared_soh: int
    mean_history_percent: Decimal | None
    """Mean completeness of the declared histories, one decimal."""

    @property
    def waiting(self) -> int:
        """Return how many packs have not arrived and can be withdrawn."""
        return self._count_of(Status.ANNOUNCED)

    @property
    def missing(self) -> int:
        """Return without how many packs the batch was closed."""
        return self._count_of(Status.MISSING)

    def _count_of(self, status: Status) -> int:
        return sum(part.count for part in self.by_status if part.code == status)


def overview_of(*, batch: Batch, viewer: User | None = None) -> Overview:
    """Return ``batch`` at a glance, in three queries however many packs it has.

    :param viewer: who reads it; none for ourselves.
    """
    every = packs_of(batch=batch, viewer=viewer).order_by()
    packs = every.filter(_STAYED)
    totals = packs.aggregate(
        pack_count=Count("pk"),
        total_kwh=Coalesce(Sum("nominal_energy_kwh"), Decimal(0), output_field=_KWH),
        without_kwh=Count("pk", filter=Q(nominal_energy_kwh__isnull=True)),
        mean_declared_soh_percent=Round(Avg("declared_soh_percent"), 1),
        with_declared_soh=Count("declared_soh_percent"),
        mean_history_percent=Round(Avg("history_completeness_percent"), 1),
    )
    status = _parts(every, "status")
    order = {state.value: position for position, state in enumerate(Status)}
    return Overview(
        by_status=sorted(status, key=lambda part: order[part.code]),
        by_chemistry=sorted(_parts(packs, "chemistry"), key=lambda part: (-part.count, part.code)),
        **totals,
    )


def packs_of(*, batch: Batch, viewer: User | None) -> QuerySet[Pack]:
    """Return the packs of a batch as ``viewer`` may see them; none for ourselves."""
    packs = Pack.objects.filter(batch=batch)
    return packs.visible_to(viewer) if viewer else packs


def with_suspension(packs: QuerySet[Pack]) -> QuerySet[Pack]:
    """Add ``is_suspended``: the grade of the pack was taken back and no newer one has come.

    The trail says so; what a decision is, is not known here.
    """
    told = events().filter(subject_type="decision", pack_id=OuterRef("pk")).order_by("-id")
    last = packs.alias(last_of_decisions=Subquery(told.values("event_type")[:1]))
    return last.annotate(
        is_suspended=Case(
            When(last_of_decisions="decision.suspended", then=Value(True)), default=Value(False)
        )
    )


def missing_of(*, batch: Batch, limit: int) -> list[Pack]:
    """Return the packs without which a batch was closed, at most ``limit``, in the order of the file."""
    rows = Pack.objects.filter(batch=batch, status=Status.MISSING).defer("declared", "declared_raw")
    return list(rows.order_by("pk")[:limit])


def story_of(*, batch: Batch, viewer: User) -> list[Entry]:
    """Return the trail of a batch and of its files, newest first; a supplier reads the supplier's version.

    Of its documents, it tells the newest lines.
    """
    told = events_of(subject_type="batch", subject_id=batch.pk)
    for manifest_id in (batch.manifest_id, *batch.corrected_by.values_list("pk", flat=True)):
        told |= events_of(subject_type="manifest", subject_id=manifest_id)
    told |= events().filter(pk__in=newest_about_documents(batch=batch))
    entries = told.order_by("-pk")
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
