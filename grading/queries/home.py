"""What waits for whom, what went wrong and what moved: the numbers of the start page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count

from grading.models import ReviewCase
from grading.queries.instruments import standings
from grading.queries.review_queue import reviews_waiting
from grading.queries.waiting import packs_waiting_for_grade
from intake.domain.lifecycle import Status
from intake.models import Batch, InspectionDraft, Manifest, ManifestState, Pack, PackType
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import counts_since, unsealed_count

MOVES = {
    "pack.announced": "announced",
    "pack.received": "received",
    "pack.inspected": "passed inspection",
    "pack.tested": "tested",
    "pack.graded": "graded",
    "pack.sent_to_review": "sent to review",
    "pack.quarantined": "quarantined",
    "pack.rejected": "rejected",
}


@dataclass(frozen=True)
class Figure:
    """One number of the start page and the list that it counts."""

    label: str
    number: int
    url_name: str
    params: dict[str, Any]
    tone: str = ""
    """stop or wait where somebody has to act, else nothing."""
    note: str = ""

    @property
    def query(self) -> str:
        return f"?{urlencode(self.params)}" if self.params else ""


def waiting_for(*, viewer: User, at: datetime) -> list[Figure]:
    """Return what waits for ``viewer``'s role, by the capabilities it holds; the query count is fixed."""
    packs = _pack_counts(viewer)
    counts = []
    if viewer.may(Capability.RECEIVE_PACKS):
        open_batches = Batch.objects.filter(closed_at__isnull=True).count()
        counts.append(Figure("open batches at the dock", open_batches, "dock", {}))
    if viewer.may(Capability.INSPECT_PACKS):
        counts += [
            _packs(packs, Status.RECEIVED, "packs to inspect", "wait"),
            Figure(
                "inspections begun",
                InspectionDraft.objects.count(),
                "packs",
                {"status": Status.RECEIVED.value},
            ),
        ]
    if viewer.may(Capability.RECORD_TESTS):
        counts.append(_packs(packs, Status.INSPECTED, "packs to test", "wait"))
    if viewer.may(Capability.VIEW_REVIEWS):
        counts += _reviews(viewer)
    if viewer.is_supplier:
        counts += [_packs(packs, status, f"packs {words}") for status, words in _SUPPLIER_STATES]
    return counts


def wrong_for(*, viewer: User, at: datetime) -> list[Figure]:
    """Return what went wrong and needs somebody."""
    packs = _pack_counts(viewer)
    counts = [_packs(packs, Status.QUARANTINED, "packs in quarantine", "stop")]
    counts.append(_packs(packs, Status.MISSING, "packs missing", "wait"))
    if viewer.may(Capability.UPLOAD_MANIFEST):
        refused = Manifest.objects.visible_to(viewer).filter(
            state__in=(ManifestState.REFUSED, ManifestState.FAILED)
        )
        counts.append(Figure("files refused or failed", refused.count(), "batches", {}, "stop"))
    if viewer.may(Capability.MANAGE_INSTRUMENTS) or viewer.may(Capability.RECORD_TESTS):
        faulty = sum(bool(s.fault) and s.instrument.is_active for s in standings(on=at.date()))
        counts.append(Figure("instruments not usable today", faulty, "instruments", {}, "stop"))
    if viewer.may(Capability.MANAGE_CATALOGUE):
        unconfirmed = PackType.objects.filter(is_active=True).exclude(unconfirmed_fields="").count()
        counts.append(Figure("pack types with unconfirmed facts", unconfirmed, "catalogue", {}))
    return counts


def moved_since(*, viewer: User, at: datetime) -> list[Figure]:
    """Return what moved since ``at``, each with the events behind it."""
    found = counts_since(at=at, codes=list(MOVES))
    since = at.date().isoformat()
    return [
        Figure(f"packs {words}", found.get(code, 0), "trail", {"type": code, "since": since})
        for code, words in MOVES.items()
    ]


def machine_room() -> list[Figure]:
    """Return what the machine is busy with, for administrators and auditors."""
    return [
        Figure(
            "packs waiting for their grade",
            packs_waiting_for_grade(),
            "packs",
            {"status": Status.TESTED.value},
        ),
        Figure("events not sealed yet", unsealed_count(), "trail", {}, note="Sealing comes later."),
    ]


_SUPPLIER_STATES = (
    (Status.ANNOUNCED, "announced, on their way to us"),
    (Status.RECEIVED, "received"),
    (Status.INSPECTED, "inspected"),
    (Status.TESTED, "tested"),
    (Status.GRADED, "graded"),
    (Status.IN_REVIEW, "in review"),
    (Status.REJECTED, "rejected"),
)
_COUNTED = tuple(status.value for status in Status if status is not Status.WITHDRAWN)


def _pack_counts(viewer: User) -> dict[str, int]:
    states: Sequence[str] = _COUNTED
    if not viewer.is_supplier:  # staff would count millions of announced and graded packs for nothing
        states = (Status.RECEIVED, Status.INSPECTED, Status.QUARANTINED, Status.MISSING)
    found = Pack.objects.visible_to(viewer).filter(status__in=states).values_list("status")
    return dict(found.annotate(count=Count("pk")).order_by())


def _packs(counts: dict[str, int], status: Status, label: str, tone: str = "") -> Figure:
    number = counts.get(status.value, 0)
    return Figure(label, number, "packs", {"status": status.value}, tone if number else "")


def _reviews(viewer: User) -> list[Figure]:
    rows = reviews_waiting()
    open_count = rows.filter(state=ReviewCase.State.OPEN).count()
    second = rows.filter(state=ReviewCase.State.OVERRIDE_REQUESTED)
    return [
        Figure(
            "decisions to review", open_count, "review_queue", {"state": "open"}, "wait" if open_count else ""
        ),
        Figure(
            "overrides wait for a second person",
            second.count(),
            "review_queue",
            {"state": "override_requested"},
            "wait",
            note=f"{second.exclude(requested_by_person_id=viewer.pk).count()} not asked for by you",
        ),
    ]
