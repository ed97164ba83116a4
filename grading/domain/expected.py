"""What grades a set of claims would give if the bench confirmed them: for planning, never a promise."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.reasons import IR, fact_list
from grading.domain.supposing import with_claimed_soh, with_new_ir
from grading.domain.verdict import decide

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
    evidence = Evidence(
        identity_confirmed=True,
        chemistry=claim.chemistry if claim.chemistry in policy.matrices else "UNKNOWN",
        safety=claim.safety,
        declared_soh_percent=claim.soh_percent,
    )
    return evidence if claim.soh_percent is None else with_claimed_soh(policy, evidence, claim.soh_percent)


def _possible(policy: Policy, evidence: Evidence) -> tuple[str, ...]:
    """Return the grades that some resistance gives, the best first."""
    verdicts = [decide(policy, with_new_ir(policy, evidence, ratio)) for ratio in _ratios(policy, evidence)]
    return tuple(sorted({verdict.grade for verdict in verdicts}, key=_ORDER.index))


def _ratios(policy: Policy, evidence: Evidence) -> list[Decimal]:
    """Return one ratio inside every cell of the band: each upper end, just below it, and beyond the last."""
    matrix = policy.matrices[evidence.chemistry]
    assert evidence.soh_percent is not None
    band = matrix.band_at(evidence.soh_percent - policy.guard_band_pts)
    return [value for end in band.ir_limits() for value in (end - _STEP, end, end + _STEP)] or [Decimal(1)]


_STEP = Decimal("0.0001")
