"""Take one's own last step on a review back, before anything of it leaves the house."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from grading.domain.undoing import UNDONE
from grading.models import ReviewCase
from grading.queries.review_steps import MOVING, Step, status_before, step_obstacle, steps_to_undo
from grading.services.decisions.restoring import restore_decisions
from grading.services.reviews.cases import COLUMNS, ReviewRefused, State, change_cases, lock_cases, refuse
from grading.services.reviews.looking import still_seen
from intake.domain.lifecycle import Move, Status
from intake.services.lifecycle import move_packs
from rebattery.actor import Actor

REASON_CODE = "taken_back"
_UNDOABLE_STATES = (State.OPEN, State.OVERRIDE_REQUESTED, *MOVING)
_MOVES = {Status.IN_REVIEW: Move.UNDO_REVIEW, Status.QUARANTINED: Move.UNDO_REJECT}


class UndoRefused(ReviewRefused):
    """This step cannot be taken back. Nothing was changed."""

    code = "undo_refused"


def undo(*, case_id: int, version: int, actor: Actor, at: datetime) -> ReviewCase:
    """Take back the person's own last step on one review; see :func:`undo_all`."""
    [case] = undo_all(cases={case_id: version}, actor=actor, at=at)
    return case


@transaction.atomic
def undo_all(*, cases: Mapping[int, int], actor: Actor, at: datetime) -> list[ReviewCase]:
    """Take back the person's own last step on all the reviews, as after a group was confirmed, or on none.

    Each review gets back what its step changed; a pack that the step moved stands again where it stood, and
    what an approved override took the place of counts again.

    :param cases: key of each case with the version that the person saw.
    :raises UndoRefused: when a step is another person's, too old, told to the supplier already, or something
        happened to the pack since; names the packs.
    :raises AlreadyDecided: when somebody changed a case since.
    """
    found = lock_cases(cases=cases, states=_UNDOABLE_STATES, actor=actor)
    steps = steps_to_undo(cases=found)

    def obstacle(case: ReviewCase) -> str:
        step = steps.get(case.pk)
        return step_obstacle(case=case, pack=case.pack, step=step, person_id=actor.person_id, at=at)

    refuse(found, obstacle, UndoRefused)
    moved = [case for case in found if case.state in MOVING]
    sources = {case.pk: status_before(step=steps[case.pk], pack_id=case.pack_id) for case in moved}
    overridden = [case.decision_id for case in found if case.state == State.OVERRIDDEN]
    restored = restore_decisions(former_ids=overridden, actor=actor, at=at) if overridden else {}
    change_cases(
        cases=found,
        code=UNDONE,
        changes={},
        why=None,
        actor=actor,
        at=at,
        facts=lambda case: {"step": steps[case.pk].words},
        own={case.pk: _as_before(steps[case.pk]) | _judged(case, restored) for case in found},
    )
    _move_back(moved, sources, actor, at)
    still_seen(case_ids=[case.pk for case in found])
    return found


def _as_before(step: Step) -> dict[str, Any]:
    """Return the columns that the step changed, from the trail's text to their values."""
    return {name: COLUMNS[name].to_python(value) for name, value in step.before.items()}


def _judged(case: ReviewCase, restored: Mapping[int, int]) -> dict[str, Any]:
    """Return the decision on which the review goes on, where its override took the place of the former."""
    new = restored.get(case.decision_id)
    return {"decision_id": new} if new else {}


def _move_back(moved: Sequence[ReviewCase], sources: Mapping[int, str], actor: Actor, at: datetime) -> None:
    for source, move in _MOVES.items():
        pack_ids = [case.pack_id for case in moved if sources[case.pk] == source]
        if pack_ids:
            reason = "Taken back right after the step."
            # A pack in quarantine that moved would be graded anew: it stands there since it was judged.
            since = min(case.opened_at for case in moved) if source == Status.QUARANTINED else None
            move_packs(
                pack_ids=pack_ids,
                move=move,
                actor=actor,
                at=at,
                since=since,
                reason=reason,
                reason_code=REASON_CODE,
            )
