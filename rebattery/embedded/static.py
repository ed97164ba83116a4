"""Collect the static files only when one has changed: the slowest part of a start otherwise."""

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from rebattery.embedded.state import RUN

STAMP = RUN / "static.stamp"


def is_current() -> bool:
    """Return whether the last collection still holds."""
    return (
        STAMP.exists()
        and (settings.STATIC_ROOT / "staticfiles.json").exists()
        and STAMP.read_text() == _fingerprint()
    )


def mark_current() -> None:
    """Remember what has just been collected."""
    STAMP.write_text(_fingerprint())


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            facts = (storage.path(name), storage.size(name), storage.get_modified_time(name).timestamp())
            digest.update(repr(facts).encode())
    return digest.hexdigest()
