"""Put a review aside until a day, and take it up again."""

from datetime import date, datetime

from django.db import transaction

from grading.domain.review_reasons import hold_fault
from grading.models import ReviewCase
from grading.services.reviews.cases import Justification, ReviewRefused, State, change_cases, lock_cases
from rebattery.actor import Actor


class HoldRefused(ReviewRefused):
    """This review cannot be put aside like that. Nothing was changed."""

    code = "hold_refused"


@transaction.atomic
def hold(
    *, case_id: int, version: int, until: date, why: Justification, actor: Actor, at: datetime
) -> ReviewCase:
    """Put a review aside until ``until``: it waits, but no longer in front; the pack stays where it is.

    Put aside already, it gets the new day and the new reason.

    :param version: version of the case that the person saw.
    :raises HoldRefused: when the day is not after today, or too far.
    :raises ReviewRefused: when it was decided by somebody else or rests on the person's own measurement.
    """
    if fault := hold_fault(until, today=at.date()):
        raise HoldRefused(fields={"until": fault})
    [case] = lock_cases(cases={case_id: version}, states=(State.OPEN,), actor=actor)
    change_cases(
        cases=[case],
        code="review.held",
        changes={"held_until": until},
        why=why,
        actor=actor,
        at=at,
        facts=lambda _: {"until": until},
    )
    return case


@transaction.atomic
def end_hold(*, case_id: int, version: int, actor: Actor, at: datetime) -> ReviewCase:
    """Take a review up again before its day.

    :param version: version of the case that the person saw.
    :raises HoldRefused: when it is not put aside.
    :raises ReviewRefused: when it was decided by somebody else or rests on the person's own measurement.
    """
    [case] = lock_cases(cases={case_id: version}, states=(State.OPEN,), actor=actor)
    if not case.is_held(on=at.date()):
        raise HoldRefused("This review is not put aside. Nothing was changed.")
    change_cases(
        cases=[case],
        code="review.hold_ended",
        changes={"held_until": None},
        why=None,
        actor=actor,
        at=at,
        facts=lambda _: {},
    )
    return case
