"""Take the measured population into a columnar file that policies are tried on."""

import hashlib
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from grading.models import PopulationSnapshot
from grading.queries.population import copied_out, latest_snapshot, path_of, read_out
from rebattery.audit.trail import events
from rebattery.turns import await_turn

KEPT = 3
"""Newest snapshots that stay on disk: a process may still be reading the one before."""


@transaction.atomic
def take_population(*, at: datetime) -> PopulationSnapshot:
    """Take all measured packs in one reading, and return the snapshot.

    When nothing was recorded since the newest snapshot, and its file is there, that one is returned. The
    file is in its place before the row that names it exists.
    """
    await_turn("take population")
    last_event_id = events().order_by("-id").values_list("id", flat=True).first() or 0
    newest = latest_snapshot()
    if newest and newest.last_event_id == last_event_id and path_of(newest).exists():
        return newest
    with copied_out() as rows:
        frame, kinds, is_cut = read_out(rows, on=at.date())
    folder = Path(settings.FILES_ROOT) / "populations"
    folder.mkdir(parents=True, exist_ok=True)
    incoming = folder / f"incoming-{os.getpid()}"
    frame.write_parquet(incoming, compression="zstd")
    with incoming.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    snapshot = PopulationSnapshot(
        taken_at=at,
        pack_count=len(frame),
        is_cut=is_cut,
        byte_count=incoming.stat().st_size,
        sha256=sha256,
        kinds=[kind.to_json() for kind in kinds],
        last_event_id=last_event_id,
    )
    incoming.replace(path_of(snapshot))
    snapshot.save()
    _drop_old()
    return snapshot


def _drop_old() -> None:
    ordered = list(PopulationSnapshot.objects.order_by("-id"))
    kept = {path_of(snapshot) for snapshot in ordered[:KEPT]}
    for old in ordered[KEPT:]:
        old.delete()
        if (path := path_of(old)) not in kept:
            with suppress(FileNotFoundError):
                path.unlink()
