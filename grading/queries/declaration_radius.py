"""How much a declaration touches, part by part."""

from dataclasses import dataclass, field

from django.db.models import Count, Model, Q

from grading.domain.blast_radius import Fate
from grading.models import CapacityTest, ResistanceTest
from grading.models.decision import IN_FORCE, SUSPENDED
from grading.queries.declarations import (
    Scope,
    resting_decisions,
    touched_disputes,
    touched_packs,
    touched_reviews,
)


@dataclass(frozen=True, kw_only=True)
class Radius:
    """How much is touched, part by part."""

    capacity: int
    capacity_standing: int
    resistance: int
    resistance_standing: int
    decisions: int
    decisions_in_force: int
    decisions_suspended: int
    packs: int
    batches: int
    suppliers: int
    reviews: int
    disputes: int
    certificates: int = 0
    """The one place where the certificates of the release part will be counted; none are issued yet."""
    fates: dict[Fate, int] = field(default_factory=dict)

    @property
    def results(self) -> int:
        return self.capacity + self.resistance

    @property
    def returning(self) -> int:
        """How many packs go back to the bench."""
        return self.fates.get(Fate.RETEST, 0)

    @property
    def rejected(self) -> int:
        """How many packs stay rejected, because they are dangerous."""
        return self.fates.get(Fate.REJECTED, 0)


def radius_of(*, scope: Scope) -> Radius:
    """Count all that is touched, in eight queries for any number of results."""
    capacity, capacity_standing = _count_tests(scope, CapacityTest)
    resistance, resistance_standing = _count_tests(scope, ResistanceTest)
    decisions = resting_decisions(scope=scope).aggregate(
        all=Count("pk"),
        in_force=Count("pk", filter=IN_FORCE),
        suspended=Count("pk", filter=SUSPENDED),
    )
    rows = touched_packs(scope=scope).order_by().values_list("fate").annotate(count=Count("pk"))
    fates = {Fate(fate): count for fate, count in rows}
    whose = touched_packs(scope=scope).aggregate(
        batches=Count("batch", distinct=True), suppliers=Count("supplier", distinct=True)
    )
    return Radius(
        capacity=capacity,
        capacity_standing=capacity_standing,
        resistance=resistance,
        resistance_standing=resistance_standing,
        decisions=decisions["all"],
        decisions_in_force=decisions["in_force"],
        decisions_suspended=decisions["suspended"],
        packs=sum(fates.values()),
        batches=whose["batches"],
        suppliers=whose["suppliers"],
        reviews=touched_reviews(scope=scope).count(),
        disputes=touched_disputes(scope=scope).count(),
        fates=fates,
    )


def _count_tests(scope: Scope, model: type[Model]) -> tuple[int, int]:
    standing = Q(superseded_by__isnull=True)
    found = scope.tests(model).aggregate(all=Count("pk"), standing=Count("pk", filter=standing))
    return found["all"], found["standing"]
