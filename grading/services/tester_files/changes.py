"""A change of a tester file with its event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from grading.models import CapacityTest, ResistanceTest, TesterFile
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation

QUEUED, INBOX, READY = TesterFile.State.QUEUED, TesterFile.State.INBOX, TesterFile.State.READY
RECORDED, REFUSED, SET_ASIDE = (
    TesterFile.State.RECORDED,
    TesterFile.State.REFUSED,
    TesterFile.State.SET_ASIDE,
)


class FileMovedOn(RuleViolation):
    """Somebody has changed this file in the meantime. Look at it again."""

    code = "file_moved_on"


class WrongState(RuleViolation):
    """This cannot be done with the file as it stands."""

    code = "wrong_state"


def locked(tester_file_id: int, *states: str, version: int | None = None) -> TesterFile:
    """Return the file, locked, when it is in one of ``states``.

    :param version: as the person saw it; None when nobody looked at it before.
    :raises FileMovedOn: when it is another by now.
    :raises WrongState: when it stands elsewhere.
    """
    rows = TesterFile.objects.select_for_update(of=("self",)).select_related("stored_file", "pack")
    file = rows.get(pk=tester_file_id)
    if version is not None and file.version != version:
        raise FileMovedOn
    if states and file.state not in states:
        raise WrongState(f"It is “{file.get_state_display().lower()}” now.")
    return file


def gave_result(file: TesterFile) -> bool:
    """Return whether a result was recorded from any reading of the file, standing or superseded."""
    kinds = (CapacityTest, ResistanceTest)
    return any(kind._default_manager.filter(derivation__tester_file=file).exists() for kind in kinds)


def change(
    file: TesterFile,
    code: str,
    after: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> TesterFile:
    """Write the columns ``after`` and tell it as ``code``; the version counts on."""
    after = {**after, "version": file.version + 1}
    told = {name: value for name, value in after.items() if getattr(file, name) != value}
    before = {name: getattr(file, name) for name in told}
    for name, value in after.items():
        setattr(file, name, value)
    file.save(update_fields=list(after))
    event = Event(
        code=code,
        subject_id=file.pk,
        subject_label=file.file_name,
        pack_id=file.pack_id,
        supplier_id=None,
        before=before,
        after=told,
        facts=facts or {},
        reason=reason.strip(),
    )
    record(events=[event], actor=actor, at=at)
    return file
