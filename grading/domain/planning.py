"""What is worth testing first, and what a test could still change."""

from dataclasses import dataclass, replace
from decimal import Decimal

from grading.domain.evidence import DEFAULTS, Evidence
from grading.domain.policy import Policy
from grading.domain.reasons import FACT_LABELS, IR, SOH, WEAKEST
from grading.domain.verdict import decide

HOLD = "hold"
FACT_TAGS = {
    "safety": "Inspection",
    "identity_confirmed": "Identity",
    "chemistry": "Chemistry",
    IR: "Resistance",
    WEAKEST: "Weakest cell",
    SOH: "SOH",
}
"""The facts that a hold can wait for, short enough for a narrow column."""


def open_facts(policy: Policy, evidence: Evidence) -> tuple[str, ...]:
    """Return the facts that a hold waits for; a certificate that waits for the resistance counts too."""
    verdict = decide(policy, evidence)
    return (IR,) if not verdict.missing and policy.no_ir.code in verdict.flags else verdict.missing


BENCH_FACTS = frozenset({SOH, IR, WEAKEST})
"""What a test at the bench can find; the rest is for the dock, the catalog or a reviewer to settle."""
_OF_CAPACITY = (
    "soh_percent",
    "soh_source",
    "soh_age_days",
    "soh_age_months",
    "soh_measured_on",
    "soh_u_points",
    "soh_u_is_lower_limit",
    "weakest_cell_soh_percent",
    "weakest_bound_from_pack_ah",
    "cell_spread_percent",
    "capacity_procedure",
)
_OF_RESISTANCE = ("ir_ratio", "ir_comparable", "ir_comparable_why", "ir_ratio_u", "resistance_procedure")


def without_results(evidence: Evidence, *, capacity: bool, resistance: bool) -> Evidence:
    """Return the evidence as if the capacity test, the resistance test or both were not made yet."""
    names = (*(_OF_CAPACITY if capacity else ()), *(_OF_RESISTANCE if resistance else ()))
    return replace(evidence, **{name: DEFAULTS[name] for name in names}) if names else evidence


def is_bench_done(policy: Policy, evidence: Evidence) -> bool:
    """Return whether no test could change the route any more.

    What else a hold waits for, such as the chemistry, nobody finds at the bench: it goes to a reviewer.
    """
    return BENCH_FACTS.isdisjoint(open_facts(policy, evidence))


@dataclass(frozen=True)
class Lack:
    """What a pack still lacks for its grade."""

    facts: tuple[str, ...]
    """Fields of the evidence, cheapest first."""
    skips_resistance: bool
    """There is no resistance yet, and none could change the route."""

    @property
    def needs_capacity(self) -> bool:
        return SOH in self.facts

    @property
    def needs_resistance(self) -> bool:
        return IR in self.facts

    @property
    def short(self) -> list[str]:
        """Name each lacking fact in a word or two."""
        return [FACT_TAGS[fact] for fact in self.facts]

    @property
    def words(self) -> str:
        """Say what is lacking."""
        if not self.facts:
            return "Nothing"
        text = ", ".join(FACT_LABELS[fact] for fact in self.facts)
        return f"{text[0].upper()}{text[1:]}"


def lack_of(policy: Policy, evidence: Evidence) -> Lack:
    """Return what the grade of the pack still waits for under ``policy``."""
    facts = open_facts(policy, evidence)
    has_ratio = evidence.ir_ratio is not None and evidence.ir_comparable is True
    return Lack(facts, skips_resistance=IR not in facts and not has_ratio)


@dataclass(frozen=True)
class BestRoute:
    """Where packs of one chemistry from one SOH upward go when nothing else speaks against them."""

    chemistry: str
    lo: Decimal
    """[%]"""
    lo_incl: bool
    route: str
    is_kept: bool
    """The route leads to a certificate: the pack keeps its energy's worth."""


def best_routes(policy: Policy) -> list[BestRoute]:
    """Return the best route that each band of SOH still allows, for every chemistry of ``policy``."""
    return [
        BestRoute(chemistry, band.lo, band.lo_incl, route, route in policy.certifiable)
        for chemistry, matrix in policy.matrices.items()
        for band in (matrix.bands if matrix.kind == "graded" else ())
        for route in (band.cells[0].route,)
    ]


def best_route(policy: Policy, *, chemistry: str, soh_percent: Decimal) -> str:
    """Return the best route of ``chemistry`` at an SOH; a hold where the policy has no table for it.

    A guard band lowers the SOH as it would in grading.
    """
    matrix = policy.matrix_of(chemistry)
    if matrix.kind == "exit":
        return matrix.bands[-1].cells[0].route
    return (
        matrix.band_at(soh_percent - policy.guard_band_pts).cells[0].route
        if matrix.kind == "graded"
        else HOLD
    )
