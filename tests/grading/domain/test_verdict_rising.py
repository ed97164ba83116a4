"""A better SOH with the same uncertainty: a hold is never followed by a worse grade."""

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grading.domain.evidence import Evidence
from grading.domain.policy import Policy, parse_policy, seed_document
from grading.domain.verdict import decide
from tests.grading.domain.packs import any_evidence, changed_policy, evidence

GUARDED = parse_policy(seed_document("seed-v2-guarded"))
POLICIES = {"guarded": GUARDED, "undecided": changed_policy(evidence={"undecided_factor": "1.65"})}
WORSE_TO_BETTER = "XDCBA"
LIMITS = (D(20), D(60), D(80))


def measured(**facts: object) -> Evidence:
    u = {"soh_u_points": D(str(facts.pop("u"))), "ir_ratio_u": D("0.05")}
    by = {"capacity_procedure": "iso12405-capacity", "resistance_procedure": "hppc-pulses"}
    return replace(evidence(weakest_cell_soh_percent="75", **facts), **u, **by)


class TestBoundaries:
    @pytest.mark.parametrize(
        ("chemistry", "soh", "u", "grade"),
        [
            # 80 - 1.65, 80 + 1.65; the lower bound there is 81.65 - 1.64 = 80.01.
            ("NMC", "78.35", "1", "D"),
            ("NMC", "78.3501", "1", "H"),
            ("NMC", "80", "1", "H"),
            ("NMC", "81.6499", "1", "H"),
            ("NMC", "81.65", "1", "A"),
            # 1.65 * 0.4769 = 0.786885; at 80.7869 the lower bound is 80.7869 - 0.782116 = 80.004784.
            ("NMC", "79.2131", "0.4769", "D"),
            ("NMC", "79.2132", "0.4769", "H"),
            ("NMC", "80.7868", "0.4769", "H"),
            ("NMC", "80.7869", "0.4769", "A"),
            ("LFP", "59.2131", "0.4769", "C"),
            ("LFP", "59.2132", "0.4769", "H"),
            ("LFP", "60.7868", "0.4769", "H"),
            ("LFP", "60.7869", "0.4769", "B"),
            ("LFP", "60.9", "0.4769", "B"),
            # Without uncertainty nothing is in doubt and nothing is taken off.
            ("NMC", "80", "0", "D"),
            ("NMC", "80.0001", "0", "A"),
        ],
    )
    def test_of_the_guarded_policy(self, chemistry, soh, u, grade):
        found = decide(GUARDED, measured(chemistry=chemistry, soh_percent=soh, ir_ratio="1.2", u=u))

        assert found.grade == grade


uncertainties = st.just(D(0)) | st.decimals("0.01", 12, places=4)
"""From 0.01 points: below it, rounding the lower bound down to 0.0001 can cost more than 0.01 u."""


@st.composite
def rising(draw: st.DrawFn) -> tuple[Policy, list[Evidence]]:
    """Draw a policy and one pack at rising SOH, all else the same, most of it around limits and doubts."""
    policy = POLICIES[draw(st.sampled_from(sorted(POLICIES)))]
    u = draw(uncertainties)
    at_ends = [
        (limit + sign * factor * u).quantize(D("0.0001")) + step
        for limit in LIMITS
        for sign in (-1, 0, 1)
        for factor in (D("1.64"), D("1.65"))
        for step in (D("-0.0001"), D(0), D("0.0001"))
    ]
    free = draw(st.lists(st.decimals(0, 105, places=4), max_size=20))
    facts = replace(
        draw(any_evidence),
        soh_source="lab",
        soh_u_points=u,
        ir_ratio_u=draw(st.sampled_from([None, D(0), D("0.05"), D("0.4")])),
        capacity_procedure="iso12405-capacity",
        resistance_procedure="hppc-pulses",
        declared_soh_percent=None,
    )
    inside = sorted({soh for soh in [*at_ends, *free] if 0 <= soh <= 105})
    return policy, [replace(facts, soh_percent=soh) for soh in inside]


class TestRisingSoh:
    @given(rising())
    @settings(max_examples=300, deadline=None)
    def test_never_worsens_a_grade_and_a_hold_leads_to_a_better_one(self, drawn):
        policy, packs = drawn
        verdicts = [decide(policy, pack) for pack in packs]
        assume(all(verdict.grade in "H" + WORSE_TO_BETTER for verdict in verdicts))

        last, is_after_hold = -1, False
        for verdict in verdicts:
            if verdict.grade == "H":
                is_after_hold = True
                continue
            rank = WORSE_TO_BETTER.index(verdict.grade)
            assert rank > last or (rank == last and not is_after_hold), packs[0]
            last, is_after_hold = rank, False
