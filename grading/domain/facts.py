"""Which facts of the evidence a policy lets count."""

from decimal import Decimal

from grading.domain.evidence import OFF_PROCEDURE, Evidence
from grading.domain.matrix import Facts
from grading.domain.policy import Overlay, Policy
from grading.domain.reasons import (
    IR_OTHER_PROCEDURE,
    SOH,
    SOH_IMPLAUSIBLE,
    SOH_NOT_MEASURED,
    SOH_OFF_PROCEDURE,
    SOH_OTHER_PROCEDURE,
    SOH_TOO_OLD,
    SOH_UNCERTAINTY_UNKNOWN,
)
from grading.domain.soh import SOH_MAX_PERCENT, weakest_gap_points
from grading.domain.uncertainty import lower_bound


def usable_facts(policy: Policy, evidence: Evidence) -> Facts:
    """Return the facts of ``evidence`` that ``policy`` lets count, SOH lowered by its guard."""
    soh = None if soh_fault(policy, evidence) else evidence.soh_percent
    ratio = None if ir_fault(policy, evidence) else evidence.ir_ratio
    return Facts(
        soh=None if soh is None else _guarded(policy, soh, evidence.soh_u_points),
        ir=ratio if evidence.ir_comparable is True and ratio is not None and ratio > 0 else None,
        weakest=evidence.weakest_cell_soh_percent,
        bounded=evidence.weakest_bound_from_pack_ah,
        measured_soh=soh,
    )


def soh_fault(policy: Policy, evidence: Evidence) -> str | None:
    """Return the code that says why the SOH of ``evidence`` does not count, ``None`` when it does."""
    if evidence.soh_percent is not None and evidence.soh_source == OFF_PROCEDURE:
        return SOH_OFF_PROCEDURE
    if evidence.soh_percent is None or evidence.soh_source not in policy.soh_sources:
        return SOH_NOT_MEASURED
    if not 0 <= evidence.soh_percent <= SOH_MAX_PERCENT:
        return SOH_IMPLAUSIBLE
    if not policy.accepts_procedure("capacity", evidence.capacity_procedure):
        return SOH_OTHER_PROCEDURE
    if policy.needs_uncertainty and evidence.soh_u_points is None:
        return SOH_UNCERTAINTY_UNKNOWN
    age = evidence.soh_age_days
    if policy.max_age_days is not None and (age is None or age > policy.max_age_days):
        return SOH_TOO_OLD
    return None


def ir_fault(policy: Policy, evidence: Evidence) -> str | None:
    """Return the code that says why the resistance of ``evidence`` does not count by its procedure."""
    if evidence.ir_ratio is None or policy.accepts_procedure("resistance", evidence.resistance_procedure):
        return None
    return IR_OTHER_PROCEDURE


def _guarded(policy: Policy, soh: Decimal, u: Decimal | None) -> Decimal:
    if policy.k_lower_bound is not None and u is not None:
        soh = lower_bound(soh, u, policy.k_lower_bound)
    return soh - policy.guard_band_pts if policy.guard_band_pts else soh


def overlay_fires(
    policy: Policy, overlay: Overlay, evidence: Evidence, facts: Facts, grade: str = ""
) -> bool:
    """Tell whether ``overlay`` applies to a pack with these facts, once its ``grade`` is known."""
    if overlay.grades is not None and grade not in overlay.grades:
        return False
    if overlay.treat_as is not None and policy.treat_as.get(evidence.chemistry) not in overlay.treat_as:
        return False
    return overlay.fires(lambda fact: _value_of(fact, evidence, facts.measured_soh))


def overlay_unknowns(policy: Policy, overlay: Overlay, evidence: Evidence, facts: Facts) -> tuple[str, ...]:
    """Return the facts that keep ``overlay`` from being judged, none where a known fact already rules it out.

    An overlay that cannot be judged does not act.
    """
    if overlay.treat_as is not None and policy.treat_as.get(evidence.chemistry) not in overlay.treat_as:
        return ()
    values = [(fact, _value_of(fact, evidence, facts.measured_soh)) for fact, _, _ in overlay.terms]
    for (_, value), (_, compare, limit) in zip(values, overlay.terms, strict=True):
        if value is not None and not compare(value, limit):
            return ()
    return tuple(fact for fact, value in values if value is None)


def _value_of(fact: str, evidence: Evidence, soh: Decimal | None) -> object:
    """Return a fact of an overlay; the gaps are derived here because no one measures them."""
    if fact == SOH:
        return soh
    if fact == "declared_gap_points":
        declared = evidence.declared_soh_percent
        return None if soh is None or declared is None else abs(declared - soh)
    if fact == "weakest_gap_points":
        weakest = evidence.weakest_cell_soh_percent if evidence.weakest_bound_from_pack_ah else None
        return weakest_gap_points(soh, weakest)
    return getattr(evidence, fact)
