"""Take in photos of packs."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from intake.domain.hazards import PHOTO_SLOTS
from intake.domain.lifecycle import GONE, NOT_HERE
from intake.domain.pictures import SHOWN_MEDIA_TYPE, PictureRefused, read_picture
from intake.models import Photo
from intake.services import files
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

PHOTO_LIMIT_BYTES = 20 * 1024 * 1024


def add(
    *, pack_ids: Sequence[int], slot: str, file_name: str, content: bytes, actor: Actor, at: datetime
) -> list[Photo]:
    """Keep one picture as a photo of each of ``pack_ids``: the original as evidence, a clean copy to show.

    A pack that has the same picture in this slot keeps the photo that is there: a form sent again adds none.

    :raises PictureRefused: when it is no intact picture, too large, or a pack is not in the building.
    """
    if slot not in PHOTO_SLOTS:
        raise PictureRefused("There is no such photo slot.")
    if len(content) > PHOTO_LIMIT_BYTES:
        raise PictureRefused(f"The picture is larger than {PHOTO_LIMIT_BYTES // 2**20} MB.")
    # Decoding stays outside the transaction, which holds locks.
    picture = read_picture(content)
    original = files.store(content=content, media_type=picture.media_type, at=at)
    shown = files.store(content=picture.shown, media_type=SHOWN_MEDIA_TYPE, at=at)
    with transaction.atomic():
        packs = lock_packs(pack_ids=pack_ids)
        if absent := [pack.serial for pack in packs if pack.status in (*NOT_HERE, *GONE)]:
            raise PictureRefused(f"Receive the pack first: {', '.join(absent[:5])}. Nothing was added.")
        same = Photo.objects.filter(pack__in=packs, slot=slot, original=original).order_by("-pk")
        there = {photo.pack_id: photo for photo in same}
        added = Photo.objects.bulk_create(
            Photo(
                pack=pack,
                slot=slot,
                original=original,
                shown=shown,
                file_name=files.printable_name(file_name),
                at=at,
                person_id=actor.person_id,
                person_label=actor.label,
            )
            for pack in packs
            if pack.pk not in there
        )
        record(events=(_added(photo, picture.taken_at) for photo in added), actor=actor, at=at)
    there |= {photo.pack_id: photo for photo in added}
    return [there[pack.pk] for pack in packs]


def _added(photo: Photo, taken_at: datetime | None) -> Event:
    return Event(
        code="photo.added",
        subject_id=photo.pk,
        subject_label=str(photo),
        pack_id=photo.pack_id,
        supplier_id=photo.pack.supplier_id,
        after={
            "pack_id": photo.pack_id,
            "slot": photo.slot,
            "original_id": photo.original_id,
            "shown_id": photo.shown_id,
            "file_name": photo.file_name,
        },
        facts={"slot": PHOTO_SLOTS[photo.slot], "sha256": photo.original.sha256, "taken_at": taken_at},
    )
