"""Check and keep the files that come with a dispute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grading.domain.disputes import MOST_FILES
from grading.services.uploads import FILE_LIMIT_BYTES, Upload
from intake.domain.attachments import sniffing
from intake.domain.pictures import SHOWN_MEDIA_TYPE, read_picture
from intake.models import StoredFile
from intake.services import files
from rebattery.errors import RuleViolation


class FileRefused(RuleViolation):
    """This file cannot be taken in."""

    code = "file_refused"

    def __init__(self, message: str):
        super().__init__(f"{message} Nothing was sent.", fields={"files": message})


@dataclass(frozen=True)
class Kept:
    """One file that was checked and is on disk."""

    file_name: str
    original: StoredFile
    shown: StoredFile


def keep(*, uploads: Sequence[Upload], at: datetime) -> list[Kept]:
    """Check all of ``uploads``, then keep them; pictures get a copy without their metadata.

    :raises FileRefused: for too many, too large or too strange a file; names it, and none is kept.
    """
    if len(uploads) > MOST_FILES:
        raise FileRefused(f"At most {MOST_FILES} files at once.")
    checked = [_checked(upload) for upload in uploads]
    return [
        Kept(
            file_name=name,
            original=(original := files.store(content=upload.content, media_type=media_type, at=at)),
            shown=files.store(content=shown, media_type=SHOWN_MEDIA_TYPE, at=at) if shown else original,
        )
        for upload, (name, media_type, shown) in zip(uploads, checked, strict=True)
    ]


def _checked(upload: Upload) -> tuple[str, str, bytes]:
    """Return its name, what it is by its content, and the picture made anew where it is one."""
    name = upload.shown_name or "file"
    if upload.is_too_large:
        raise FileRefused(f"{name} is larger than {FILE_LIMIT_BYTES // 2**20} MB.")
    try:
        media_type = upload.media_type()
    except sniffing.Refused as refused:
        raise FileRefused(f"{name}: {refused}") from None
    if media_type == sniffing.ZIP:
        raise FileRefused(f"{name}: It is a zip. Send the files in it one by one.")
    if media_type not in sniffing.PICTURES:
        return name, media_type, b""
    try:
        return name, media_type, read_picture(upload.content).shown
    except RuleViolation as refused:
        raise FileRefused(f"{name}: {refused.message}") from None
