"""Take files of results in; small ones are read at once, larger ones by a worker."""

from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from grading.domain.results_file.sandbox import ResultsUnreadable, read_file
from grading.models import ResultsFile, ResultsFileWork
from grading.services.results_files.reading import run
from intake.services import files
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.jobs import Job, enqueue

SMALL_BYTES = 1 << 20
SMALL_ROWS = 200
"""A file of at most so many rows is read while its sender waits."""
_SMALL_S = 15.0


def accept(
    *, file_name: str, content: BinaryIO, record_if_clean: bool, actor: Actor, at: datetime
) -> tuple[ResultsFile, bool]:
    """Keep a file of results and read it or have it read; return it, and whether it is new.

    The same bytes are one file, whatever their name. A file of more than ``SMALL_ROWS`` rows waits for a
    worker; with the broker dead the sweep finds it.

    :param record_if_clean: record all of its rows as soon as it is read, if none has an error.
    :raises FileTooLarge: when there is more than ``settings.UPLOAD_LIMIT_BYTES``.
    """
    content.seek(0)
    stored = files.store(content=content, at=at)
    name = files.printable_name(file_name.replace("\\", "/").split("/")[-1]) or "results"
    with transaction.atomic():
        file, is_new = ResultsFile.objects.get_or_create(
            stored_file=stored,
            defaults={
                "file_name": name,
                "record_if_clean": record_if_clean,
                "received_at": at,
                "received_by": actor.label,
                "received_by_person_id": actor.person_id,
                "received_actor": {"kind": actor.kind, "id": actor.id},
            },
        )
        if not is_new:
            return file, False
        ResultsFileWork.objects.create(results_file=file)
        event = Event(
            code="results_file.received",
            subject_id=file.pk,
            subject_label=name,
            after={"file_name": name, "state": file.state, "record_if_clean": record_if_clean},
            facts={"bytes": stored.byte_count, "sha256": stored.sha256},
        )
        record(events=[event], actor=actor, at=at)
    if stored.byte_count <= SMALL_BYTES and _is_small(file, name):
        return run(results_file_id=file.pk, job_id="", at=at), True
    enqueue(Job.READ_RESULTS_FILE, results_file_id=file.pk)
    return file, True


def _is_small(file: ResultsFile, name: str) -> bool:
    """Tell whether a file can be read while its sender waits; one that cannot be read at all can."""
    path = files.path_of(file.stored_file)
    try:
        read_file(path, file_name=name, row_limit=SMALL_ROWS, timeout_s=_SMALL_S)
    except ResultsUnreadable as refused:
        return refused.code not in ("too_many_rows", "too_large_or_broken")
    return True
