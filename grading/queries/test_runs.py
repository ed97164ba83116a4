"""What was measured on a pack: every result, standing or superseded, with what it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import Subquery

from grading.domain.members import bound_conflict
from grading.models import CapacityTest, ResistanceTest
from grading.queries.kinds import counting_first
from intake.models import Pack
from rebattery.audit.trail import events_of_pack

T = TypeVar("T", CapacityTest, ResistanceTest)
SUPERSEDED = ("capacity_test.superseded", "resistance_test.superseded")


SOURCES = {
    "pack_type": "catalog",
    "nameplate": "supplier's nameplate",
    "label": "label on the pack",
    "type_catalogue": "catalog",
    "pack_datasheet": "data sheet of the pack",
}
"""Where a reference or a baseline comes from, in words."""


@dataclass(frozen=True)
class Result(Generic[T]):
    """One result as a page shows it."""

    test: T
    superseded_because: str
    """Empty while it stands."""
    counts: bool = False
    """Of the kinds that stand side by side it is the one that the policy judges."""

    @property
    def stands(self) -> bool:
        return self.test.superseded_by_id is None and not self.is_invalid

    @property
    def is_invalid(self) -> bool:
        """Whether its instrument was declared bad: it stays to be seen and counts for nothing."""
        return self.test.invalidated_by_id is not None

    @property
    def kind(self) -> str:
        """Name what it may take the place of: nothing but a result of the same kind."""
        test = self.test
        if isinstance(test, CapacityTest):
            return test.get_basis_display()
        pulse = f" {test.pulse_duration_s.normalize():f} s" if test.pulse_duration_s else ""
        return f"{test.get_method_display()}{pulse}"

    @property
    def budget(self) -> dict[str, Any]:
        """Return the uncertainty budget as it is stored; empty when there is none."""
        return self.test.uncertainty

    @property
    def source(self) -> str:
        """Where the value comes from that the measured one is set against."""
        test = self.test
        code = test.reference_source if isinstance(test, CapacityTest) else test.baseline_source
        return SOURCES.get(code, code)


@dataclass(frozen=True)
class Results:
    """All results of a pack, newest first."""

    capacity: Sequence[Result[CapacityTest]]
    resistance: Sequence[Result[ResistanceTest]]

    @property
    def standing_capacity(self) -> CapacityTest | None:
        """The one that counts."""
        return next((result.test for result in self.capacity if result.counts), None)

    @property
    def standing_resistance(self) -> ResistanceTest | None:
        """The one that counts."""
        return next((result.test for result in self.resistance if result.counts), None)

    def named_by(self, evidence: Mapping[str, Any]) -> list[Result[Any]]:
        """Return the results that a decision's ``evidence`` came from, capacity first, also past ones."""
        sources = evidence.get("sources", {})
        named = (("capacity_test_id", self.capacity), ("resistance_test_id", self.resistance))
        return [each for name, rows in named for each in rows if each.test.pk == sources.get(name)]

    def out_of_force(self, evidence: Mapping[str, Any]) -> bool:
        """Return whether one of the results that a decision's ``evidence`` came from counts no more."""
        return any(each.is_invalid for each in self.named_by(evidence))

    @property
    def conflict(self) -> str:
        """How the standing capacity test contradicts itself; empty when it does not."""
        test = self.standing_capacity
        return conflict_in(test) if test else ""


def results_of(*, pack_id: int) -> Results:
    """Return every result of a pack with its instrument; three queries whatever their number."""
    superseded = events_of_pack(pack_id=pack_id).filter(event_type__in=SUPERSEDED)
    rows = superseded.values_list("subject_type", "subject_id", "reason")
    why = {(kind, key): reason for kind, key, reason in rows}
    return Results(
        capacity=_results(CapacityTest, "capacity_test", pack_id, why),
        resistance=_results(ResistanceTest, "resistance_test", pack_id, why),
    )


def _results(model: type[T], subject: str, pack_id: int, why: dict[tuple[str, int], str]) -> list[Result[T]]:
    of_pack = model._default_manager.filter(pack_id=pack_id)
    related = ("instrument", "channel", "procedure", "pack__pack_type", "invalidated_by")
    tests = of_pack.select_related(*related).order_by("-pk")
    tests = tests.annotate(counting_id=Subquery(counting_first(of_pack).values("pk")[:1]))
    return [
        Result(test, why.get((subject, test.pk), ""), counts=test.pk == test.counting_id) for test in tests
    ]


def conflict_in(test: CapacityTest) -> str:
    """Say how a reported weakest member contradicts the pack's own charge; empty when it does not."""
    pack_type = test.pack.pack_type
    return bound_conflict(
        soh_percent=test.soh_percent,
        weakest_soh_percent=test.weakest_soh_percent,
        weakest_kind=test.weakest_kind,
        basis=test.basis,
        ended_by_cell_limit=test.ended_by_cell_limit,
        parallel_count=pack_type.parallel_count if pack_type else None,
    )


@dataclass(frozen=True)
class Claim:
    """What the supplier said, beside what was measured."""

    claimed_percent: Decimal
    method: str
    measured_percent: Decimal

    @property
    def words(self) -> str:
        """Say how far the measured value lies from the claim."""
        points = self.measured_percent - self.claimed_percent
        if not points:
            return "as claimed"
        return f"{abs(points):.1f} points {'above' if points > 0 else 'below'} the claim"


def claim_against(*, pack: Pack, results: Results) -> Claim | None:
    """Return the supplier's SOH beside the measured one, once there is a measured one.

    Before that nobody at the bench sees the claim, so that it cannot color the measurement.
    """
    test = results.standing_capacity
    if test is None or pack.declared_soh_percent is None:
        return None
    return Claim(pack.declared_soh_percent, pack.declared_soh_method, test.soh_percent)
