"""What holds for every verdict, whatever the evidence."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grading.domain.evidence import Evidence
from grading.domain.facts import usable_facts
from grading.domain.matrix import GRADES
from grading.domain.policy import parse_policy
from grading.domain.reasons import FACT_LABELS
from grading.domain.verdict import Verdict, decide
from tests.grading.domain.packs import (
    IR_INSIDE,
    IRS,
    SEED,
    SOH_INSIDE,
    SOHS,
    WEAKEST_INSIDE,
    any_evidence,
    changed_policy,
    every_policy,
)

POLICIES = [
    SEED,
    changed_policy(guard_band_pts="2"),
    changed_policy(floors={"weakest_percent": "30", "pack_percent": "40"}),
]
ALL, D = every_policy(), Decimal
any_policy = st.sampled_from(POLICIES)
measured = any_evidence.filter(lambda e: usable_facts(SEED, e).soh is not None)
CHEMISTRIES = [code for code, matrix in SEED.matrices.items() if matrix.kind != "unknown"]
at_the_table = st.builds(
    replace,
    measured,
    safety=st.just("ok"),
    identity_confirmed=st.just(True),
    chemistry=st.sampled_from(CHEMISTRIES),
)


def severity(verdict: Verdict) -> int:
    return GRADES.index(verdict.grade)


def completions(facts: Evidence) -> Iterator[Evidence]:
    """Yield the evidence with every missing fact filled in."""
    known = usable_facts(SEED, facts)
    is_unknown = SEED.matrices.get(facts.chemistry, SEED.matrices["UNKNOWN"]).kind == "unknown"
    chemistries = CHEMISTRIES if is_unknown else [facts.chemistry]
    numbers = ((known.soh, SOH_INSIDE), (known.ir, IR_INSIDE), (known.weakest, WEAKEST_INSIDE))
    choices = ([value] if value is not None else map(Decimal, samples) for value, samples in numbers)
    for chemistry, soh, ir, weakest in product(chemistries, *choices):
        if known.weakest is None and known.bounded and weakest < soh:
            continue
        yield replace(
            facts,
            safety="ok",
            identity_confirmed=True,
            chemistry=chemistry,
            soh_percent=soh,
            soh_source="lab",
            ir_ratio=ir,
            ir_comparable=True,
            weakest_cell_soh_percent=weakest,
        )


def routes_by_others(facts: Evidence, fact: str) -> Iterable[set[str]]:
    """Return the routes that ``fact`` can lead to, once for each way to fill in the other facts."""
    found: dict[Evidence, set[str]] = {}
    for full in completions(facts):
        found.setdefault(replace(full, **{fact: None}), set()).add(decide(SEED, full).route)
    return found.values()


class TestDecide:
    @given(policy=any_policy, facts=any_evidence)
    def test_always_gives_a_grade_and_says_why(self, policy, facts):
        verdict = decide(policy, facts)

        assert verdict.grade in GRADES
        assert verdict.reasons
        assert all(reason.code and reason.sentence.endswith((".", "needed")) for reason in verdict.reasons)
        assert (verdict.grade == "H") == (verdict.route == "hold")
        assert verdict.grade == "H" or not verdict.missing
        assert set(verdict.missing) <= set(FACT_LABELS)

    @pytest.mark.rule(11)
    @given(policy=any_policy, facts=any_evidence)
    def test_replays_to_the_same_verdict_from_json(self, policy, facts):
        stored = json.dumps(
            [policy.document, facts.to_json(), decide(policy, facts).to_json()], sort_keys=True
        )

        document, snapshot, verdict = json.loads(stored)

        assert Evidence.from_json(snapshot) == facts
        assert decide(parse_policy(document), Evidence.from_json(snapshot)) == Verdict.from_json(verdict)

    @given(
        facts=any_evidence,
        pack=st.decimals(20, 100, places=2).map(str),
        weakest=st.decimals(20, 100, places=2).map(str),
    )
    @settings(max_examples=60)
    def test_never_improves_a_grade_by_a_stricter_floor(self, facts, pack, weakest):
        strict = changed_policy(floors={"pack_percent": pack, "weakest_percent": weakest})

        assert severity(decide(strict, facts)) >= severity(decide(SEED, facts))

    @given(
        policy=any_policy, facts=measured, fact=st.sampled_from(["soh_percent", "weakest_cell_soh_percent"])
    )
    def test_never_worsens_a_grade_by_more_health(self, policy, facts, fact):
        assume(getattr(facts, fact) is not None)
        value = getattr(facts, fact)
        more = replace(facts, **{fact: max(value, min(Decimal(105), value + Decimal("7.5")))})

        assert severity(decide(policy, more)) <= severity(decide(policy, facts))

    @given(policy=any_policy, facts=measured, less=st.decimals("0.1", "0.99", places=2))
    def test_never_worsens_a_grade_by_less_resistance(self, policy, facts, less):
        assume(facts.ir_ratio is not None and facts.ir_ratio > 0)

        assert severity(decide(policy, replace(facts, ir_ratio=facts.ir_ratio * less))) <= severity(
            decide(policy, facts)
        )


BETTER = {"soh_percent": D("7.5"), "weakest_cell_soh_percent": D("7.5"), "ir_ratio": D("-0.4")}
EXCEPTIONS = {"UNDECIDED_RETEST"}
"""Holds that better evidence may lead into: the doubt at the next limit (docs/decisions/0006)."""


fully_measured = st.builds(
    replace,
    any_evidence,
    soh_percent=st.sampled_from(list(map(Decimal, SOHS))) | st.decimals(0, 104, places=4),
    soh_source=st.just("lab"),
    ir_ratio=st.sampled_from(list(map(Decimal, IRS))) | st.decimals("0.5", 4, places=4),
    ir_comparable=st.just(True),
    weakest_cell_soh_percent=st.decimals(0, 104, places=4),
    soh_u_points=st.sampled_from([D(0), D("0.3"), D(4)]),
    ir_ratio_u=st.sampled_from([None, D(0), D("0.2")]),
    capacity_procedure=st.just("iso12405-capacity"),
    resistance_procedure=st.just("hppc-pulses"),
)


class TestBetterEvidence:
    @pytest.mark.parametrize("name", ALL)
    @given(facts=fully_measured, fact=st.sampled_from(sorted(BETTER)), share=st.decimals("0.01", 1, places=2))
    @settings(max_examples=100, deadline=None)
    def test_never_worsens_a_grade_but_for_the_exceptions(self, name, facts, fact, share):
        more = max(getattr(facts, fact) + BETTER[fact] * share, D("0.0001"))
        better = replace(facts, **{fact: min(more, D(105))})

        before, after = decide(ALL[name], facts), decide(ALL[name], better)
        if after.grade == "H" and before.grade != "H":
            assert {reason.code for reason in after.reasons} <= EXCEPTIONS
        elif before.grade != "H":
            assert severity(after) <= severity(before)

    @pytest.mark.parametrize("name", ALL)
    @given(facts=any_evidence, u=st.none() | st.decimals(0, 20, places=4))
    @settings(max_examples=80, deadline=None)
    def test_or_any_evidence_gives_one_verdict_that_replays(self, name, facts, u):
        facts = replace(facts, soh_u_points=u)
        verdict = decide(ALL[name], facts)

        assert verdict.grade in GRADES and verdict.reasons
        again = decide(parse_policy(json.loads(json.dumps(ALL[name].document))), facts)
        assert again == verdict == Verdict.from_json(json.loads(json.dumps(verdict.to_json())))


class TestDecideWithMissingFacts:
    @given(facts=at_the_table, fact=st.sampled_from(["ir_ratio", "weakest_cell_soh_percent"]))
    @settings(max_examples=80, deadline=None)
    def test_concludes_only_what_every_value_would_confirm(self, facts, fact):
        without = replace(facts, **{fact: None})
        verdict = decide(SEED, without)
        outcomes = [decide(SEED, full) for full in completions(without)]

        if verdict.grade != "H":
            assert {outcome.route for outcome in outcomes} == {verdict.route}
            assert severity(verdict) >= max(map(severity, outcomes))
        assert severity(verdict) >= min(map(severity, outcomes))

    @given(facts=any_evidence.filter(lambda e: e.safety in (None, "ok")))
    @settings(max_examples=60, deadline=None)
    def test_lists_a_fact_exactly_when_it_can_change_the_route(self, facts):
        verdict = decide(SEED, facts)
        assume(verdict.grade == "H")
        known = usable_facts(SEED, facts)

        for fact, value in (("ir_ratio", known.ir), ("weakest_cell_soh_percent", known.weakest)):
            can_change = value is None and any(len(routes) > 1 for routes in routes_by_others(facts, fact))
            assert (fact in verdict.missing) is can_change, fact
        assert ("safety" in verdict.missing) is (facts.safety is None)
        assert ("identity_confirmed" in verdict.missing) is (not facts.identity_confirmed)

    @given(facts=any_evidence)
    def test_needs_a_bench_soh_for_every_grade_of_the_table(self, facts):
        verdict = decide(SEED, replace(facts, soh_source="bms"))

        assert verdict.grade in "HQX" or verdict.reasons[0].code in ("SAFETY_DAMAGED", "WEAK_CELL_FLOOR")
