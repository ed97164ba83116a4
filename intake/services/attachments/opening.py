"""Open an upload through the limited process, and keep what may be handed out."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from intake.domain.limited_process import Died, lines_of
from intake.models import AttachmentUpload, StoredFile
from intake.services import files
from intake.services.attachments.lease import Lease, renew

_TIMEOUT_S = 480


@dataclass
class Opened:
    """What an upload holds."""

    documents: list[tuple[dict[str, Any], StoredFile]] = field(default_factory=list)
    """What the limited process said of each document, and the bytes to hand out."""
    left_out: list[dict[str, str]] = field(default_factory=list)
    refusal: str = ""
    """Why nothing of it can be taken; empty when something can."""


@contextmanager
def opened(*, upload: AttachmentUpload, lease: Lease, at: datetime) -> Iterator[Opened]:
    """Open ``upload`` wholly, renewing the lease as it goes; bytes are kept only when it is sound.

    :raises LeaseLost: when another worker has taken over.
    """
    found = Opened()
    with tempfile.TemporaryDirectory(prefix="documents-") as folder:
        told = _read(found, upload, lease, Path(folder))
        if found.refusal:
            told.clear()
        for number, line in enumerate(told, start=1):
            with open(line["path"], "rb") as content:
                stored = files.store(content=content, media_type=line["media_type"], at=at)
            found.documents.append((line, stored))
            renew(lease, files_done=number, file_count=len(told))
        yield found


def _read(found: Opened, upload: AttachmentUpload, lease: Lease, folder: Path) -> list[dict[str, Any]]:
    order = {
        "path": str(files.path_of(upload.stored_file).resolve()),
        "file_name": upload.file_name,
        "folder": str(folder),
    }
    told: list[dict[str, Any]] = []
    try:
        for line in lines_of("intake.domain.attachments.child", order, timeout_s=_TIMEOUT_S):
            match line:
                case {"file": document}:
                    told.append(document)
                case {"left_out": left_out}:
                    found.left_out.append(left_out)
                case {"progress": [done, total]}:
                    renew(lease, files_done=done, file_count=total)
                case {"refused": why}:
                    found.refusal = why
    except Died:
        found.refusal = "It could not be opened: it is too large or damaged. Split it, or save it again."
    if not told and not found.refusal:
        found.refusal = "Nothing in it can be taken in."
    return told
