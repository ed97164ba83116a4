"""Check and keep the file of a certificate."""

from datetime import datetime

from grading.services.uploads import FILE_LIMIT_BYTES, Upload
from intake.domain.attachments import sniffing
from intake.models import StoredFile
from intake.services import files
from rebattery.errors import RuleViolation

_TAKEN = sniffing.PICTURES | {sniffing.PDF}


class CertificateFileRefused(RuleViolation):
    """This file cannot be kept as a certificate."""

    code = "certificate_file_refused"


def keep(upload: Upload, *, at: datetime) -> tuple[StoredFile, str]:
    """Keep a PDF or a photo and return it with its name as a page may show it.

    :raises CertificateFileRefused: for any other kind, by its content, and for one that is too large.
    """
    if upload.is_too_large:
        raise _refused(f"It is larger than {FILE_LIMIT_BYTES // 2**20} MB.")
    try:
        media_type = upload.media_type()
    except sniffing.Refused as refused:
        raise _refused(str(refused)) from None
    if media_type not in _TAKEN:
        raise _refused("Send the certificate as PDF or as a photo (JPEG, PNG, WebP).")
    stored = files.store(content=upload.content, media_type=media_type, at=at)
    return stored, upload.shown_name or "certificate"


def _refused(why: str) -> CertificateFileRefused:
    return CertificateFileRefused(f"{why} Nothing was recorded.", fields={"file": why})
