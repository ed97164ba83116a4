"""What is worth testing first, and what a test could still change."""

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest

from grading.domain.agreement.shrinkage import PRESORT_HALF_WIDTH
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
    "soh_departs_why",
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
    """Where packs of one chemistry in one band of SOH go when nothing else speaks against them."""

    chemistry: str
    lo: Decimal
    """[%]"""
    lo_incl: bool
    hi: Decimal | None
    """Where the next band begins [%]; None for the last one."""
    hi_incl: bool
    route: str
    is_kept: bool
    """The route leads to a certificate: the pack keeps its energy's worth."""


def best_routes(policy: Policy) -> list[BestRoute]:
    """Return the best route that each band of SOH still allows, for every chemistry of ``policy``."""
    return [
        BestRoute(
            chemistry=chemistry,
            lo=band.lo,
            lo_incl=band.lo_incl,
            hi=above.lo if above else None,
            hi_incl=above is not None and not above.lo_incl,
            route=band.cells[0].route,
            is_kept=band.cells[0].route in policy.certifiable,
        )
        for chemistry, matrix in policy.matrices.items()
        if matrix.kind == "graded"
        for band, above in zip_longest(matrix.bands, matrix.bands[1:])
    ]


CLAIM_DOUBT = Decimal(str(PRESORT_HALF_WIDTH))
"""How far a claim as sent may be wrong [pp]: a report that may rank is surer than that, others are not."""


@dataclass(frozen=True)
class SohRange:
    """Where the SOH of a pack may lie; every value in it counts alike."""

    soh_percent: Decimal
    doubt_points: Decimal = Decimal(0)
    """To either side [pp]."""
    lowered_points: Decimal = Decimal(0)
    """What grading takes off before it looks into its table [pp]."""

    @property
    def low(self) -> Decimal:
        return self.soh_percent - self.doubt_points

    @property
    def high(self) -> Decimal:
        return self.soh_percent + self.doubt_points


def range_measured(policy: Policy, *, soh_percent: Decimal, u_points: Decimal | None) -> SohRange:
    """Return where a measured SOH may lie: as far from itself as ``policy`` calls it undecided."""
    u = u_points or Decimal(0)
    if policy.undecided_factor is not None:
        return SohRange(soh_percent, policy.undecided_factor * u, policy.guard_band_pts)
    return SohRange(soh_percent, Decimal(0), policy.guard_band_pts + (policy.k_lower_bound or 0) * u)


def range_reported(policy: Policy, *, soh_percent: Decimal, half_width: Decimal | None) -> SohRange:
    """Return where the SOH of a pack without a test may lie.

    :param half_width: of the agreement that corrected it; None for a claim as sent.
    """
    doubt = CLAIM_DOUBT if half_width is None else half_width
    return SohRange(soh_percent, doubt, policy.guard_band_pts)


@dataclass(frozen=True)
class Stake:
    """What a test may still find a pack to be worth."""

    routes: tuple[str, ...]
    """Best routes that its SOH leaves, from the lowest SOH on."""
    kept_percent: Decimal
    """SOH that the pack is expected to keep: its mean, counted as 0 where the best route keeps nothing."""
    most_percent: Decimal
    """The highest SOH that it may keep."""


def stake_of(policy: Policy, *, chemistry: str, soh: SohRange) -> Stake:
    """Return what is at stake for a pack whose SOH lies in ``soh``."""
    bands = [band for band in best_routes(policy) if band.chemistry == chemistry]
    if not bands or not soh.doubt_points:
        route = best_route(policy, chemistry=chemistry, soh_percent=soh.soh_percent - soh.lowered_points)
        at_it = soh.soh_percent if bands and route in policy.certifiable else Decimal(0)
        return Stake((route,), at_it, at_it)
    parts = [(band, *_part(band, soh)) for band in bands]
    met = [(band, low, high) for band, low, high in parts if low < high]
    kept = [(low, high) for band, low, high in met if band.is_kept]
    squares = sum((high * high - low * low for low, high in kept), Decimal(0))
    most = max((high for _, high in kept), default=Decimal(0))
    routes = tuple(dict.fromkeys(band.route for band, _, _ in met)) or (bands[0].route,)
    return Stake(routes, squares / (4 * soh.doubt_points), most)


def _part(band: BestRoute, soh: SohRange) -> tuple[Decimal, Decimal]:
    """Return the part of ``soh`` that lies in ``band``; the first is not below the second where none does."""
    high = soh.high if band.hi is None else min(soh.high, band.hi + soh.lowered_points)
    return max(soh.low, band.lo + soh.lowered_points), high


def best_route(policy: Policy, *, chemistry: str, soh_percent: Decimal) -> str:
    """Return the best route of ``chemistry`` at an SOH; a hold where the policy has no table for it.

    :param soh_percent: less what grading takes off it.
    """
    matrix = policy.matrix_of(chemistry)
    if matrix.kind == "exit":
        return matrix.bands[-1].cells[0].route
    return matrix.band_at(soh_percent).cells[0].route if matrix.kind == "graded" else HOLD
