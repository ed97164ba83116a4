"""What a verdict says beside its grade: why, what was remarked, and which limits are near."""

from collections.abc import Iterable
from decimal import Decimal

from grading.domain.evidence import Evidence
from grading.domain.facts import overlay_fires
from grading.domain.matrix import Band, Cell, Facts, Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import (
    BORDERLINE,
    IR,
    IR_UNCERTAINTY_UNKNOWN,
    SOH,
    UNCERTAINTY_INCOMPLETE,
    WEAKEST,
    Reason,
    near_limit,
    shown,
)


def deciding_reason(policy: Policy, cell: Cell, facts: Facts) -> Reason:
    """Build the reason for ``cell`` with the margin of every comparison behind it."""
    if not cell.clauses:
        return Reason(cell.code, cell.head)
    values = {SOH: facts.soh, IR: facts.ir, WEAKEST: facts.weakest}
    parts = []
    for clause in cell.clauses:
        value = values[clause.fact]
        if value is None:
            return Reason(
                cell.code,
                f"{cell.grade}: the missing facts cannot change the route, {policy.route_label(cell.route)}.",
            )
        measured = facts.measured_soh if clause.fact == SOH and facts.measured_soh is not None else value
        parts.append(clause.sentence(value, measured, _guard(policy)))
    first = cell.clauses[0]
    measured = values[first.fact] or Decimal(0)
    sentence = f"{cell.head}: {' and '.join(parts)}."
    return Reason(cell.code, sentence, first.fact, measured, first.limit, abs(measured - first.limit))


def _guard(policy: Policy) -> str:
    """Name what a policy takes off a measured SOH."""
    band = ["the guard band"] if policy.guard_band_pts or policy.k_lower_bound is None else []
    bound = [] if policy.k_lower_bound is None else [f"{policy.k_lower_bound} standard uncertainties"]
    return " and ".join(band + bound)


def notes_on(
    policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts, band: Band | None, cell: Cell
) -> Iterable[Reason]:
    """Return the remarks that change neither grade nor route."""
    for overlay in policy.remarks:
        if overlay_fires(policy, overlay, evidence, facts, cell.grade):
            yield overlay.reason
    if band and facts.soh is not None and facts.measured_soh is not None and facts.soh < facts.measured_soh:
        better = matrix.band_at(facts.measured_soh)
        if better is not band:
            text = (
                f"SOH {shown(facts.measured_soh)} % is above {better.lo} % by no more than {_guard(policy)}"
            )
            points = policy.guard_band_pts if policy.k_lower_bound is None else facts.measured_soh - facts.soh
            yield Reason(BORDERLINE, f"{text} of {points} points.", SOH, facts.measured_soh, better.lo)
    if band and policy.needs_uncertainty and facts.measured_soh is not None and evidence.soh_u_is_lower_limit:
        yield Reason(UNCERTAINTY_INCOMPLETE, _INCOMPLETE, SOH)
    if policy.undecided_factor is not None and facts.ir is not None and evidence.ir_ratio_u is None:
        yield Reason(IR_UNCERTAINTY_UNKNOWN, _IR_UNKNOWN, IR)


_INCOMPLETE = "The uncertainty of the SOH leaves out what is not known: it is at least as large as stated."
_IR_UNKNOWN = (
    "The uncertainty of the resistance is not known: whether it is too near to a limit was not judged."
)


def near_limits(
    policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts, band: Band
) -> Iterable[Reason]:
    """Return the limits that a pack nearly crosses."""
    limits = [(SOH, facts.soh, limit) for limit in policy.soh_limits.get(evidence.chemistry, ())]
    limits += [(IR, facts.ir, limit) for limit in band.ir_limits()]
    limits.append((WEAKEST, facts.weakest, matrix.weakest_floor))
    for fact, value, limit in limits:
        if value is not None and abs(value - limit) <= policy.near[fact]:
            yield near_limit(fact, value, limit)
