"""What became of the packs of a batch, the claim beside the measurement."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery

from grading.models import CapacityTest, Decision, Grade, ResistanceTest
from grading.queries.kinds import counting_first, counting_value
from grading.queries.packs import packs_for
from intake.domain.lifecycle import Status
from intake.models import Batch, Pack
from rebattery.accounts.models import User

_POINTS: Any = DecimalField(max_digits=8, decimal_places=4)
CLEARLY = Decimal(5)
"""Points of SOH from which a difference to the claim is called clear, as the seed policy's remark has it."""
MEASURED = (
    ("yes", "Measured"),
    ("no", "Not measured"),
    ("below", "Clearly below the claim"),
    ("above", "Clearly above the claim"),
)


def results_in(*, batch: Batch, viewer: User) -> QuerySet[Pack]:
    """Return the packs of ``batch`` with what was measured and decided; one query for a whole page.

    Each has, besides grade and policy: ``measured_soh``, ``measured_at``, ``soh_difference``, ``ir_ratio``,
    ``route``, and ``reasons`` of the decision in force.
    """
    current = Decision.objects.in_force_for(viewer).filter(pack=OuterRef("pk"))
    packs = packs_for(viewer=viewer).filter(batch=batch)
    return packs.annotate(
        measured_soh=counting_value(CapacityTest, "soh_percent"),
        measured_at=counting_value(CapacityTest, "measured_at"),
        ir_ratio=counting_value(ResistanceTest, "ir_ratio"),
        route=Subquery(current.values("route")),
        reasons=Subquery(current.values("reasons")),
    ).annotate(soh_difference=F("measured_soh") - F("declared_soh_percent"))


def measured(packs: QuerySet[Pack], what: str) -> QuerySet[Pack]:
    """Keep the packs that ``what``, a key of ``MEASURED``, says.

    :raises KeyError: for anything else.
    """
    wanted = {
        "yes": Q(counted_soh__isnull=False),
        "no": Q(counted_soh__isnull=True),
        "below": Q(counted_soh__lt=F("declared_soh_percent") - CLEARLY),
        "above": Q(counted_soh__gt=F("declared_soh_percent") + CLEARLY),
    }[what]
    return packs.alias(counted_soh=counting_value(CapacityTest, "soh_percent")).filter(wanted)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """A batch's results in numbers."""

    packs: int
    measured: int
    compared: int
    """Packs of which both a claim and a measurement are there; the means are over these."""
    mean_claimed: Decimal | None
    mean_measured: Decimal | None
    mean_difference: Decimal | None
    clearly_below: int
    clearly_above: int
    by_grade: list[tuple[str, int]]
    undecided: int


def totals_of(*, batch: Batch, viewer: User) -> Totals:
    """Return the results of a batch in numbers, as ``viewer`` may read them.

    Two queries however many packs it has.

    What was withdrawn will never have a result and is not counted.
    """
    packs = Pack.objects.filter(batch=batch).exclude(status=Status.WITHDRAWN)
    counting = counting_first(CapacityTest.objects.filter(pack=OuterRef("pack")))[:1]
    tests = CapacityTest.objects.filter(pack__batch=batch, pk=Subquery(counting.values("pk")))
    claimed = F("pack__declared_soh_percent")
    difference = F("soh_percent") - claimed
    both = Q(pack__declared_soh_percent__isnull=False)
    found = tests.aggregate(
        measured=Count("pk"),
        compared=Count("pk", filter=both),
        mean_claimed=Avg("pack__declared_soh_percent", filter=both),
        mean_measured=Avg("soh_percent", filter=both),
        mean_difference=Avg(difference, filter=both, output_field=_POINTS),
        clearly_below=Count("pk", filter=Q(soh_percent__lt=claimed - CLEARLY)),
        clearly_above=Count("pk", filter=Q(soh_percent__gt=claimed + CLEARLY)),
    )
    current = Decision.objects.in_force_for(viewer).filter(pack=OuterRef("pk"))
    grades = packs.annotate(letter=Subquery(current.values("grade"))).order_by().values_list("letter")
    counts: dict[str | None, int] = dict(grades.annotate(number=Count("pk")))
    order = [letter for letter in Grade.values if letter in counts]
    return Totals(
        packs=sum(counts.values()),
        by_grade=[(letter, counts[letter]) for letter in order],
        undecided=counts.get(None, 0),
        **found,
    )
