"""From evidence to a decision ready for storing; touches no row."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from grading.domain.applications import suggest_applications
from grading.domain.canonical import canonical_json
from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.reasons import Reason
from grading.domain.tracing import path_of
from grading.domain.validity import last_day, remeasure_day
from grading.domain.verdict import Verdict, decide
from grading.domain.warranty import warranty_for
from grading.models import Decision
from intake.models import Pack

GRADING_FAILED = "GRADING_FAILED"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One decision to be stored, with the pack that it is about."""

    pack: Pack
    kind: Decision.Kind
    grade: str
    route: str
    reasons: list[dict[str, Any]]
    evidence_json: str
    """Canonical JSON of the snapshot."""
    missing: list[str] = field(default_factory=list)
    applications: list[dict[str, Any]] = field(default_factory=list)
    warranty: dict[str, Any] = field(default_factory=dict)
    path: list[dict[str, Any]] | None = None
    """Steps of the evaluation; none where no policy was applied."""
    valid_until: date | None = None
    """The last day on which the decision counts."""
    remeasure_from: date | None = None
    """The day from which the pack should be measured again."""
    scope: str = ""
    """For what an override counts, in words."""
    review_rule: str = ""
    """Code under which the review queue shows it; empty when no review is needed."""

    @property
    def evidence_sha256(self) -> str:
        return hashlib.sha256(self.evidence_json.encode()).hexdigest()

    @property
    def why(self) -> str:
        return str(self.reasons[0]["sentence"])


def judge(*, pack: Pack, evidence: Evidence, policy: Policy) -> Judgement:
    """Return what ``policy`` concludes about ``pack``, with its suggestions and warranty terms."""
    verdict = decide(policy, evidence)
    return Judgement(
        pack=pack,
        kind=Decision.Kind.POLICY,
        grade=verdict.grade,
        route=verdict.route,
        reasons=reasons_json(verdict),
        evidence_json=canonical_json(evidence.to_json()),
        missing=list(verdict.missing),
        applications=applications_json(policy, verdict.route, pack, evidence),
        warranty=warranty_json(policy, verdict, evidence),
        path=[step.to_json() for step in path_of(policy, evidence)],
        valid_until=last_day(policy.validity, verdict.grade, evidence.soh_measured_on),
        remeasure_from=remeasure_day(policy.validity, verdict.grade, evidence.soh_measured_on),
        review_rule=review_rule(policy, verdict),
    )


def failure(*, pack: Pack, message: str) -> Judgement:
    """Return the hold of a pack that could not be judged: a person has to look at it.

    ``message`` stands where the evidence would; the sentence is also for the supplier.
    """
    reason = Reason(GRADING_FAILED, "H: grading failed on our side.")
    return Judgement(
        pack=pack,
        kind=Decision.Kind.FAILED,
        grade="H",
        route="hold",
        reasons=[{"kind": "reason"} | reason.to_json()],
        evidence_json=canonical_json({"failure": message[:1000]}),
        review_rule=GRADING_FAILED,
    )


def reasons_json(verdict: Verdict) -> list[dict[str, Any]]:
    """Return everything that the verdict says in words, what decided first."""
    groups = (("reason", verdict.reasons), ("note", verdict.notes), ("near", verdict.near))
    return [{"kind": kind} | reason.to_json() for kind, reasons in groups for reason in reasons]


def applications_json(policy: Policy, route: str, pack: Pack, evidence: Evidence) -> list[dict[str, Any]]:
    """Return the applications suggested for ``pack`` on ``route``."""
    found = suggest_applications(
        policy,
        route,
        nominal_energy_kwh=pack.nominal_energy_kwh,
        soh_percent=evidence.soh_percent,
        nominal_voltage_v=pack.nominal_voltage_v,
    )
    return [application.to_json() for application in found]


def warranty_json(policy: Policy, verdict: Verdict, evidence: Evidence) -> dict[str, Any]:
    """Return the warranty terms that come with ``verdict``, empty when there are none."""
    terms = warranty_for(policy, verdict, soh_percent=evidence.soh_percent)
    return terms.to_json() if terms else {}


def review_rule(policy: Policy, verdict: Verdict) -> str:
    """Return the code that groups the pack in the review queue, empty when it needs no review."""
    if not verdict.needs_review:
        return ""
    # A remark may call for the review of a pack that its grade would let pass.
    remarks = [note.code for note in verdict.notes if note.code in policy.review_flags]
    is_remarked = verdict.grade not in policy.review_grades and remarks
    return remarks[0] if is_remarked else verdict.reasons[0].code
