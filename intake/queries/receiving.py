"""What the dock sees: open batches, who is expected, what came of a scan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet

from intake.domain.hazards import declared_hazards
from intake.domain.lifecycle import Status
from intake.models import Batch, Pack, Scan

_OUTSTANDING = (Status.ANNOUNCED, Status.MISSING, Status.WITHDRAWN)
LISTED = 50
"""Rows shown of each list on the dock page; the rest is found by scanning, or in the list of packs."""


def docks() -> QuerySet[Batch]:
    """Return batches with their counts at the dock: expected, arrived, missing, announced in all."""
    return Batch.objects.select_related("supplier").annotate(
        total=Count("packs"),
        expected=Count("packs", filter=Q(packs__status=Status.ANNOUNCED)),
        missing=Count("packs", filter=Q(packs__status=Status.MISSING)),
        arrived=Count("packs", filter=~Q(packs__status__in=_OUTSTANDING)),
    )


def open_docks() -> list[Batch]:
    """Return the batches that are not closed, with their counts, those that came first first."""
    batches = list(docks().filter(closed_at__isnull=True).order_by("id"))
    strangers = unexpected_counts(batch_ids=[batch.pk for batch in batches])
    for batch in batches:
        batch.unexpected = strangers.get(batch.pk, 0)  # type: ignore[attr-defined]
    return batches


def unexpected_counts(*, batch_ids: list[int]) -> dict[int, int]:
    """Return how many different codes were scanned in each batch that does not expect them."""
    rows = Scan.objects.filter(batch_id__in=batch_ids, outcome=Scan.Outcome.UNEXPECTED).values("batch_id")
    return dict(rows.annotate(codes=Count("code", distinct=True)).values_list("batch_id", "codes"))


@dataclass(frozen=True)
class DockList:
    """One of the four lists of a batch at the dock."""

    key: str
    label: str
    count: int
    rows: list[Any]
    """At most ``LISTED``."""

    @property
    def rest(self) -> int:
        return self.count - len(self.rows)


def dock_lists(*, batch: Batch) -> list[DockList]:
    """Return expected, arrived, unexpected and missing packs of a batch from :func:`docks`."""
    packs = Pack.objects.filter(batch=batch)
    scanned = Scan.objects.filter(batch=batch, outcome=Scan.Outcome.UNEXPECTED)
    strangers = (
        scanned.values("code", "pack_id", "pack__batch_id", expected_in=F("pack__batch__number"))
        .annotate(first_at=Min("at"))
        .order_by("-first_at")
    )
    codes = unexpected_counts(batch_ids=[batch.pk]).get(batch.pk, 0)
    counted: Any = batch
    return [
        DockList("expected", "Expected", counted.expected, _listed(packs.filter(status=Status.ANNOUNCED))),
        DockList(
            "arrived",
            "Arrived",
            counted.arrived,
            _listed(packs.exclude(status__in=_OUTSTANDING), "-status_at", "-id"),
        ),
        DockList("unexpected", "Unexpected", codes, list(strangers[:LISTED])),
        DockList("missing", "Missing", counted.missing, _listed(packs.filter(status=Status.MISSING))),
    ]


def absent_packs(*, batch_id: int) -> list[Pack]:
    """Return the packs that closing the batch now would make missing."""
    return list(Pack.objects.filter(batch_id=batch_id, status=Status.ANNOUNCED).order_by("id"))


def recent_scans(*, batch_id: int, limit: int = 10) -> list[Scan]:
    """Return the last scans in a batch, newest first."""
    rows = Scan.objects.filter(batch_id=batch_id).select_related("pack")
    return list(rows.order_by("-id")[:limit])


def packs_with_code(*, serial: str, limit: int = 20) -> list[Pack]:
    """Return the packs with a normalized serial, of whichever supplier, newest first."""
    rows = Pack.objects.filter(serial=serial).select_related("batch", "supplier")
    return list(rows.order_by("-id")[:limit])


@dataclass(frozen=True)
class Tile:
    """The outcome of a scan as the dock shows it, in large letters."""

    tone: str
    """received, already, unexpected or stop."""
    word: str
    text: str
    code: str
    pack: Pack | None
    hazards: list[str]
    """What the supplier declared that calls for triage now."""
    expected_in: Batch | None
    """The batch that a pack scanned in the wrong place belongs to."""
    at: datetime


def tile_of(*, scan: Scan, batch: Batch) -> Tile:
    """Tell what came of ``scan`` in ``batch``, one of :func:`docks`."""
    counted: Any = batch
    pack, hazards, expected_in = scan.pack, [], None
    if scan.outcome == Scan.Outcome.RECEIVED and pack:
        hazards = declared_hazards(ddr_status=pack.ddr_status, declared=pack.declared)
        tone, word = ("stop", "Stop") if hazards else ("received", "Received")
        text = f"{counted.arrived} of {counted.total} arrived."
    elif scan.outcome == Scan.Outcome.ALREADY and pack:
        tone, word, text = "already", "Already here", _first_receipt(pack)
    elif scan.outcome == Scan.Outcome.REFUSED:
        tone, word, text = "stop", "Not received", "The supplier withdrew this pack. Put it aside and ask."
    else:
        tone, word = "unexpected", "Unexpected"
        expected_in = pack.batch if pack else None
        text = "Nobody announced this code in this batch. Put the pack aside."
    return Tile(tone, word, text, scan.code, pack, hazards, expected_in, scan.at)


def _listed(packs: QuerySet[Pack], *order: str) -> list[Pack]:
    return list(packs.order_by(*(order or ("id",)))[:LISTED])


def _first_receipt(pack: Pack) -> str:
    scan = Scan.objects.filter(pack=pack, outcome=Scan.Outcome.RECEIVED).order_by("-id").first()
    who = f"by {scan.person_label} on {scan.at:%Y-%m-%d %H:%M} UTC" if scan else "earlier"
    return f"Received {who}. It is {pack.get_status_display().lower()} now."
