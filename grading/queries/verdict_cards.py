"""The card of one decision: its path, its margins, and what would change it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from grading.domain.applications import Fit, fits_of
from grading.domain.changing import Change, changes_of
from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.policy_words import askers_of
from grading.domain.scales import Scale, scales_of
from grading.domain.tracing import Step, path_of
from grading.domain.verdict import decide
from grading.models import Calibration, CapacityTest, Decision, ResistanceTest
from grading.queries.policies import compiled
from grading.queries.test_runs import Results


@dataclass(frozen=True)
class Card:
    """What a policy says of some evidence, and how that was found."""

    steps: tuple[Step, ...]
    scales: tuple[Scale, ...]
    changes: tuple[Change, ...]
    instead_of: str = ""
    """The policy's own grade, where two people set another one on the same evidence."""


def card_of(decision: Decision) -> Card | None:
    """Return the card of a decision, from what is stored with it; no query.

    That of an override shows what the policy says of the same evidence, which two people looked at too. A
    failure, and an override of one, has no evidence: None.
    """
    if not _has_evidence(decision):
        return None
    policy, evidence = compiled(decision.policy), Evidence.from_json(decision.evidence)
    if decision.is_override:
        return replace(card_for(policy, evidence), instead_of=decide(policy, evidence).grade)
    return Card(path_behind(decision), scales_of(policy, evidence), changes_of(policy, evidence))


def _has_evidence(decision: Decision) -> bool:
    return decision.kind != Decision.Kind.FAILED and "failure" not in decision.evidence


def card_for(policy: Policy, evidence: Evidence) -> Card:
    """Return the card of what ``policy`` says about ``evidence``."""
    return Card(path_of(policy, evidence), scales_of(policy, evidence), changes_of(policy, evidence))


def path_behind(decision: Decision) -> tuple[Step, ...]:
    """Return the path of a decision as it is stored, found again where it was not kept yet; no query.

    None of an override or a failure.
    """
    if decision.path is not None:
        return tuple(Step.from_json(step) for step in decision.path)
    if decision.kind != Decision.Kind.POLICY:
        return ()
    return path_of(compiled(decision.policy), Evidence.from_json(decision.evidence))


def asked_reasons(decision: Decision) -> list[dict[str, Any]]:
    """Return the reasons of a decision, each with who asks for its rule as ``asker``."""
    askers = askers_of(compiled(decision.policy))
    return [reason | {"asker": askers.get(reason["code"], "")} for reason in decision.reasons]


def applications_of(decision: Decision) -> list[Fit]:
    """Return which applications fit the pack and which do not, each with why; no query.

    None for an override that counts for one use only: that one is all it fits.
    """
    if decision.scope:
        return []
    return fits_of(compiled(decision.policy), decision.route, decision.applications)


@dataclass(frozen=True)
class Proof:
    """One test behind a decision."""

    label: str
    test: CapacityTest | ResistanceTest
    certificate: Calibration | None
    """The certificate by which its instrument measured; None where only its number is known."""


def proofs_of(decision: Decision, results: Results) -> list[Proof]:
    """Return the tests that the evidence of ``decision`` came from, also where newer ones stand."""
    tests = [each.test for each in results.named_by(decision.evidence)]
    found = {(each.instrument_id, each.certificate_number): each for each in _certificates(tests)}
    return [
        Proof(
            "Capacity" if isinstance(test, CapacityTest) else "Resistance",
            test,
            found.get((test.instrument_id, test.certificate_number)),
        )
        for test in tests
    ]


def _certificates(tests: Sequence[CapacityTest | ResistanceTest]) -> QuerySet[Calibration]:
    """Return the certificates that the tests name; of several under one number the newest comes last."""
    numbers = {test.certificate_number for test in tests}
    instruments = {test.instrument_id for test in tests}
    found = Calibration.objects.filter(instrument_id__in=instruments, certificate_number__in=numbers)
    return found.order_by("pk")
