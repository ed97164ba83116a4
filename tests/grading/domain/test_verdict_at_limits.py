"""What better evidence does to a grade, exactly at every limit of every policy to begin from."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.domain.canonical import canonical_json
from grading.domain.columnar.limits import limits_of
from grading.domain.evidence import Evidence
from grading.domain.matrix import GRADES
from grading.domain.policy import Policy
from grading.domain.tracing import Step, path_of
from grading.domain.verdict import decide
from tests.grading.domain.packs import any_evidence, every_policy, evidence

POLICIES = every_policy()
QUANTUM = Decimal("0.0001")
EXCEPTIONS = {"UNDECIDED_RETEST"}
"""Holds that better evidence may lead into: the doubt at the next limit (docs/decisions/0006)."""


def assert_no_worse(policy: Policy, facts: Evidence, better: Evidence) -> None:
    """A hold says nothing of a pack, so nothing is worse than one; it counts between C and D."""
    before, after = decide(policy, facts), decide(policy, better)
    if before.grade != "H" and GRADES.index(after.grade) > GRADES.index(before.grade):
        assert after.grade == "H", (facts, better)
        assert {reason.code for reason in after.reasons} <= EXCEPTIONS, (facts, better)


def around(limits: frozenset[Decimal]) -> list[Decimal]:
    steps = (-QUANTUM, Decimal(0), QUANTUM)
    return sorted({max(limit + step, QUANTUM).quantize(QUANTUM) for limit in limits for step in steps})


def measured(policy: Policy, chemistry: str) -> Iterator[Evidence]:
    """Yield packs of one chemistry in the best and in a middling state, measured exactly and roughly."""
    for soh, ir, weakest in (("97", "1", "97"), ("70", "1.7", "65")):
        for u in (Decimal(0), Decimal("0.5")):
            yield replace(
                evidence(chemistry=chemistry, soh_percent=soh, ir_ratio=ir, weakest_cell_soh_percent=weakest),
                soh_u_points=u,
                ir_ratio_u=u / 100,
                soh_age_days=0,
                soh_age_months=0,
                capacity_procedure=min(policy.procedures.get("capacity", ()), default=None),
                resistance_procedure=min(policy.procedures.get("resistance", ()), default=None),
            )


@pytest.mark.parametrize("name", POLICIES)
class TestBetterEvidenceAtALimit:
    def test_of_soh_weakest_cell_and_resistance_worsens_no_grade(self, name):
        policy = POLICIES[name]
        limits = limits_of(policy)
        rising = {
            "soh_percent": around(limits.measured | limits.guarded),
            "weakest_cell_soh_percent": around(limits.weakest),
            "ir_ratio": around(limits.ir)[::-1],
        }
        for facts in (facts for chemistry in policy.matrices for facts in measured(policy, chemistry)):
            for fact, values in rising.items():
                inside = [value for value in values if value <= 105]
                for worse, better in pairwise(inside):
                    assert_no_worse(policy, replace(facts, **{fact: worse}), replace(facts, **{fact: better}))


def any_of_the_table(name: str) -> st.SearchStrategy[Evidence]:
    sampled = st.sampled_from
    return st.builds(
        replace,
        any_evidence,
        soh_u_points=st.none() | sampled([Decimal(0), Decimal("0.3"), Decimal(4)]),
        ir_ratio_u=st.none() | sampled([Decimal(0), Decimal("0.2")]),
        soh_age_months=st.none() | sampled([0, 6, 7, 13]),
        capacity_procedure=sampled(["iso12405-capacity", "iso12405-capacity", None]),
        resistance_procedure=sampled(["hppc-pulses", "hppc-pulses", None]),
    )


@pytest.mark.parametrize("name", POLICIES)
class TestAnyEvidence:
    @given(data=st.data(), share=st.decimals(0, 1, places=2))
    @settings(max_examples=40, deadline=None)
    def test_is_no_worse_with_less_uncertainty_or_age(self, name, data, share):
        facts = data.draw(any_of_the_table(name))
        surer = {
            fact: None if value is None else (value * share).quantize(QUANTUM)
            for fact, value in (("soh_u_points", facts.soh_u_points), ("ir_ratio_u", facts.ir_ratio_u))
        }
        younger = None if facts.soh_age_months is None else int(facts.soh_age_months * share)

        assert_no_worse(POLICIES[name], facts, replace(facts, **surer, soh_age_months=younger))

    @given(data=st.data())
    @settings(max_examples=40, deadline=None)
    def test_comes_back_from_its_snapshot_byte_for_byte_with_the_same_path(self, name, data):
        facts = data.draw(any_of_the_table(name))
        stored = canonical_json(facts.to_json())
        path = path_of(POLICIES[name], facts)

        again = Evidence.from_json(json.loads(stored))

        assert again == facts and canonical_json(again.to_json()) == stored
        assert path_of(POLICIES[name], again) == path
        assert tuple(Step.from_json(json.loads(json.dumps(step.to_json()))) for step in path) == path
