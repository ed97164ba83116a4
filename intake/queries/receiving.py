"""What the dock sees: open batches, who is expected, what came of a scan."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from intake.domain.batches import is_overdue, state_of
from intake.domain.hazards import declared_hazards
from intake.domain.lifecycle import GONE, NOT_HERE, Status
from intake.models import Batch, Pack, Scan
from rebattery.accounts.models import User
from rebattery.dates import moment_in_words

_COUNTS = {
    "total_count": Count("packs", filter=~Q(packs__status=Status.WITHDRAWN)),
    "expected_count": Count("packs", filter=Q(packs__status=Status.ANNOUNCED)),
    "missing_count": Count("packs", filter=Q(packs__status=Status.MISSING)),
    "arrived_count": Count("packs", filter=~Q(packs__status__in=NOT_HERE)),
}


def docks(*, viewer: User) -> QuerySet[Batch]:
    """Return the batches that ``viewer`` may see, with the counts of their packs.

    They are ``total_count``, ``expected_count``, ``arrived_count`` and ``missing_count``; packs that were
    withdrawn are in none of them.
    """
    return Batch.objects.visible_to(viewer).select_related("supplier").annotate(**_COUNTS)


def dock_list(*, viewer: User) -> QuerySet[Batch]:
    """Return the batches that ``viewer`` may see, uncounted: a list counts the packs of one page only.

    ``expected_order`` sorts them by their day; those without one come after all others.
    """
    order = Coalesce("expected_on", Value(date.max), output_field=DateField())
    return Batch.objects.visible_to(viewer).select_related("supplier").annotate(expected_order=order)


def with_counts(*, batches: list[Batch], today: date) -> list[Batch]:
    """Note on each batch the counts of :func:`docks`, and as ``is_overdue`` whether its packs are late."""
    counted = Batch.objects.filter(pk__in=[batch.pk for batch in batches]).annotate(**_COUNTS)
    found = {row.pop("pk"): row for row in counted.values("pk", *_COUNTS)}
    for batch in batches:
        counts = found[batch.pk]
        state = state_of(
            closed_at=batch.closed_at,
            cancelled_at=batch.cancelled_at,
            has_arrived=counts["arrived_count"] > 0,
            has_waiting=counts["expected_count"] > 0,
        )
        counts["is_overdue"] = is_overdue(state, batch.expected_on, today=today)
        for name, value in counts.items():
            setattr(batch, name, value)
    return batches


def still_open(batches: QuerySet[Batch], *, is_open: bool) -> QuerySet[Batch]:
    """Keep the batches that the dock works on, or those that are closed or cancelled."""
    done = Q(closed_at__isnull=False) | Q(cancelled_at__isnull=False)
    return batches.exclude(done) if is_open else batches.filter(done)


def with_unexpected(*, batches: list[Batch]) -> list[Batch]:
    """Note on each batch as ``unexpected_count`` how many different codes it did not expect."""
    found = Scan.objects.filter(batch__in=batches, outcome=Scan.Outcome.UNEXPECTED).values("batch_id")
    counts = dict(found.annotate(codes=Count("code", distinct=True)).values_list("batch_id", "codes"))
    for batch in batches:
        batch.unexpected_count = counts.get(batch.pk, 0)  # type: ignore[attr-defined]
    return batches


def dock_packs(*, batch_id: int, name: str) -> QuerySet[Pack]:
    """Return the expected, arrived or missing packs of a batch.

    :raises KeyError: for another ``name``.
    """
    packs = Pack.objects.filter(batch_id=batch_id).defer("declared_raw")
    return {
        "expected": packs.filter(status=Status.ANNOUNCED),
        "arrived": packs.exclude(status__in=NOT_HERE),
        "missing": packs.filter(status=Status.MISSING),
    }[name]


def unexpected_scans(*, batch_id: int) -> QuerySet[Scan]:
    """Return the first scan of each code that a batch did not expect, with the pack it may belong to."""
    scans = Scan.objects.filter(batch_id=batch_id, outcome=Scan.Outcome.UNEXPECTED)
    first = scans.values("code").annotate(first=Min("id")).values("first")
    return Scan.objects.filter(pk__in=first).select_related("pack__batch")


def recent_scans(*, batch_id: int, limit: int = 10) -> list[Scan]:
    """Return the last scans in a batch, newest first."""
    rows = Scan.objects.filter(batch_id=batch_id).select_related("pack")
    return list(rows.order_by("-id")[:limit])


def scan_in(*, batch_id: int, scan_id: int) -> Scan | None:
    """Return one scan, when it was made in this batch."""
    scans = Scan.objects.filter(batch_id=batch_id, pk=scan_id)
    return scans.select_related("pack__batch").first()


def packs_with_serial(*, serial: str, limit: int = 20) -> list[Pack]:
    """Return the packs with a normalized serial, of whichever supplier, newest first."""
    rows = Pack.objects.filter(serial=serial).select_related("batch", "supplier")
    return list(rows.order_by("-id")[:limit])


@dataclass(frozen=True)
class Tile:
    """The outcome of a scan as the dock shows it, in large letters."""

    tone: str
    """Look and sound: ok, already, warning or stop."""
    word: str
    text: str
    code: str
    pack: Pack | None
    """The pack of this batch, if there is one."""
    hazards: list[str]
    """What the supplier declared that calls for triage now."""
    expected_in: Batch | None
    """The batch that a pack scanned in the wrong place belongs to."""
    at: datetime


def tile_of(*, scan: Scan, batch: Batch) -> Tile:
    """Tell what came of ``scan`` in ``batch``, one of :func:`docks`."""
    counted: Any = batch
    pack = scan.pack
    if scan.outcome == Scan.Outcome.RECEIVED and pack:
        hazards = declared_hazards(ddr_status=pack.ddr_status, declared=pack.declared)
        tone, word = ("stop", "Stop: received, hazard declared") if hazards else ("ok", "Received")
        text = f"{counted.arrived_count} of {counted.total_count} arrived."
        return Tile(tone, word, text, scan.code, pack, hazards, None, scan.at)
    if scan.outcome == Scan.Outcome.ALREADY and pack:
        return Tile("already", "Already here", _first_receipt(pack), scan.code, pack, [], None, scan.at)
    if scan.outcome == Scan.Outcome.REFUSED:
        left = pack is not None and pack.status in GONE
        why = "This pack has left our house already" if left else "The supplier withdrew this pack"
        text = f"{why}. Put it aside and tell the office."
        return Tile("stop", "Stop: not received", text, scan.code, pack, [], None, scan.at)
    expected_in = pack.batch if pack else None
    text = "" if expected_in else "Nobody announced this code. Put the pack aside and tell the office."
    return Tile("warning", "Unexpected", text, scan.code, None, [], expected_in, scan.at)


def _first_receipt(pack: Pack) -> str:
    scan = Scan.objects.filter(pack=pack, outcome=Scan.Outcome.RECEIVED).order_by("-id").first()
    who = f"by {scan.person_label}, {moment_in_words(scan.at)}" if scan else "earlier"
    return f"Received {who}. Now it is {pack.get_status_display().lower()}."
