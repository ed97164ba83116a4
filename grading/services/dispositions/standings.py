"""What stands in the way of sending packs off; asked behind their locks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grading.models import Dispute, ReviewCase
from grading.queries.dispositions import dispositions_of
from grading.queries.review_queue import WAITING_STATES
from grading.queries.separation import acts_on_reviews
from intake.domain.dispositions import Standing, declared_safety, is_settled
from intake.domain.hazards import declared_hazards
from intake.domain.lifecycle import Status
from intake.domain.separation import Judging, why_not
from intake.models import Pack
from intake.queries.inspections import current_inspections
from rebattery.errors import RuleViolation
from rebattery.naming import listed


class DispositionRefused(RuleViolation):
    """These packs cannot be sent off like that. Nothing was changed."""

    code = "disposition_refused"


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What is known of a pack when it is ordered away."""

    standing: Standing
    safety: str
    """Worst finding of its inspection, without one by its supplier's word."""


def standings(*, packs: Sequence[Pack], person_id: int | None, at: datetime) -> dict[int, Looked]:
    """Return what is known of each pack for the one who orders it away; five queries for any number."""
    ids = [pack.pk for pack in packs]
    inspections = current_inspections(pack_ids=ids)
    declared = dict(Pack.objects.filter(pk__in=ids).values_list("pk", "declared"))
    orders = {pack_id: line.order.number for pack_id, line in dispositions_of(pack_ids=ids).items()}
    disputed = disputed_among(pack_ids=ids)
    waiting = ReviewCase.objects.filter(pack_id__in=ids, state__in=WAITING_STATES).select_related("pack")
    reviews = {case.pack_id: case.pk for case in waiting}
    acts = acts_on_reviews(cases=list(waiting))
    found = {}
    for pack in packs:
        inspection = inspections.get(pack.pk)
        if inspection:
            hazards, safety = [str(item["text"]) for item in inspection.findings], inspection.safety
        else:
            hazards = declared_hazards(ddr_status=pack.ddr_status, declared=declared[pack.pk])
            safety = declared_safety(pack.ddr_status)
        standing = Standing(
            status=Status(pack.status),
            is_settled=is_settled(since=pack.status_at, at=at),
            has_open_review=pack.pk in reviews,
            is_own_work=bool(why_not(Judging.REVIEW, person_id, acts.get(reviews.get(pack.pk, 0), ()))),
            has_open_dispute=pack.pk in disputed,
            other_order=orders.get(pack.pk, ""),
            hazards=tuple(hazards),
        )
        found[pack.pk] = Looked(standing=standing, safety=safety)
    return found


def disputed_among(*, pack_ids: Sequence[int]) -> set[int]:
    """Return those of the packs whose supplier waits for an answer."""
    waiting = Dispute.objects.filter(pack_id__in=pack_ids, state=Dispute.State.OPEN)
    return set(waiting.values_list("pack_id", flat=True))


def refuse(faults: Sequence[str]) -> None:
    """Refuse with the first of ``faults``, each a sentence without its full stop; none refuses nothing.

    :raises DispositionRefused: when there is one.
    """
    if faults:
        raise DispositionRefused(f"{listed([f'{fault}.' for fault in faults])} Nothing was changed.")
