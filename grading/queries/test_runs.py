"""What was measured on a pack: every result, standing or superseded, with what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from grading.domain.soh import bounds_weakest_cell, weakest_gap_points
from grading.models import CapacityTest, ResistanceTest
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

    @property
    def stands(self) -> bool:
        return self.test.superseded_by_id is None

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
        return next((result.test for result in self.capacity if result.stands), None)

    @property
    def standing_resistance(self) -> ResistanceTest | None:
        return next((result.test for result in self.resistance if result.stands), None)

    @property
    def conflict(self) -> str:
        """How the standing capacity test contradicts itself; empty when it does not."""
        return conflict_in(self.standing_capacity) if self.standing_capacity else ""


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
    tests = model._default_manager.filter(pack_id=pack_id).select_related("instrument").order_by("-pk")
    return [Result(test, why.get((subject, test.pk), "")) for test in tests]


def conflict_in(test: CapacityTest) -> str:
    """Say how a reported weakest member contradicts the pack's own charge; empty when it does not.

    In a series string every group passes the same charge: a pack that was stopped by a cell's limit cannot
    have given more Ah than its weakest group. The two are shown side by side, never averaged.
    """
    gap = weakest_gap_points(test.soh_percent, test.weakest_soh_percent)
    if gap is None or gap <= 0:
        return ""
    if not bounds_weakest_cell(basis=test.basis, ended_by_cell_limit=test.ended_by_cell_limit):
        return ""
    return (
        f"The weakest {test.get_weakest_kind_display().lower()} is reported {gap:.1f} points below the pack, "
        "yet this test ended at a cell's limit, so no group in series can be weaker than the pack. "
        "Check both values."
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
