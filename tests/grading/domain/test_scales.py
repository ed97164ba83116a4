"""Measured values on the limits of a policy."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.changing import numbers_of
from grading.domain.scales import LENGTH, scales_of
from grading.domain.verdict import decide
from tests.grading.domain.packs import SEED, any_evidence, changed_policy, every_policy, evidence

POLICIES = every_policy()


class TestScalesOf:
    def test_lays_the_grades_along_each_number(self):
        soh, ir, weakest = scales_of(SEED, evidence())

        assert [part.grade for part in soh.segments] == ["D", "C", "B", "A"]
        assert soh.limits == ((20, 190), (60, 571), (80, 761))
        assert soh.words == (
            "SOH 74 %. With the other facts as they are: D from 0 to 20 %; C from 20 to 60 %;"
            " B from 60 to 80 %; A from 80 to 105 %."
        )
        assert [part.grade for part in ir.segments] == ["B", "C"]
        assert [part.grade for part in weakest.segments] == ["D", "B"]

    def test_shows_what_the_other_facts_leave(self):
        soh = scales_of(SEED, evidence(ir_ratio="2.5"))[0]

        assert [part.grade for part in soh.segments] == ["D", "C"]

    def test_leaves_a_missing_number_unmarked(self):
        ir = scales_of(SEED, evidence(ir_ratio=None))[1]

        assert (ir.value, ir.words) == (
            None,
            "IR not known. With the other facts as they are:"
            " B from 0 to 2× baseline; C from 2 to 4× baseline.",
        )

    def test_says_hold_where_a_missing_fact_decides(self):
        soh = scales_of(SEED, evidence(ir_ratio=None))[0]

        assert [part.grade for part in soh.segments] == ["D", "C", "H"]

    def test_draws_a_measured_value_on_the_limits_that_it_must_reach(self):
        soh = scales_of(changed_policy(guard_band_pts="2"), evidence(soh_percent="81"))[0]

        assert (soh.value, [limit for limit, _ in soh.limits]) == (81, [22, 62, 82])

    @pytest.mark.parametrize(
        "facts", [{"safety": "damaged"}, {"safety": None}, {"identity_confirmed": False}]
    )
    def test_draws_nothing_where_a_gate_decides(self, facts):
        assert scales_of(SEED, evidence(**facts)) == ()

    @given(name=st.sampled_from(sorted(POLICIES)), facts=any_evidence, part=st.integers(1, 99))
    def test_grades_every_part_as_the_policy_does(self, name, facts, part):
        policy = POLICIES[name]
        numbers = {found.fact: found for found in numbers_of(policy, facts, decide(policy, facts))}
        for scale in scales_of(policy, facts):
            high = Decimal(4) if scale.fact == "ir_ratio" else Decimal(105)
            starts = [Decimal(0), *(limit for limit, _ in scale.limits)]
            for segment, low, end in zip(scale.segments, starts, [*starts[1:], high], strict=True):
                value = (low + (end - low) * part / 100).quantize(Decimal("0.0001"))
                if low < value < end:
                    assert decide(policy, numbers[scale.fact].put(value)).grade == segment.grade

    @pytest.mark.parametrize("chemistry", ["UNKNOWN", "NA_ION", "NIMH", "MADE_UP"])
    def test_draws_nothing_without_a_table(self, chemistry):
        assert scales_of(SEED, evidence(chemistry=chemistry)) == ()

    @given(name=st.sampled_from(sorted(POLICIES)), facts=any_evidence)
    def test_fills_each_scale_without_a_gap(self, name, facts):
        for scale in scales_of(POLICIES[name], facts):
            ends = [0, *(part.start + part.width for part in scale.segments)]
            assert [part.start for part in scale.segments] == ends[:-1]
            assert ends[-1] == LENGTH and 0 <= scale.place <= LENGTH
