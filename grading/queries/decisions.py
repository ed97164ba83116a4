"""Stored decisions: current, past, and judged again from their evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from grading.domain.canonical import sha256_of
from grading.domain.evidence import Evidence
from grading.domain.policy import Policy, policy_sha256
from grading.domain.tracing import path_of
from grading.domain.validity import last_day, remeasure_day
from grading.domain.verdict import decide
from grading.domain.warranty import warranty_for
from grading.models import Decision, PolicyVersion
from grading.models.decision import IN_FORCE
from grading.queries.policies import compiled
from rebattery.accounts.models import User

POLICY_SQL = "v.code || ' v' || v.version"
DECIDED_BY_SQL = f"CASE d.kind WHEN 'override' THEN 'override against ' ELSE '' END || {POLICY_SQL}"
"""As Decision.author: by what the decision d, under the policy version v, was decided."""


def decisions_of(*, pack_id: int, viewer: User) -> QuerySet[Decision]:
    """Return a pack's decisions that ``viewer`` may see, with policy, review and run, the newest first."""
    rows = Decision.objects.visible_to(viewer).filter(pack_id=pack_id)
    return rows.select_related("policy", "review", "run").order_by("-id")


def current_decisions(*, pack_ids: Sequence[int]) -> dict[int, Decision]:
    """Return the decision in force for each of the packs that have one."""
    found = Decision.objects.filter(IN_FORCE, pack_id__in=pack_ids).select_related("policy")
    return {decision.pack_id: decision for decision in found}


@dataclass(frozen=True)
class Replayed:
    """One stored decision, judged again."""

    decision_id: int
    pack_id: int
    kind: str
    differences: tuple[str, ...]
    """What comes out differently today, in words; empty when it replays."""


def replayed_decisions() -> Iterator[Replayed]:
    """Judge every stored decision again from its own evidence and policy, and yield them in order.

    The rows are streamed, so memory does not grow with their number. An override must stand on a
    decision of the same policy and evidence; a failure only keeps its place.
    """
    policies = {version.sha256: version for version in PolicyVersion.objects.all()}
    rows = Decision.objects.order_by("id")
    for decision in rows.iterator(chunk_size=2000):
        differences = tuple(_differences(decision, policies.get(decision.policy_sha256)))
        yield Replayed(decision.pk, decision.pack_id, decision.kind, differences)


def _differences(decision: Decision, version: PolicyVersion | None) -> Iterator[str]:
    if version is None or policy_sha256(version.document) != decision.policy_sha256:
        yield f"no policy has the SHA-256 {decision.policy_sha256}"
        return
    if sha256_of(decision.evidence) != decision.evidence_sha256:
        yield "the evidence does not have its SHA-256"
        return
    if decision.is_override:
        yield from _override_faults(decision)
    elif decision.kind == Decision.Kind.POLICY:
        stored = _stored(decision)
        policy = compiled(version)
        again = _again(policy, decision.evidence)
        if decision.path is None:
            del stored["path"]
            if policy.undecided_factor is not None:
                # Then a hold in doubt did not list what could end the doubt.
                del stored["missing"]
        yield from (
            f"{name} {_said(stored[name])}, now {_said(again[name])}"
            for name in stored
            if stored[name] != again[name]
        )


def _said(value: object) -> str:
    return str(value) if isinstance(value, date) else repr(value)


def _stored(decision: Decision) -> dict[str, Any]:
    return {
        "grade": decision.grade,
        "route": decision.route,
        "reasons": decision.reason_codes,
        "missing": decision.missing,
        "path": _bare(decision.path or ()),
        "warranty": _terms(decision.warranty),
        "valid_until": decision.valid_until,
        "remeasure_from": decision.remeasure_from,
    }


def _again(policy: Policy, snapshot: dict[str, Any]) -> dict[str, Any]:
    evidence = Evidence.from_json(snapshot)
    verdict = decide(policy, evidence)
    terms = warranty_for(policy, verdict, soh_percent=evidence.soh_percent)
    return {
        "grade": verdict.grade,
        "route": verdict.route,
        "reasons": [reason.code for reason in verdict.reasons],
        "missing": list(verdict.missing),
        "path": _bare([step.to_json() for step in path_of(policy, evidence)]),
        "warranty": _terms(terms.to_json() if terms else {}),
        "valid_until": last_day(policy.validity, verdict.grade, evidence.soh_measured_on),
        "remeasure_from": remeasure_day(policy.validity, verdict.grade, evidence.soh_measured_on),
    }


def _bare(path: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out how a rule is worded, as with the warranty."""
    return [{name: value for name, value in step.items() if name != "rule"} for step in path]


def _terms(warranty: dict[str, Any]) -> dict[str, Any]:
    """Leave the sentence out: its wording may be improved without changing what was promised."""
    return {name: value for name, value in warranty.items() if name != "sentence"}


def _override_faults(decision: Decision) -> Iterator[str]:
    base = Decision.objects.filter(superseded_by=decision).first()
    if base is None:
        yield "the override stands on no decision"
        return
    for name in ("pack_id", "policy_sha256", "evidence_sha256"):
        if getattr(base, name) != getattr(decision, name):
            yield f"the override stands on another {name}"


def decisions_for(*, viewer: User) -> QuerySet[Decision]:
    """Return the decisions on packs that ``viewer`` may see, past ones included."""
    return Decision.objects.visible_to(viewer).select_related("policy")


def decision_told(*, pack_id: int, viewer: User) -> Decision | None:
    """Return what says to ``viewer`` what a pack is now; see :func:`decision_in_force`."""
    return Decision.objects.in_force_for(viewer).filter(pack_id=pack_id).select_related("policy").first()


def decision_in_force(*, pack_id: int) -> Decision | None:
    """Return the decision that stands on a pack, None before there is one and while it is suspended."""
    return current_decisions(pack_ids=[pack_id]).get(pack_id)
