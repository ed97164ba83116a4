"""The path behind a verdict."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.tracing import Step, path_of
from grading.domain.verdict import decide
from tests.grading.domain.packs import SEED, any_evidence, changed_policy, every_policy, evidence

POLICIES = every_policy()


def told(policy=SEED, **facts):
    return [(step.rule, step.state) for step in path_of(policy, evidence(**facts))]


class TestPathOf:
    def test_tells_each_rule_up_to_the_one_that_concludes(self):
        assert told(chemistry="NMC", soh_percent="85") == [
            ("Safety: damaged or critical", "passed"),
            ("Identity confirmed at the dock", "matched"),
            ("Chemistry: Nickel manganese cobalt (NMC), by the rules for NMC", "matched"),
            ("Weakest cell below the floor of 20 %", "passed"),
            ("SOH counts by the policy's demands on evidence", "matched"),
            ("Resistance counts by the policy's demands on evidence", "matched"),
            (f"Over the tables: {SEED.document['texts']['UL1974_AGE_BLOCK']}", "undecidable"),
            ("A or D: SOH above 80 %", "matched"),
            ("Grade A: IR below 1.5×", "matched"),
        ]

    @pytest.mark.parametrize(
        ("facts", "last"),
        [
            ({"safety": None}, ("Safety inspection", "undecidable")),
            ({"safety": "critical"}, ("Safety: critical", "matched")),
            ({"identity_confirmed": False}, ("Identity confirmed at the dock", "undecidable")),
            ({"weakest_cell_soh_percent": "19.9999"}, ("Weakest cell below the floor of 20 %", "matched")),
            ({"soh_percent": "10"}, ("D: SOH below the floor", "matched")),
            ({"soh_percent": "85", "ir_ratio": None}, ("Grade C: any higher IR", "undecidable")),
            ({"soh_percent": "85", "ir_ratio": "2"}, ("Grade C: any higher IR", "matched")),
        ],
    )
    def test_ends_where_the_verdict_is_found(self, facts, last):
        assert told(**facts)[-1] == last

    def test_gives_the_margin_to_every_limit(self):
        steps = path_of(SEED, evidence(soh_percent="79.5", ir_ratio="1.97"))

        found = [(step.fact, step.limit, step.margin, step.is_near) for step in steps if step.margin]
        assert found == [
            ("weakest_cell_soh_percent", 20, 50, False),
            ("soh_percent", 80, Decimal("-0.5"), True),
            ("soh_percent", 60, Decimal("19.5"), False),
            ("ir_ratio", 2, Decimal("-0.03"), True),
        ]

    def test_ends_at_a_limit_too_near_for_the_uncertainty(self):
        policy = changed_policy(evidence={"undecided_factor": "1.65"})
        steps = path_of(policy, evidence(soh_percent="79.5", soh_u_points=Decimal(1)))

        assert (steps[-1].state, steps[-1].limit) == ("matched", 80)
        assert steps[-1].rule == "Retest within 1.65 standard uncertainties of a limit"

    @given(name=st.sampled_from(sorted(POLICIES)), facts=any_evidence)
    def test_agrees_with_every_verdict_and_survives_storage(self, name, facts):
        policy = POLICIES[name]
        steps = path_of(policy, facts)
        verdict = decide(policy, facts)

        assert tuple(Step.from_json(step.to_json()) for step in steps) == steps
        if verdict.grade in "ABC" and steps[-1].state == "matched":
            named = (f"Grade {verdict.grade}", f"{verdict.grade}:")
            assert steps[-1].rule.startswith(named)
        if verdict.missing:
            assert any(step.state == "undecidable" for step in steps)
