"""What grades a set of claims would give if the bench confirmed them: for planning, never a promise."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.reasons import IR, fact_list
from grading.domain.soh import SOH_MAX_PERCENT
from grading.domain.verdict import Verdict, decide

NOT_BINDING = "At the claimed SOH; only bench evidence grades."


@dataclass(frozen=True, slots=True)
class Claimed:
    """Packs of one chemistry and one claimed SOH."""

    chemistry: str
    soh_percent: Decimal | None
    safety: str
    """What the supplier's own declaration amounts to: ok, damaged or critical."""
    packs: int
    kwh: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """Packs that would come out alike."""

    grade: str
    """Empty for packs of which nothing can be expected: their supplier claims no SOH."""
    route: str
    needs: str
    """What the policy would hold them for; empty where it would not."""
    then: tuple[str, ...]
    """Grades that are possible once it is known."""
    packs: int
    kwh: Decimal


def expected_shares(policy: Policy, claims: Iterable[Claimed]) -> list[Share]:
    """Return how ``claims`` would be graded as if each had been measured, the best grade first.

    The resistance is not claimed in a way that counts, so it is unknown here: where it decides the route,
    the policy holds the pack, and the share says so with the grades that remain possible.
    """
    found: dict[tuple[str, str, str, tuple[str, ...]], tuple[int, Decimal]] = {}
    for claim in claims:
        key = _outcome(policy, claim)
        packs, kwh = found.get(key, (0, Decimal(0)))
        found[key] = packs + claim.packs, kwh + claim.kwh
    shares = [Share(*key, packs=packs, kwh=kwh) for key, (packs, kwh) in found.items()]
    return sorted(shares, key=lambda share: (_ORDER.index(share.grade), share.then, share.needs, share.route))


_ORDER = ("A", "B", "C", "H", "D", "X", "Q", "")


def _outcome(policy: Policy, claim: Claimed) -> tuple[str, str, str, tuple[str, ...]]:
    evidence = _as_if_measured(policy, claim)
    verdict = decide(policy, evidence)
    if claim.soh_percent is None and verdict.grade == "H":
        return "", "", "", ()
    if not verdict.missing:
        return verdict.grade, verdict.route, "", ()
    needs = fact_list(verdict.missing)
    then = _possible(policy, evidence) if verdict.missing == (IR,) else ()
    return verdict.grade, verdict.route, needs, then


def _as_if_measured(policy: Policy, claim: Claimed) -> Evidence:
    """Return the evidence that a capacity test would give which confirms the claim exactly."""
    soh = claim.soh_percent
    if soh is not None:
        soh = min(max(soh, Decimal(0)), SOH_MAX_PERCENT)
    return Evidence(
        identity_confirmed=True,
        chemistry=claim.chemistry if claim.chemistry in policy.matrices else "UNKNOWN",
        safety=claim.safety,
        soh_percent=soh,
        soh_source=None if soh is None else "lab",
        soh_age_days=None if soh is None else 0,
        soh_age_months=None if soh is None else 0,
        # The usual test ends at a cell's limit, so the pack's own SOH bounds its weakest cell.
        weakest_bound_from_pack_ah=soh is not None,
        declared_soh_percent=claim.soh_percent,
        # Only its value is assumed, so the rest is as good as the policy wants it.
        soh_u_points=Decimal(0) if policy.needs_uncertainty and soh is not None else None,
        capacity_procedure=min(policy.procedures.get("capacity", ()), default=None),
    )


def _possible(policy: Policy, evidence: Evidence) -> tuple[str, ...]:
    """Return the grades that some resistance gives, the best first."""
    verdicts = [_with_ir(policy, evidence, ratio) for ratio in _ratios(policy, evidence)]
    return tuple(sorted({verdict.grade for verdict in verdicts}, key=_ORDER.index))


def _with_ir(policy: Policy, evidence: Evidence, ratio: Decimal) -> Verdict:
    procedure = min(policy.procedures.get("resistance", ()), default=None)
    measured = replace(evidence, ir_ratio=ratio, ir_comparable=True, resistance_procedure=procedure)
    return decide(policy, measured)


def _ratios(policy: Policy, evidence: Evidence) -> list[Decimal]:
    """Return one ratio inside every cell of the band: each upper end, just below it, and beyond the last."""
    matrix = policy.matrices[evidence.chemistry]
    assert evidence.soh_percent is not None
    band = matrix.band_at(evidence.soh_percent - policy.guard_band_pts)
    return [value for end in band.ir_limits() for value in (end - _STEP, end, end + _STEP)] or [Decimal(1)]


_STEP = Decimal("0.0001")
