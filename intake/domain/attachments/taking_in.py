"""Take one upload apart: a document, or a zip of them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.attachments.archive import Member, clean_name, members_of
from intake.domain.attachments.kinds import kind_of
from intake.domain.attachments.sniffing import PICTURES, ZIP, Refused, media_type_of
from intake.domain.pictures import SHOWN_MEDIA_TYPE, PictureRefused, read_picture

MAX_PICTURE_BYTES = 20 * 1024 * 1024


def take_apart(path: Path, *, file_name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what the upload holds; what has to be written goes into ``folder``.

    - ``{"file": {name, path, sha256, media_type, kind, captured_at}}``: ``sha256`` is of the bytes as sent,
      ``path`` leads to what may be handed out, which for a picture is a clean copy
    - ``{"left_out": {name, why}}``
    - ``{"progress": [done, total]}``

    :raises Refused: when nothing of it can be taken.
    """
    media_type = media_type_of(path)
    if media_type != ZIP:
        yield {"file": _document(path, clean_name(file_name), media_type, folder / "shown")}
        return
    for found in members_of(path, folder):
        if not isinstance(found, Member):
            yield {"progress": list(found)}
        elif found.path is None:
            yield {"left_out": {"name": found.name, "why": found.why}}
        else:
            yield _member(found.name, found.path)


def _member(name: str, path: Path) -> dict[str, Any]:
    try:
        media_type = media_type_of(path)
        if media_type == ZIP:
            raise Refused("It is a zip in a zip. Send it by itself.")
        return {"file": _document(path, name, media_type, path.with_suffix(".shown"))}
    except Refused as refused:
        path.unlink()
        return {"left_out": {"name": name, "why": str(refused)}}


def _document(path: Path, name: str, media_type: str, shown: Path) -> dict[str, Any]:
    captured_at, sha256 = "", _sha256(path)
    if media_type in PICTURES:
        captured_at = _clean_copy(path, shown)
        path, media_type = shown, SHOWN_MEDIA_TYPE
    return {
        "name": name,
        "path": str(path),
        "sha256": sha256,
        "media_type": media_type,
        "kind": kind_of(name=name, media_type=media_type).value,
        "captured_at": captured_at,
    }


def _clean_copy(path: Path, shown: Path) -> str:
    if path.stat().st_size > MAX_PICTURE_BYTES:
        raise Refused(f"The picture is larger than {MAX_PICTURE_BYTES // 2**20} MB.")
    try:
        picture = read_picture(path.read_bytes())
    except PictureRefused as refused:
        raise Refused(refused.message) from refused
    except MemoryError as fault:
        raise Refused("The picture is too large; at most 40 megapixels.") from fault
    shown.write_bytes(picture.shown)
    return picture.taken_at.isoformat() if picture.taken_at else ""


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
