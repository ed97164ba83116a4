"""Evidence as a test would leave it that finds a given value: to ask "what if", never to grade."""

from dataclasses import replace
from decimal import Decimal

from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.soh import SOH_MAX_PERCENT


def with_new_soh(policy: Policy, evidence: Evidence, soh_percent: Decimal) -> Evidence:
    """Return ``evidence`` as if the bench measured this SOH today, as well as ``policy`` wants it."""
    return replace(
        evidence,
        soh_percent=soh_percent,
        soh_source="lab",
        soh_departs_why="",
        soh_age_days=0,
        soh_age_months=0,
        soh_u_points=Decimal(0) if policy.needs_uncertainty else None,
        capacity_procedure=_accepted(policy, "capacity"),
    )


def with_claimed_soh(policy: Policy, evidence: Evidence, claimed_percent: Decimal) -> Evidence:
    """Return ``evidence`` as if a capacity test confirmed a claim exactly, as far as an SOH can be."""
    soh = min(max(claimed_percent, Decimal(0)), SOH_MAX_PERCENT)
    # The usual test ends at a cell's limit, so the pack's own SOH bounds its weakest cell.
    return replace(with_new_soh(policy, evidence, soh), weakest_bound_from_pack_ah=True)


def with_new_ir(policy: Policy, evidence: Evidence, ir_ratio: Decimal) -> Evidence:
    """Return ``evidence`` as if the bench measured this resistance today, as well as ``policy`` wants it.

    :param ir_ratio: measured resistance over the baseline of the pack.
    """
    return replace(
        evidence,
        ir_ratio=ir_ratio,
        ir_comparable=True,
        ir_ratio_u=None,
        resistance_procedure=_accepted(policy, "resistance"),
    )


def _accepted(policy: Policy, test: str) -> str | None:
    """Return a procedure that counts; None where any does."""
    return min(policy.procedures.get(test, ()), default=None)
