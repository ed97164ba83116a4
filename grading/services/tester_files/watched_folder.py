"""Look into the folder of the settings, as a worker does every few seconds; the cache keeps what was seen."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from grading.services.tester_files.watching import Taken, Watched, look
from rebattery.actor import Actor

_KEY = "tester-folder"
_KEPT_S = 24 * 3600


def look_into_watched_folder(*, actor: Actor, at: datetime) -> list[Taken]:
    """Take in what stands still in ``settings.TESTER_FOLDER``; nothing without a folder.

    A lost cache costs one more look at each file: what was taken before is known by its SHA-256.
    """
    folder = Path(settings.TESTER_FOLDER)
    if not settings.TESTER_FOLDER or not folder.is_dir():
        return []
    watched = Watched(cache.get(_KEY) or {})
    try:
        return look(folder=folder, watched=watched, actor=actor, at=at)
    finally:
        cache.set(_KEY, watched.sights, _KEPT_S)
