"""The last step on a review: who took it, and whether it can be taken back or may leave the house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from grading.domain.disputes import REASON_CODE
from grading.domain.undoing import (
    ASKED,
    CHANGED_SINCE,
    NOTHING_TO_UNDO,
    UNDO_WINDOW,
    UNDOABLE,
    UNDONE,
    undo_fault,
)
from grading.models import ReviewCase
from intake.models import Pack
from rebattery.audit.trail import entry_of, events_after, latest_events

State = ReviewCase.State
MOVING = (State.CONFIRMED, State.RETEST_ORDERED, State.OVERRIDDEN)
"""States into which a step moved the pack, and out of which it can be taken back."""

WAS_OPEN_SQL = "jsonb_build_object('state', m.state, 'closed_at', NULL, 'closed_by', '')"
CLOSED_SQL = """
    jsonb_build_object('state', r.state, 'closed_at', r.closed_at, 'closed_by', r.closed_by,
                       'reason_code', r.reason_code, 'reason', r.reason)
"""
"""SQL: what closing tells the trail of ``grading_reviewcase r``. A step taken back told that these were empty
again, so each is told anew."""


@dataclass(frozen=True)
class Step:
    """What somebody did to a review last."""

    event_id: int
    case_id: int
    code: str
    sentence: str
    who: str
    person_id: int | None
    at: datetime
    reason: str
    reason_code: str
    before: Mapping[str, Any]
    """The columns that it changed, as they were."""

    @property
    def words(self) -> str:
        """What would be taken back."""
        return UNDOABLE.get(self.code, "the step")


def last_steps(*, case_ids: Sequence[int]) -> dict[int, Step]:
    """Return the last step on each of the reviews, its opening counted; one query."""
    return _last(case_ids)


def steps_to_undo(*, cases: Sequence[ReviewCase]) -> dict[int, Step]:
    """Return, by review, the step that would be taken back: the last one; at most two queries.

    Where the answer to an override was taken back, that is the request, which waits as before.
    """
    found = last_steps(case_ids=[case.pk for case in cases])
    asked = [case.pk for case in cases if case.state == State.OVERRIDE_REQUESTED]
    again = [key for key in asked if key in found and found[key].code == UNDONE]
    if again:
        found |= _last(again, ASKED)
    return found


def _last(case_ids: Sequence[int], *codes: str) -> dict[int, Step]:
    return {
        event.subject_id: Step(
            event_id=event.pk,
            case_id=event.subject_id,
            code=event.event_type,
            sentence=entry_of(event).sentence,
            who=event.actor_label,
            person_id=event.person_id,
            at=event.at,
            reason=event.reason,
            reason_code=event.reason_code,
            before=event.before or {},
        )
        for event in latest_events(subject_type="review", subject_ids=case_ids, codes=codes)
    }


def undo_obstacle(*, case: ReviewCase, person_id: int | None, at: datetime) -> str:
    """Return why the person cannot take the last step on a review back; empty where they can."""
    step = steps_to_undo(cases=[case]).get(case.pk)
    return step_obstacle(case=case, pack=case.pack, step=step, person_id=person_id, at=at)


def step_obstacle(
    *, case: ReviewCase, pack: Pack, step: Step | None, person_id: int | None, at: datetime
) -> str:
    """Return why ``step``, the last on its review, cannot be taken back by the person; empty where it can."""
    if step is None:
        return NOTHING_TO_UNDO
    fault = undo_fault(
        code=step.code,
        who=step.who,
        is_own=person_id is not None and step.person_id == person_id,
        is_told=step.reason_code == REASON_CODE,
        age=at - step.at,
    )
    if fault or case.state not in MOVING:
        return fault
    # The pack's own move belongs to the step; whatever else the trail tells of the pack came later.
    if pack.version != case.closed_pack_version:
        return CHANGED_SINCE
    return "" if len(events_after(event_id=step.event_id, pack_id=pack.pk)) == 1 else CHANGED_SINCE


def status_before(*, step: Step, pack_id: int) -> str:
    """Return the pack's state from which ``step`` moved it."""
    [moved] = events_after(event_id=step.event_id, pack_id=pack_id)
    return str((moved.before or {})["status"])


def standing_after(*, decision_id: int, at: datetime) -> datetime | None:
    """Return until when a reviewer can take back their step on a decision; none where it stands. One query.

    An answer to a dispute told the supplier already: it stands at once.
    """
    own = Q(decision=decision_id) | Q(decision__superseded_by=decision_id, state=State.OVERRIDDEN)
    moved = ReviewCase.objects.filter(own, state__in=MOVING, closed_at__gte=at - UNDO_WINDOW)
    closed = moved.exclude(reason_code=REASON_CODE).order_by("-closed_at").values_list("closed_at", flat=True)
    last = closed.first()
    return last + UNDO_WINDOW if last else None
