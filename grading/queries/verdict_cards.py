"""The card of one decision: its path, its margins, and what would change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grading.domain.changing import Change, changes_of
from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.scales import Scale, scales_of
from grading.domain.tracing import Step, path_of
from grading.models import CapacityTest, Decision, ResistanceTest
from grading.queries.policies import compiled
from grading.queries.test_runs import Result, Results


@dataclass(frozen=True)
class Card:
    """How one verdict was found."""

    steps: tuple[Step, ...]
    scales: tuple[Scale, ...]
    changes: tuple[Change, ...]


def card_of(decision: Decision) -> Card | None:
    """Return the card of a decision by policy, from what is stored with it; no query.

    People who override have their reason instead, and a failure has no evidence: None.
    """
    if decision.kind != Decision.Kind.POLICY:
        return None
    card = card_for(compiled(decision.policy), Evidence.from_json(decision.evidence))
    if decision.path is None:
        return card
    return Card(tuple(Step.from_json(step) for step in decision.path), card.scales, card.changes)


def card_for(policy: Policy, evidence: Evidence) -> Card:
    """Return the card of what ``policy`` says about ``evidence``."""
    return Card(path_of(policy, evidence), scales_of(policy, evidence), changes_of(policy, evidence))


@dataclass(frozen=True)
class Proof:
    """One test behind a decision."""

    label: str
    test: CapacityTest | ResistanceTest


def proofs_of(decision: Decision, results: Results) -> list[Proof]:
    """Return the tests that the evidence of ``decision`` came from, also where newer ones stand."""
    sources: dict[str, Any] = decision.evidence.get("sources", {})
    found = (
        _proof("Capacity", results.capacity, sources.get("capacity_test_id")),
        _proof("Resistance", results.resistance, sources.get("resistance_test_id")),
    )
    return [proof for proof in found if proof]


def _proof(label: str, results: Sequence[Result[Any]], key: int | None) -> Proof | None:
    test = next((result.test for result in results if result.test.pk == key), None)
    return None if test is None else Proof(label, test)
