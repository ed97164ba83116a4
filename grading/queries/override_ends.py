"""The override of a pack that counts, and who may end it."""

from grading.models import Decision, ReviewCase
from grading.models.decision import IN_FORCE
from grading.queries.dispositions import disposition_of
from grading.queries.separation import acts_on_reviews, measured_by
from intake.domain.lifecycle import TRANSITIONS, Move, Status
from intake.domain.separation import Act, Judging, why_not
from intake.models import Pack


def override_in_force(*, pack_id: int) -> Decision | None:
    """Return the override that says what a pack is now, None where the policy does."""
    found = Decision.objects.filter(IN_FORCE, pack_id=pack_id, kind=Decision.Kind.OVERRIDE)
    return found.select_related("policy").first()


def obstacle_to_end(*, pack: Pack, decision: Decision, person_id: int | None) -> str:
    """Return why the person cannot end ``decision``, an override in force; empty where they can.

    Whoever asked for it or approved it may: the policy speaks after it, not a person.
    """
    if Status(pack.status) not in TRANSITIONS[Move.END_OVERRIDE].sources:
        return f"The pack is {pack.get_status_display().lower()}: its override cannot be ended."
    case = ReviewCase.objects.select_related("pack").get(decision__superseded_by=decision)
    acts = acts_on_reviews(cases=[case])[case.pk]
    acts += [(Act.MEASURED, person) for person in measured_by(decision_id=decision.pk)]
    if own := why_not(Judging.ENDING, person_id, acts):
        return own
    line = disposition_of(pack_id=pack.pk) if pack.status == Status.REJECTED else None
    return f"The pack is in order {line.order.number}: take it out of it first." if line else ""
