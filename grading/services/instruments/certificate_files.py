"""Check and keep the file of a certificate."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self

from intake.domain.attachments import sniffing
from intake.models import StoredFile
from intake.services import files
from rebattery.errors import RuleViolation

FILE_LIMIT_BYTES = 20 * 1024 * 1024
_TAKEN = sniffing.PICTURES | {sniffing.PDF}


class CertificateFileRefused(RuleViolation):
    """This file cannot be kept as a certificate."""

    code = "certificate_file_refused"


@dataclass(frozen=True)
class Upload:
    """One file as it came; more than the limit need not be read."""

    file_name: str
    content: bytes

    @classmethod
    def read(cls, file_name: str | None, stream: BinaryIO) -> Self:
        """Read a byte beyond the limit at most: enough to see that it is crossed."""
        return cls(file_name or "certificate", stream.read(FILE_LIMIT_BYTES + 1))


def keep(upload: Upload, *, at: datetime) -> tuple[StoredFile, str]:
    """Keep a PDF or a photo and return it with its name as a page may show it.

    :raises CertificateFileRefused: for any other kind, by its content, and for one that is too large.
    """
    if len(upload.content) > FILE_LIMIT_BYTES:
        raise _refused(f"It is larger than {FILE_LIMIT_BYTES // 2**20} MB.")
    with tempfile.NamedTemporaryFile() as spool:
        spool.write(upload.content)
        spool.flush()
        try:
            media_type = sniffing.media_type_of(Path(spool.name))
        except sniffing.Refused as refused:
            raise _refused(str(refused)) from None
    if media_type not in _TAKEN:
        raise _refused("Send the certificate as PDF or as a photo (JPEG, PNG, WebP).")
    name = files.printable_name(upload.file_name).replace("/", "_").replace("\\", "_")
    return files.store(content=upload.content, media_type=media_type, at=at), name or "certificate"


def _refused(why: str) -> CertificateFileRefused:
    return CertificateFileRefused(f"{why} Nothing was recorded.", fields={"file": why})
