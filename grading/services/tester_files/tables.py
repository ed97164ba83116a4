"""The canonical table of a test, kept beside the raw file: derived, so it is made again when it is gone."""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from grading.models import Derivation


def table_of(derivation: Derivation) -> Path:
    """Return where the table of ``derivation`` is or would be."""
    sha256 = derivation.file_sha256
    return Path(settings.FILES_ROOT) / sha256[:2] / f"{sha256}-{derivation.pk}.parquet"


def keep_table(derivation: Derivation, table: Path) -> None:
    """Put the table of ``derivation`` in its place at once; a reader sees all of it or nothing."""
    target = table_of(derivation)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(table, target)


def drop_table(derivation: Derivation) -> None:
    """Forget the table of a derivation that does not count any more."""
    with suppress(FileNotFoundError):
        table_of(derivation).unlink()
