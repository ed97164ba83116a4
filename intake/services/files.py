"""Keep received bytes as they came, found by their SHA-256."""

import hashlib
import io
import os
import tempfile
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

from intake.models import StoredFile
from rebattery.errors import RuleViolation

_CHUNK_BYTES = 1024 * 1024


class FileTooLarge(RuleViolation):
    """The file is larger than we take in."""

    code = "file_too_large"


def store(*, content: BinaryIO | bytes, at: datetime, media_type: str = "") -> StoredFile:
    """Keep ``content`` and return its row; the same bytes are kept once and give the same row.

    The file is on disk under its final name before the row exists, so no row is without its file.

    :raises FileTooLarge: when there is more than ``settings.UPLOAD_LIMIT_BYTES``.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    sha256, byte_count = _keep(stream, limit_bytes=settings.UPLOAD_LIMIT_BYTES)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_storedfile (sha256, byte_count, media_type, stored_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING",
            [sha256, byte_count, media_type[:100], at],
        )
    return StoredFile.objects.get(sha256=sha256)


def printable_name(file_name: str) -> str:
    """Return a sender's file name without what a page cannot show, of at most 300 characters."""
    kept = "".join(ch for ch in unicodedata.normalize("NFC", file_name) if ch.isprintable())
    return kept[:300]


def path_of(stored_file: StoredFile) -> Path:
    """Return where the bytes of ``stored_file`` are."""
    return _path(stored_file.sha256)


def _path(sha256: str) -> Path:
    return settings.FILES_ROOT / sha256[:2] / sha256


def _keep(stream: BinaryIO, *, limit_bytes: int) -> tuple[str, int]:
    settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
    digest, byte_count = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=settings.FILES_ROOT, prefix="incoming-", delete=False) as incoming:
        try:
            while chunk := stream.read(_CHUNK_BYTES):
                byte_count += len(chunk)
                if byte_count > limit_bytes:
                    limit = f"{limit_bytes // _CHUNK_BYTES} MB"
                    raise FileTooLarge(f"The file is larger than {limit}. Split it into several files.")
                digest.update(chunk)
                incoming.write(chunk)
            incoming.flush()
            os.fsync(incoming.fileno())
        except BaseException:
            os.unlink(incoming.name)
            raise
    target = _path(digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    os.replace(incoming.name, target)
    _sync_folder(target.parent)
    return digest.hexdigest(), byte_count


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may forget the new name although the bytes are on disk.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
