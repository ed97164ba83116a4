"""One pack tried under any published policy, on measured or claimed facts; nothing is stored."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from grading.domain.applications import Fit, fits_of, suggest_applications
from grading.domain.evidence import DECIMALS, Evidence
from grading.domain.policy import Policy
from grading.domain.supposing import with_claimed_soh
from grading.domain.validity import months_words
from grading.domain.verdict import Verdict, decide
from grading.domain.warranty import WarrantyTerms, warranty_for
from grading.queries.evidence import evidence_under
from grading.queries.verdict_cards import Card, card_for
from intake.models import Pack

NOT_SIMULATED = {"sources", "soh_departs_why", "ir_comparable_why", "soh_measured_on"}
FACTS = tuple(fact.name for fact in fields(Evidence) if fact.name not in NOT_SIMULATED)
"""Every fact that a simulation may set."""


@dataclass(frozen=True)
class Simulation:
    """What a policy would say; it binds nobody."""

    verdict: Verdict
    card: Card
    fits: list[Fit]
    counts: str
    """For how long the grade would count, in words; empty where the policy does not end it."""
    warranty: WarrantyTerms | None


def simulated(
    policy: Policy,
    evidence: Evidence,
    *,
    nominal_energy_kwh: Decimal | None,
    nominal_voltage_v: Decimal | None,
) -> Simulation:
    """Judge ``evidence`` as grading would, and store nothing."""
    verdict = decide(policy, evidence)
    applications = suggest_applications(
        policy,
        verdict.route,
        nominal_energy_kwh=nominal_energy_kwh,
        soh_percent=evidence.soh_percent,
        nominal_voltage_v=nominal_voltage_v,
    )
    terms = warranty_for(policy, verdict, soh_percent=evidence.soh_percent)
    fits = fits_of(policy, verdict.route, [application.to_json() for application in applications])
    return Simulation(verdict, card_for(policy, evidence), fits, _counts(policy, verdict), terms)


def _counts(policy: Policy, verdict: Verdict) -> str:
    if (term := policy.validity.get(verdict.grade)) is None:
        return ""
    due = term.remeasure_months
    again = f"; to be measured again after {months_words(due)}" if due is not None else ""
    return f"The grade would count for {months_words(term.storage_months)} after the SOH measurement{again}."


def facts_of(*, pack: Pack, policy: Policy, at: datetime, is_claimed: bool) -> dict[str, Any]:
    """Return what a simulation of ``pack`` starts from: what is known, or the claim as if it were measured.

    One query.
    """
    evidence = evidence_under(policy=policy, pack_ids=[pack.pk], at=at)[pack.pk]
    if is_claimed:
        evidence = _as_claimed(policy, evidence)
    return {name: getattr(evidence, name) for name in FACTS}


def start_without_pack() -> dict[str, Any]:
    """Return the facts of a sound pack of which nothing was measured yet."""
    evidence = Evidence(identity_confirmed=True, chemistry="LFP", safety="ok")
    return {name: getattr(evidence, name) for name in FACTS}


def evidence_from(facts: dict[str, Any]) -> Evidence:
    """Return the evidence that ``facts`` make up; text that is blank means "not known"."""
    known: dict[str, Any] = {"identity_confirmed": False, "chemistry": "UNKNOWN"}
    for name, value in facts.items():
        if name in FACTS and value not in ("", None):
            known[name] = Decimal(value) if name in DECIMALS else value
    return Evidence(**known)


def _as_claimed(policy: Policy, evidence: Evidence) -> Evidence:
    """Take the supplier's word for a bench result, as good as the policy wants it."""
    soh = evidence.declared_soh_percent
    evidence = replace(evidence, safety=evidence.safety or "ok", identity_confirmed=True)
    return evidence if soh is None else with_claimed_soh(policy, evidence, soh)
