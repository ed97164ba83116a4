"""Why packs were rejected, as their supplier may know it: everything for one report, or for many at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from grading.domain.disputes import obstacle
from grading.domain.tracing import Step
from grading.models import CapacityTest, Decision, Dispute, ResistanceTest, ReviewCase
from grading.queries.decisions import current_decisions
from grading.queries.dispositions import dispositions_of
from grading.queries.verdict_cards import path_behind
from intake.domain.dispositions import SETTLES_AFTER, is_settled
from intake.domain.hazards import PHOTO_SLOTS
from intake.domain.lifecycle import GONE, Status
from intake.models import DispositionPack, Inspection, Pack, Photo
from intake.queries.inspections import current_inspections
from rebattery.accounts.models import User

AT_ONCE = 200
"""Packs of one document; a batch with more of them has several."""
PHOTOS_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class RejectReport:
    """One rejected pack with all that speaks for it; names nobody of ours and quotes no note."""

    pack: Pack
    decision: Decision
    capacity: CapacityTest | None
    resistance: ResistanceTest | None
    inspection: Inspection | None
    photos: Sequence[Photo]
    """Those of a damage first."""
    review: ReviewCase | None
    disposition: DispositionPack | None
    obstacle_to_dispute: str
    steps: Sequence[Step]
    settled_at: datetime
    """When the pack came where it is, or the review was closed: what the document is dated by."""


def rejects_for(*, viewer: User, at: datetime) -> QuerySet[Pack]:
    """Return the packs of which ``viewer`` may read a reject report, those that have left since included.

    A step that a reviewer can still take back is not one yet.
    """
    settled = Q(status=Status.REJECTED, status_at__lte=at - SETTLES_AFTER)
    packs = Pack.objects.visible_to(viewer).filter(settled | Q(status__in=GONE))
    return packs.select_related("batch", "supplier", "pack_type")


def report_of(*, pack: Pack, at: datetime) -> RejectReport | None:
    """Return the report on a pack, None while it is not rejected or nothing was decided on it."""
    return next(iter(reports_of(packs=[pack], at=at)), None)


def reports_of(*, packs: Sequence[Pack], at: datetime) -> list[RejectReport]:
    """Return the reports on those of ``packs`` that are rejected for good; a fixed number of queries."""
    shown = [pack for pack in packs if is_over(pack, at)]
    ids = [pack.pk for pack in shown]
    decisions = current_decisions(pack_ids=ids)
    sources = [decision.evidence.get("sources", {}) for decision in decisions.values()]
    capacity = _by_key(CapacityTest, sources, "capacity_test_id")
    resistance = _by_key(ResistanceTest, sources, "resistance_test_id")
    inspections = current_inspections(pack_ids=ids)
    reviews = _reviews(decisions)
    photos = _photos(ids)
    orders = dispositions_of(pack_ids=ids)
    disputes = _disputes(decisions)
    return [
        RejectReport(
            pack=pack,
            decision=decision,
            capacity=capacity.get(_source(decision, "capacity_test_id")),
            resistance=resistance.get(_source(decision, "resistance_test_id")),
            inspection=inspections.get(pack.pk),
            photos=photos.get(pack.pk, ()),
            review=(review := reviews.get(decision.pk)),
            disposition=orders.get(pack.pk),
            obstacle_to_dispute=_obstacle(pack, disputes.get(decision.pk, ())),
            steps=path_behind(decision),
            settled_at=review.closed_at if review and review.closed_at else pack.status_at,
        )
        for pack in shown
        if (decision := decisions.get(pack.pk))
    ]


def is_over(pack: Pack, at: datetime) -> bool:
    """Return whether a pack is rejected for good: nobody can take it back, or it has left since."""
    status = Status(pack.status)
    if status in GONE:
        return True
    return status is Status.REJECTED and is_settled(since=pack.status_at, at=at)


def _source(decision: Decision, name: str) -> Any:
    return decision.evidence.get("sources", {}).get(name)


def _by_key(model: type[Model], sources: Sequence[Mapping[str, Any]], name: str) -> dict[Any, Any]:
    keys = [source[name] for source in sources if source.get(name)]
    rows = model._default_manager.filter(pk__in=keys)
    return {row.pk: row for row in rows.select_related("instrument", "procedure")}


def _reviews(decisions: Mapping[int, Decision]) -> dict[int, ReviewCase]:
    """Return the review of each decision; that of an override is the one of what it took the place of."""
    ids = [decision.pk for decision in decisions.values()]
    mine = Q(decision__in=ids) | Q(decision__superseded_by__in=ids, state=ReviewCase.State.OVERRIDDEN)
    rows = ReviewCase.objects.filter(mine).select_related("decision").order_by("pk")
    found = {}
    for row in rows:
        stands = row.decision_id if row.decision_id in ids else row.decision.superseded_by_id
        found[stands or row.decision_id] = row
    return found


def _photos(pack_ids: Sequence[int]) -> dict[int, list[Photo]]:
    found: dict[int, list[Photo]] = {}
    rows = Photo.objects.filter(pack_id__in=pack_ids).select_related("shown").order_by("-id")
    for photo in sorted(rows, key=lambda row: row.slot != "damage"):
        found.setdefault(photo.pack_id, []).append(photo)
    return {key: photos[:PHOTOS_SHOWN] for key, photos in found.items()}


def photo_label(photo: Photo) -> str:
    """Return what a photo is meant to show."""
    return PHOTO_SLOTS.get(photo.slot, photo.slot)


def _disputes(decisions: Mapping[int, Decision]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    ids: Collection[int] = [decision.pk for decision in decisions.values()]
    for key, state in Dispute.objects.filter(decision__in=ids).values_list("decision_id", "state"):
        found.setdefault(key, []).append(state)
    return found


def _obstacle(pack: Pack, states: Sequence[str]) -> str:
    is_open = Dispute.State.OPEN in states
    return obstacle(
        status=pack.status, has_decision=True, has_open_dispute=is_open, answered=len(states) - is_open
    )
