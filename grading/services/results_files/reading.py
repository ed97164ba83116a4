"""Read a file of results and settle it, whatever happens to the worker in between."""

from datetime import datetime

from django.db import transaction

from grading.domain.results_file.sandbox import Contents, ResultsUnreadable, read_file
from grading.models import ResultsFile
from grading.services.results_files.judging import judge
from grading.services.results_files.lease import LEASES
from grading.services.results_files.recording import store
from grading.services.results_files.rows import keep
from grading.services.results_files.staged import staged_of
from intake.services.files import path_of
from intake.services.leases import MAX_ATTEMPTS, Lease
from rebattery.actor import Actor
from rebattery.errors import RuleViolation

State = ResultsFile.State
GAVE_UP = "Reading it ended without a result each time; our log has the details. Save it again as CSV."


def run(*, results_file_id: int, job_id: str, at: datetime) -> ResultsFile:
    """Read a waiting file and settle it; return it as it stands then.

    Safe to call at any time, by any number of workers at once: the lease lets one of them work, and all
    effects are one transaction behind its fence. Results are recorded in the name of whoever sent the file.
    """
    LEASES.work(results_file_id, lambda lease: _read(lease, job_id, at))
    return ResultsFile.objects.select_related("work", "stored_file").get(pk=results_file_id)


def sender_of(file: ResultsFile, *, job_id: str) -> Actor:
    """Return the author of what is recorded from a file while nobody is at a keyboard."""
    return Actor(
        kind=file.received_actor.get("kind", "user"),
        id=file.received_actor.get("id"),
        person_id=file.received_by_person_id,
        label=file.received_by,
        job_id=job_id,
    )


def _read(lease: Lease, job_id: str, at: datetime) -> None:
    if lease.attempt > MAX_ATTEMPTS:
        _refuse(lease, GAVE_UP)
        return
    file = ResultsFile.objects.select_related("stored_file").get(pk=lease.subject_id)
    try:
        contents = read_file(
            path_of(file.stored_file),
            file_name=file.file_name,
            on_progress=lambda rows: LEASES.renew(lease, rows_read=rows),
        )
    except ResultsUnreadable as refused:
        _refuse(lease, refused.message)
        return
    with transaction.atomic():
        _settle(LEASES.lock(lease), contents, sender_of(file, job_id=job_id), at)


def _settle(file: ResultsFile, contents: Contents, actor: Actor, at: datetime) -> None:
    rows = staged_of(contents.sheets)
    members = judge(rows, actor, at)
    file.state, file.why = State.DRAFT, ""
    file.sheets = [sheet.told for sheet in contents.sheets]
    file.unread_sheets = contents.summary["unread_sheets"]
    file.save(update_fields=["state", "why", "sheets", "unread_sheets"])
    keep(file, rows)
    if not file.record_if_clean or any(row.has_error for row in rows):
        return
    try:
        with transaction.atomic():
            store(file, rows, members, actor, at)
    except RuleViolation as refused:
        # What stands against the whole set, such as the lack of a policy: a person has to see it.
        file.state, file.why = State.DRAFT, refused.message
        file.save(update_fields=["state", "why"])


def _refuse(lease: Lease, why: str) -> None:
    with transaction.atomic():
        file = LEASES.lock(lease)
        file.state, file.why = State.REFUSED, why
        file.save(update_fields=["state", "why"])
