"""What people do with a tester file before it is recorded."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from grading.domain.tester_files.questions import check_answers
from grading.models import Channel, ProcedureVersion, TesterFile
from grading.services.tester_files.changes import (
    INBOX,
    QUEUED,
    READY,
    RECORDED,
    REFUSED,
    SET_ASIDE,
    WrongState,
    change,
    locked,
)
from grading.services.tester_files.lease import LEASES
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.actor import Actor
from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue


class PackNotAtBench(RuleViolation):
    """Only a pack at the bench can be the one that was measured."""

    code = "pack_not_at_bench"


@transaction.atomic
def assign(
    *, tester_file_id: int, pack_id: int, actor: Actor, at: datetime, version: int | None = None
) -> TesterFile:
    """Say of which pack a file is; it is derived again with that pack's ratings.

    Saying it again changes nothing.

    :raises PackNotAtBench: when the pack is not between inspection and grading.
    :raises WrongState: when the file is being read, recorded, refused or set aside.
    """
    file = locked(tester_file_id, INBOX, READY, version=version)
    if file.pack_id == pack_id:
        return file
    pack = Pack.objects.filter(pk=pack_id).first()
    if pack is None or pack.status != Status.INSPECTED:
        stands = f"{pack.serial} is {pack.get_status_display().lower()}. " if pack else ""
        raise PackNotAtBench(f"{stands}Only a pack at the bench can be the one that was measured.")
    after = {"pack_id": pack.pk, "candidates": []}
    return _queued(file, "tester_file.assigned", after, actor, at, facts={"serial": pack.serial})


@transaction.atomic
def answer(
    *,
    tester_file_id: int,
    answers: Mapping[str, str],
    reason: str,
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> TesterFile:
    """Answer what the file leaves open, such as its sign or a unit; it is derived again with the answers.

    An empty answer takes an earlier one back. What was recorded before stays until it is superseded.

    :raises AnswerUnknown: when an answer is none of those that can be given.
    :raises ReasonMissing: when there is no reason.
    :raises WrongState: when the file is being read, refused or set aside.
    """
    check_answers(answers)
    file = locked(tester_file_id, INBOX, READY, RECORDED, version=version)
    merged = {key: value for key, value in {**file.answers, **answers}.items() if value}
    told = ", ".join(f"{key} = {value or 'as in the file'}" for key, value in sorted(answers.items()))
    return _queued(
        file, "tester_file.answered", {"answers": merged}, actor, at, reason=reason, facts={"answers": told}
    )


@transaction.atomic
def place(
    *,
    tester_file_id: int,
    channel_id: int | None,
    procedure_id: int | None,
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> TesterFile:
    """Say on which channel and by which procedure a file was measured.

    Another procedure has the file derived again, by its limits; another channel does not.

    :raises WrongState: when the file is being read, refused or set aside.
    """
    file = locked(tester_file_id, INBOX, READY, RECORDED, version=version)
    if (file.channel_id, file.procedure_id) == (channel_id, procedure_id):
        return file
    channel = Channel.objects.select_related("instrument").filter(pk=channel_id or 0).first()
    procedure = ProcedureVersion.objects.filter(pk=procedure_id or 0).first()
    words = [f"{channel.instrument.code} channel {channel.code}"] if channel else ["no channel"]
    words += [str(procedure) if procedure else "no procedure"]
    facts = {"placed": ", ".join(words)}
    after = {"channel_id": channel.pk if channel else None}
    if file.procedure_id == procedure_id:
        return change(file, "tester_file.placed", after, actor=actor, at=at, facts=facts)
    after["procedure_id"] = procedure.pk if procedure else None
    return _queued(file, "tester_file.placed", after, actor, at, facts=facts)


@transaction.atomic
def read_again(*, tester_file_id: int, actor: Actor, at: datetime, version: int | None = None) -> TesterFile:
    """Have a file read once more, as after a reader has learned its format.

    :raises WrongState: when the file is being read or set aside.
    """
    file = locked(tester_file_id, INBOX, READY, RECORDED, REFUSED, version=version)
    return _queued(file, "tester_file.read_again", {}, actor, at)


@transaction.atomic
def set_aside(
    *, tester_file_id: int, reason: str, actor: Actor, at: datetime, version: int | None = None
) -> TesterFile:
    """Put a file away that is not to be recorded, with the reason; it can be taken back.

    :raises ReasonMissing: when there is no reason.
    :raises WrongState: when the file is being read, recorded or set aside already.
    """
    file = locked(tester_file_id, INBOX, READY, REFUSED, version=version)
    after = {"state": SET_ASIDE.value, "why": reason.strip()[:2000]}
    return change(file, "tester_file.set_aside", after, actor=actor, at=at, reason=reason)


@transaction.atomic
def take_back(*, tester_file_id: int, actor: Actor, at: datetime, version: int | None = None) -> TesterFile:
    """Take a file back that was set aside; it is read again.

    :raises WrongState: when it was not set aside.
    """
    file = locked(tester_file_id, SET_ASIDE, version=version)
    return _queued(file, "tester_file.taken_back", {}, actor, at)


def _queued(
    file: TesterFile,
    code: str,
    after: Mapping[str, object],
    actor: Actor,
    at: datetime,
    *,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
) -> TesterFile:
    if file.state == QUEUED:
        raise WrongState
    after = {**after, "state": QUEUED.value, "why": ""}
    change(file, code, after, actor=actor, at=at, reason=reason, facts=facts)
    LEASES.wait_anew(file.pk)
    enqueue(Job.READ_TESTER_FILE, tester_file_id=file.pk)
    return file
