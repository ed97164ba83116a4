"""Photos of packs: take one in, show one."""

from collections.abc import Iterable
from mimetypes import guess_extension

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake.domain.hazards import PHOTO_SLOTS, REQUIRED_PHOTO_SLOTS
from intake.models import Photo
from intake.queries.inspections import packs_for, photos_for, photos_of
from intake.services import files, photos
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.downloads import locked
from rebattery.ui.forms import apply_rule_violation


class PhotoForm(forms.Form):
    """One picture for each slot of a pack; all may stay empty."""

    def __init__(self, *args: object, **options: object):
        super().__init__(*args, **options)  # type: ignore[arg-type]
        for slot, label in PHOTO_SLOTS.items():
            self.fields[f"photo_{slot}"] = forms.FileField(label=label, required=False)


@require_POST
@requires(Capability.INSPECT_PACKS)
def photo_add(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = get_object_or_404(packs_for(viewer=person_of(request)), pk=pack_id)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        chosen = [(slot, form.cleaned_data[f"photo_{slot}"]) for slot in PHOTO_SLOTS]
        try:
            add_photos(request, pack_id, ((slot, upload) for slot, upload in chosen if upload))
        except RuleViolation as refusal:
            apply_rule_violation(form, refusal)
    if form.is_valid() and "HX-Request" not in request.headers:
        return redirect("inspect_pack", pack_id)
    faults = [text for texts in form.errors.values() for text in texts]
    context = {"pack": pack, "slots": photo_slots(photos_of(pack_id=pack_id)), "faults": faults}
    template = "_photos.html" if "HX-Request" in request.headers else "photos.html"
    return render(request, f"intake/inspect/{template}", context)


@require_safe
@requires(Capability.VIEW_PACKS)
def photo(request: HttpRequest, photo_id: int) -> FileResponse:
    found = get_object_or_404(photos_for(viewer=person_of(request)), pk=photo_id)
    shown = files.path_of(found.shown).open("rb")
    media_type = found.shown.media_type
    return locked(FileResponse(shown, filename=f"photo-{found.pk}.jpg", content_type=media_type))


@require_safe
@requires(Capability.VIEW_INTERNAL)
def photo_original(request: HttpRequest, photo_id: int) -> FileResponse:
    found = get_object_or_404(photos_for(viewer=person_of(request)), pk=photo_id)
    kept = files.path_of(found.original).open("rb")
    # Byte for byte as it was taken in, with all that its metadata say: to be checked, not to be looked at.
    ending = guess_extension(found.original.media_type) or ""
    name = f"photo-{found.pk}-{found.original.sha256[:12]}{ending}"
    answer = FileResponse(kept, as_attachment=True, filename=name, content_type="application/octet-stream")
    return locked(answer)


def add_photos(request: HttpRequest, pack_id: int, pictures: Iterable[tuple[str, UploadedFile]]) -> None:
    """Take in what a form brought, one service call for each picture."""
    for slot, upload in pictures:
        photos.add(
            pack_ids=[pack_id],
            slot=slot,
            file_name=upload.name or "",
            content=upload.read(photos.PHOTO_LIMIT_BYTES + 1),
            actor=actor_of(request),
            at=timezone.now(),
        )


def photo_slots(rows: Iterable[Photo]) -> list[dict[str, object]]:
    """Return every slot with its photos, for the page."""
    rows = list(rows)
    return [
        {
            "slot": slot,
            "label": label,
            "is_required": slot in REQUIRED_PHOTO_SLOTS,
            "photos": [row for row in rows if row.slot == slot],
        }
        for slot, label in PHOTO_SLOTS.items()
    ]
