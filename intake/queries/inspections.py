"""What is known about a pack's inspection: the draft, the current one, the photos."""

from dataclasses import dataclass

from django.db.models import QuerySet

from intake.domain.inspection import Observation
from intake.models import Inspection, InspectionDraft, Pack, Photo
from rebattery.accounts.models import User


def packs_for(*, viewer: User) -> QuerySet[Pack]:
    """Return the packs that ``viewer`` may see, with what their inspection page names."""
    return Pack.objects.visible_to(viewer).select_related("batch", "supplier")


def photos_for(*, viewer: User) -> QuerySet[Photo]:
    """Return the photos of the packs that ``viewer`` may see."""
    packs = Pack.objects.visible_to(viewer).values("pk")
    return Photo.objects.filter(pack__in=packs).select_related("shown", "original")


@dataclass(frozen=True)
class InspectionState:
    """Where the inspection of one pack stands."""

    draft: InspectionDraft | None
    current: Inspection | None
    photos: list[Photo]
    """Newest first."""


def inspection_state(*, pack_id: int) -> InspectionState:
    """Return draft, current inspection and photos of a pack."""
    return InspectionState(
        draft=InspectionDraft.objects.filter(pack_id=pack_id).first(),
        current=current_inspections(pack_ids=[pack_id]).get(pack_id),
        photos=list(photos_of(pack_id=pack_id)),
    )


def current_inspections(*, pack_ids: list[int]) -> dict[int, Inspection]:
    """Return the inspection in force of each pack that has one."""
    rows = Inspection.objects.filter(pack_id__in=pack_ids, superseded_by__isnull=True)
    return {row.pack_id: row for row in rows}


def photos_of(*, pack_id: int) -> list[Photo]:
    """Return a pack's photos, newest first."""
    rows = Photo.objects.filter(pack_id=pack_id).select_related("original", "shown")
    return list(rows.order_by("-id"))


def photo_slots(*, pack_ids: list[int]) -> dict[int, frozenset[str]]:
    """Return which photo slots of each pack are filled."""
    slots: dict[int, set[str]] = {pack_id: set() for pack_id in pack_ids}
    for pack_id, slot in Photo.objects.filter(pack_id__in=pack_ids).values_list("pack_id", "slot").distinct():
        slots[pack_id].add(slot)
    return {pack_id: frozenset(filled) for pack_id, filled in slots.items()}


def observation_of(row: InspectionDraft | Inspection) -> Observation:
    """Return the answers of a draft or of a submitted inspection."""
    return Observation(
        pack_id=row.pack_id,
        answers=row.answers,
        isolation_kohm=row.isolation_kohm,
        pack_voltage_v=row.pack_voltage_v,
        note=row.note,
        seen_draft_at=row.saved_at if isinstance(row, InspectionDraft) else None,
    )
