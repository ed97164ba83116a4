"""Announce a draft: all of it, or the rows that can be packs."""

from datetime import date, datetime

from django.db import transaction

from intake.models import Intent, Manifest
from intake.queries.differences import difference_of
from intake.services.manifests.accepting import require_active
from intake.services.manifests.drafts import (
    PROMISED,
    BatchIsClosed,
    DifferenceChanged,
    batch_of,
    lock_manifest,
)
from intake.services.manifests.layouts import remember
from intake.services.manifests.queueing import queue_again
from rebattery.actor import Actor
from rebattery.errors import RuleViolation


class NothingToAnnounce(RuleViolation):
    """No row of the file can be announced yet."""

    code = "nothing_to_announce"


class StillWrong(RuleViolation):
    """Some rows cannot be announced yet."""

    code = "still_wrong"


class QuestionsOpen(RuleViolation):
    """Questions about the columns are open: answer them first."""

    code = "questions_open"


class ExpectedInThePast(RuleViolation):
    """The packs cannot be expected in the past."""

    code = "expected_in_the_past"


@transaction.atomic
def submit(
    *,
    manifest_id: int,
    intent: str,
    expected_on: date | None,
    actor: Actor,
    at: datetime,
    difference: str = "",
) -> Manifest:
    """Have the draft announced by a worker, and remember what was answered about its columns.

    When packs were announced and all other rows are left out, this settles the file without another pack.

    The worker reads the file once more with the corrections and judges every row itself; what is refused
    here only spares the wait. ``expected_on`` goes to the batch when it is made. A corrected manifest
    changes its batch as a whole or not at all: a row left behind would look like a pack that does not come.

    :param difference: digest of the difference that was looked at; when what a corrected manifest would
        change is another by now, or when the worker comes to it, nothing is applied.
    :raises NotADraft: when it is not a draft.
    :raises QuestionsOpen: when a question about the whole file is not answered.
    :raises StillWrong: when all rows are to be announced and some cannot be.
    :raises NothingToAnnounce: when no row can be announced.
    :raises BatchIsClosed: when packs of it were announced and their batch is closed.
    :raises DifferenceChanged: when ``difference`` is given and no longer what would be changed.
    :raises ExpectedInThePast: when ``expected_on`` lies before the day of ``at``.
    """
    manifest = lock_manifest(manifest_id=manifest_id)
    _refuse_untimely(manifest, expected_on, at, is_end=_is_end(manifest))
    intent = Intent.ANNOUNCE_ALL if manifest.replaces_id else Intent(intent)
    _refuse_unready(manifest, intent)
    _promise(manifest, difference)
    remember(manifest=manifest, actor=actor, at=at)
    return queue_again(
        manifest=manifest,
        code="manifest.submitted",
        intent=intent,
        expected_on=expected_on,
        actor=actor,
        at=at,
    )


def _promise(manifest: Manifest, difference: str) -> None:
    """Keep for the worker what the person saw; the next reading forgets it."""
    if not manifest.replaces_id:
        return
    if difference and difference != difference_of(manifest=manifest).digest:
        raise DifferenceChanged
    manifest.summary = {**manifest.summary, PROMISED: difference}
    manifest.save(update_fields=["summary"])


def _is_end(manifest: Manifest) -> bool:
    """Tell whether packs were announced and no row is open: then nothing more goes into the batch."""
    open_rows = manifest.summary.get("accepted", 0) + manifest.summary.get("refused", 0)
    return bool(manifest.summary.get("announced", 0)) and not open_rows


def _refuse_untimely(manifest: Manifest, expected_on: date | None, at: datetime, *, is_end: bool) -> None:
    require_active(manifest.supplier)
    batch = manifest.replaces or batch_of(manifest)
    if batch and batch.is_over and not is_end:
        raise BatchIsClosed(
            f"Batch {batch.number} is closed: no pack can be added to it. Send the other packs in a new file."
        )
    if expected_on and expected_on < at.date():
        raise ExpectedInThePast(fields={"expected_on": "Choose today or a later day."})


def _refuse_unready(manifest: Manifest, intent: Intent) -> None:
    summary = manifest.summary
    if questions := len(summary.get("questions", ())):
        what = "1 question is" if questions == 1 else f"{questions} questions are"
        raise QuestionsOpen(f"{what} open about this file. Answer first.")
    wrong, ready = summary.get("refused", 0), summary.get("accepted", 0)
    if wrong and intent == Intent.ANNOUNCE_ALL:
        rows = "1 row cannot" if wrong == 1 else f"{wrong} rows cannot"
        raise StillWrong(f"{rows} be announced yet. Mend or leave out, or announce only the valid rows.")
    if not ready and not _is_end(manifest):
        raise NothingToAnnounce
