"""The limits at which a policy can change its mind, by fact."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from grading.domain.columnar.population import NUMBERS, PLACES
from grading.domain.policy import Policy
from grading.domain.policy_shape import BLOCK_FACTS
from grading.domain.reasons import IR, SOH, WEAKEST
from grading.domain.soh import SOH_MAX_PERCENT

DECLARED_GAP, WEAKEST_GAP = "declared_gap_points", "weakest_gap_points"
GAPS = (DECLARED_GAP, WEAKEST_GAP)


class NotColumnar(ValueError):
    """The policy asks for a fact that the columns do not hold."""


@dataclass(frozen=True)
class Limits:
    """Every value with which the policy compares a number; outcomes are the same between neighbors."""

    measured: frozenset[Decimal]
    """Limits of SOH as measured."""
    guarded: frozenset[Decimal]
    """Limits of SOH less the guard, before the guard band is taken off."""
    ir: frozenset[Decimal]
    """Ends of the cells of a band, and 0, above which alone a ratio counts."""
    weakest: frozenset[Decimal]
    others: dict[str, frozenset[Decimal]]
    """Limits of further facts that can lower a grade."""
    steps: tuple[Decimal, ...]
    """Ends of SOH bands: too near to one, a pack may be undecided."""
    blocks: frozenset[str]
    """Facts of yes and no that can lower a grade."""


def limits_of(policy: Policy, *, chemistry: str | None = None) -> Limits:
    """Return the limits of ``policy``, of one chemistry or of all.

    :raises NotColumnar: when it can lower a grade by a fact that no column holds.
    """
    matrices = tuple(policy.matrices.values()) if chemistry is None else (policy.matrices[chemistry],)
    steps = {band.lo for matrix in matrices for band in matrix.bands}
    floors = {matrix.weakest_floor for matrix in matrices}
    terms: dict[str, set[Decimal]] = {}
    blocks: set[str] = set()
    for overlay in policy.caps:
        for fact, _, limit in overlay.terms:
            if fact in BLOCK_FACTS:
                blocks.add(fact)
            elif fact in NUMBERS or fact in GAPS:
                terms.setdefault(fact, set()).add(limit)
            else:
                raise NotColumnar(f"{fact} can lower a grade, but is not in the columns")
    thresholds = {
        Decimal(entry["threshold_percent"])
        for entry in policy.document["warranty"].values()
        if entry["residual_basis"] == "nameplate"
    }
    measured = {Decimal(0), SOH_MAX_PERCENT} | thresholds | terms.pop(SOH, set())
    return Limits(
        measured=frozenset(measured),
        guarded=frozenset({limit + policy.guard_band_pts for limit in steps | floors}),
        ir=frozenset(
            {Decimal(0), *(limit for matrix in matrices for limit in matrix.ir_limits())}
            | terms.pop(IR, set())
        ),
        weakest=frozenset(floors | terms.pop(WEAKEST, set())),
        others={fact: frozenset(limits) for fact, limits in terms.items()},
        steps=tuple(sorted(steps)),
        blocks=frozenset(blocks),
    )


def edges(limits: Iterable[Decimal]) -> list[int]:
    """Return whole ten-thousandths that part the values below, at and above each limit.

    A value v lies below a limit when v < the first edge, at it between the two, above from the second on.
    """
    found: set[int] = set()
    for limit in limits:
        scaled = limit.scaleb(PLACES)
        found.add(int(scaled.to_integral_value(ROUND_CEILING)))
        found.add(int(scaled.to_integral_value(ROUND_FLOOR)) + 1)
    return sorted(found)
