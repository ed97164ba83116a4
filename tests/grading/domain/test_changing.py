"""What would change a verdict."""

import re
from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.domain.changing import changes_of
from grading.domain.facts import usable_facts
from grading.domain.verdict import decide
from grading.domain.waiting_for import QUANTUM
from tests.grading.domain.packs import SEED, any_evidence, every_policy, evidence

POLICIES = every_policy()


def said(name="seed-v1", **facts):
    return [change.sentence for change in changes_of(POLICIES[name], evidence(**facts))]


class TestChangesOf:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            (
                {"chemistry": "NMC", "soh_percent": "85", "ir_ratio": "1.7"},
                ["IR below 1.5× baseline would make it A, pack reuse."],
            ),
            ({"chemistry": "NIMH"}, []),
            (
                {"safety": "damaged"},
                ["A safety inspection without findings would make it B, pack reuse."],
            ),
            (
                {"beyond_calendar_life": True},
                ["An age within the maker's calendar life would make it B, pack reuse."],
            ),
        ],
    )
    def test_names_the_nearest_change_of_one_fact(self, facts, expected):
        assert said(**facts) == expected

    def test_goes_to_both_sides_of_a_known_number(self):
        assert said() == [
            "IR of at least 2× baseline would make it C, small application.",
            "A weakest cell below 20 % would make it D, recycling.",
            "SOH below 60 % would make it C, small application.",
            "SOH below 20 % would make it D, recycling.",
            "SOH above 80 % would make it A, pack reuse.",
        ]

    def test_gives_the_ranges_of_a_missing_number(self):
        assert said(soh_percent=None, ir_ratio=None)[1:] == [
            "A bench SOH below 20 % would make it D, recycling.",
            "A bench SOH of at least 20 and below 60 % would make it C, small application.",
        ]

    def test_counts_the_guard_band(self):
        assert said("guard band", soh_percent="81")[-1] == "SOH above 82 % would make it A, pack reuse."

    def test_names_the_uncertainty_that_would_do(self):
        found = said(
            "seed-v2-guarded",
            soh_percent="81",
            soh_u_points=D("0.8"),
            capacity_procedure="iso12405-capacity",
            resistance_procedure="hppc-pulses",
        )
        assert found[-1] == (
            "A standard uncertainty of the SOH of at most 0.606 points would make it A, pack reuse."
        )

    @pytest.mark.parametrize("soh", ["79", "79.5", "81"])
    def test_rounds_a_limit_that_follows_from_an_uncertainty_to_where_it_holds(self, soh):
        facts = evidence(
            chemistry="NMC",
            soh_percent=D(soh),
            soh_u_points=D("0.4769"),
            capacity_procedure="iso12405-capacity",
            resistance_procedure="hppc-pulses",
        )
        policy = POLICIES["seed-v2-guarded"]

        found = [change for change in changes_of(policy, facts) if change.fact == "soh_percent"]

        assert found
        for change in found:
            said = D(re.search(r"(?:above|below|at least|at most) ([0-9.]+) %", change.words)[1])
            assert said == said.quantize(D("0.01"))
            there = decide(policy, replace(facts, soh_percent=said))
            assert (there.grade, there.route) == (change.grade, change.route), change.words

    @given(
        name=st.sampled_from(sorted(POLICIES)),
        facts=any_evidence,
        u=st.none() | st.sampled_from([D("0.3"), D(2)]),
    )
    @settings(max_examples=150, deadline=None)
    def test_is_always_confirmed_by_deciding_on_the_changed_evidence(self, name, facts, u):
        facts = replace(facts, soh_u_points=u)
        now = decide(POLICIES[name], facts)

        for change in changes_of(POLICIES[name], facts):
            then = decide(POLICIES[name], change.evidence)
            assert (then.grade, then.route) == (change.grade, change.route)
            assert (then.grade, then.route) != (now.grade, now.route)

    @given(facts=any_evidence, fact=st.sampled_from(["soh_percent", "ir_ratio"]))
    @settings(max_examples=150, deadline=None)
    def test_is_the_smallest_of_its_kind(self, facts, fact):
        counts = usable_facts(SEED, facts)
        value = counts.measured_soh if fact == "soh_percent" else counts.ir
        for change in changes_of(SEED, facts):
            there = getattr(change.evidence, fact)
            if change.fact != fact or change.evidence != replace(facts, **{fact: there}) or value is None:
                continue
            closer = there + (QUANTUM if there < value else -QUANTUM)
            less = decide(SEED, replace(facts, **{fact: closer}))
            assert (less.grade, less.route) != (change.grade, change.route)
