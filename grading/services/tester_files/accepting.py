"""Take tester files in; a worker reads them."""

from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from grading.domain.tester_files.content import HEAD_BYTES, foreign_kind
from grading.models import TesterFile, TesterFileRun
from intake.services import files
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue


class NoTesterFile(RuleViolation):
    """This is no file of a tester. Nothing was kept."""

    code = "no_tester_file"


def accept(
    *, file_name: str, content: BinaryIO, source: TesterFile.Source, actor: Actor, at: datetime
) -> tuple[TesterFile, bool]:
    """Keep a tester file and queue it; return it, and whether it is new.

    The same bytes are one file, whatever their name and whoever sent them. Works with the broker dead: the
    sweep finds the file.

    :param content: can be read twice: it is rewound after a look at its first bytes.
    :raises NoTesterFile: when its content is evidently something else.
    :raises FileTooLarge: when there is more than ``settings.UPLOAD_LIMIT_BYTES``.
    """
    content.seek(0)
    if kind := foreign_kind(content.read(HEAD_BYTES)):
        raise NoTesterFile(f"This is {kind}, no file of a tester. Nothing was kept.")
    content.seek(0)
    stored = files.store(content=content, at=at)
    name = files.printable_name(file_name.replace("\\", "/").split("/")[-1]) or "tester file"
    with transaction.atomic():
        file, is_new = TesterFile.objects.get_or_create(
            stored_file=stored,
            defaults={
                "file_name": name,
                "source": source,
                "received_at": at,
                "received_by": actor.label,
                "received_by_person_id": actor.person_id,
            },
        )
        if is_new:
            TesterFileRun.objects.create(tester_file=file)
            event = Event(
                code="tester_file.received",
                subject_id=file.pk,
                subject_label=name,
                after={
                    "stored_file_id": stored.pk,
                    "file_name": name,
                    "source": source.value,
                    "state": file.state,
                    "received_by": actor.label,
                },
                facts={"bytes": stored.byte_count, "sha256": stored.sha256},
            )
            record(events=[event], actor=actor, at=at)
            enqueue(Job.READ_TESTER_FILE, tester_file_id=file.pk)
    return file, is_new
