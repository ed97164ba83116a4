"""The columns say of every pack what the one authority says."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.domain.columnar.deciding import Outcome, Outcomes, decide_all
from grading.domain.columnar.digits import TooLarge
from grading.domain.columnar.limits import NotColumnar, limits_of
from grading.domain.columnar.population import kind_of
from grading.domain.evidence import SAFETY, SOH_SOURCES, Evidence
from grading.domain.policy import SHIPPED, Policy, parse_policy, seed_document
from grading.domain.policy_own_tables import with_own_tables
from grading.domain.policy_templates import TEMPLATES, template_document
from grading.domain.verdict import decide
from grading.domain.warranty import warranty_for
from tests.grading.domain.columnar.laying import population_of
from tests.grading.domain.packs import SEED, TERMS, changed_policy, evidence

QUANTUM = Decimal("0.0001")
PROCEDURES = [None, "iso12405-capacity", "quick-screen", "ac-1khz"]


def _nameplate() -> Policy:
    document = deepcopy(seed_document())
    for terms in document["warranty"].values():
        terms["residual_basis"] = "nameplate"
    return parse_policy(document)


def _aged() -> Policy:
    parts = {"max_age_days": 365, "soh_sources_allowed": ["lab", "bms"], "needs_weakest": False}
    return changed_policy(evidence=parts, guard_band_pts="1.25")


def _own_tables() -> Policy:
    document = deepcopy(seed_document())
    for code in ("NCA", "LMFP", "NA_ION"):
        document["chemistry_classes"][code]["treat_as"] = code
    return parse_policy(with_own_tables(document, seed_document()))


POLICIES = {
    **{name: parse_policy(template_document(name)) for name in (*SHIPPED, *TEMPLATES)},
    "guard band": changed_policy(guard_band_pts="2"),
    "uneven guard band": changed_policy(guard_band_pts="0.33333333"),
    "floors apart": changed_policy(floors={"weakest_percent": "30", "pack_percent": "40.00005"}),
    "age, sources": _aged(),
    "no IR needed": changed_policy(evidence={"needs_ir": False}),
    "lower bounds and a guard band": changed_policy(
        evidence={"k_lower_bound": "1.645", "undecided_factor": None}, guard_band_pts="0.00005"
    ),
    "undecided only": changed_policy(evidence={"undecided_factor": "1.65"}),
    "warranty on nameplate": _nameplate(),
    "tables of their own": _own_tables(),
    "grades that end": changed_policy(grade_validity=TERMS),
    "grades that end, lower bounds": parse_policy(
        seed_document("seed-v2-guarded") | {"grade_validity": TERMS}
    ),
}


def by_one(policy: Policy, item: Evidence) -> Outcome:
    verdict = decide(policy, item)
    terms = warranty_for(policy, verdict, soh_percent=item.soh_percent)
    key = terms.key if terms and terms.by_default else ""
    return Outcome(verdict.grade, verdict.route, verdict.reasons[0].code, key)


def assert_equal(policy: Policy, items: list[Evidence]) -> Outcomes:
    found = decide_all(policy, population_of(items))
    for place, item in enumerate(items):
        assert found.at(place) == by_one(policy, item), item
    return found


@cache
def samples(name: str) -> dict[str, list[Decimal]]:
    """Return each limit of a policy with one quantum to either side, and values between and beyond."""
    limits = limits_of(POLICIES[name])
    ends = {
        "soh_percent": limits.measured | limits.guarded,
        "ir_ratio": limits.ir,
        "weakest_cell_soh_percent": limits.weakest,
    }
    return {fact: _around(values) for fact, values in ends.items()}


def _around(limits: frozenset[Decimal]) -> list[Decimal]:
    ordered = sorted(limits)
    between = [(a + b) / 2 for a, b in zip(ordered, ordered[1:], strict=False)]
    near = [limit + step for limit in ordered for step in (-QUANTUM, Decimal(0), QUANTUM)]
    found = {value.quantize(QUANTUM) for value in [*near, *between, ordered[-1] + 3]}
    return sorted(found)


@st.composite
def populations(draw: st.DrawFn) -> tuple[Policy, list[Evidence]]:
    name = draw(st.sampled_from(sorted(POLICIES)))

    def number(fact: str, high: int) -> st.SearchStrategy[Decimal | None]:
        at_limits = st.sampled_from(samples(name)[fact]) if fact in samples(name) else st.nothing()
        return st.none() | at_limits | at_limits | st.decimals(0, high, places=4)

    items = st.builds(
        Evidence,
        identity_confirmed=st.sampled_from([True, True, True, True, False]),
        chemistry=st.sampled_from([*SEED.matrices, "LFP", "NMC", "LMO", "MADE_UP"]),
        safety=st.sampled_from(["ok", "ok", "ok", "ok", "ok", None, *SAFETY]),
        soh_percent=number("soh_percent", 120),
        soh_source=st.sampled_from(["lab", "lab", "lab", "lab", None, *SOH_SOURCES]),
        soh_age_days=st.none() | st.sampled_from([0, 364, 365, 366]),
        soh_age_months=st.none() | st.sampled_from([0, 5, 6, 7, 11, 12, 13, 400]),
        ir_ratio=number("ir_ratio", 5),
        ir_comparable=st.sampled_from([True, True, True, True, False, None]),
        weakest_cell_soh_percent=number("weakest_cell_soh_percent", 110),
        weakest_bound_from_pack_ah=st.booleans(),
        declared_soh_percent=number("declared_soh_percent", 105),
        cell_spread_percent=number("cell_spread_percent", 60),
        beyond_calendar_life=st.sampled_from([None, None, False, True]),
        has_history=st.none() | st.booleans(),
        soh_u_points=st.none() | st.sampled_from([Decimal(0), QUANTUM, Decimal("0.5")]) | number("u", 3),
        ir_ratio_u=st.none() | st.sampled_from([Decimal(0), QUANTUM, Decimal("0.02")]) | number("u", 1),
        capacity_procedure=st.sampled_from([*PROCEDURES, "iso12405-capacity", "iso12405-capacity"]),
        resistance_procedure=st.sampled_from([*PROCEDURES, "ac-1khz", "ac-1khz"]),
    )
    return POLICIES[name], draw(st.lists(items, min_size=1, max_size=60))


class TestDecideAll:
    @settings(max_examples=150, deadline=None)
    @given(populations())
    def test_gives_every_pack_what_the_authority_gives_it(self, drawn):
        assert_equal(*drawn)

    @pytest.mark.parametrize("name", sorted(POLICIES))
    def test_agrees_at_every_limit_one_quantum_to_either_side_and_where_facts_are_missing(self, name):
        items = list(_grid(name))

        found = assert_equal(POLICIES[name], items)

        assert len({outcome.grade for outcome in found.table}) > 2
        assert found.cell_count < len(items)

    @pytest.mark.parametrize("name", ["seed-v2-guarded", "undecided only"])
    def test_agrees_where_a_value_begins_to_be_undecided(self, name):
        items = [
            evidence(
                chemistry=chemistry,
                weakest_cell_soh_percent="90",
                capacity_procedure="iso12405-capacity",
                resistance_procedure="hppc-pulses",
            )
            for chemistry in ("LFP", "NMC", "LMO")
        ]
        items = [
            replace(item, soh_percent=limit + sign * (factor * u) + step, soh_u_points=u)
            for item in items
            for limit in (Decimal(20), Decimal(60), Decimal(80))
            for u in (Decimal("0.5"), Decimal("1.24"))
            for factor in (Decimal("1.64"), Decimal("1.65"))
            for sign in (-1, 1)
            for step in (-QUANTUM, Decimal(0), QUANTUM)
        ]

        found = assert_equal(POLICIES[name], items)

        assert {"hold", "recycling", "pack_reuse"} <= {outcome.route for outcome in found.table}

    @pytest.mark.parametrize("name", ["grades that end", "grades that end, lower bounds"])
    def test_agrees_at_the_last_month_of_every_grade(self, name):
        items = [
            replace(
                evidence(chemistry=chemistry, soh_percent=soh, ir_ratio=ir, weakest_cell_soh_percent=weakest),
                soh_age_months=months,
                soh_u_points=Decimal("0.5"),
                capacity_procedure="iso12405-capacity",
                resistance_procedure="hppc-pulses",
            )
            for chemistry in ("LFP", "NMC", "LMO", "UNKNOWN")
            for soh in ("19.9999", "40", "60", "70", "80", "80.0001", "95")
            for ir in (None, "1.4999", "1.5", "2")
            for weakest in (None, "19.9999", "70")
            for months in (None, 0, 5, 6, 7, 12, 13)
        ]

        found = assert_equal(POLICIES[name], items)

        assert "GRADE_EXPIRED" in {outcome.code for outcome in found.table}

    def test_knows_no_pack_of_an_empty_population(self):
        assert decide_all(SEED, population_of([])).table == ()

    def test_judges_few_cells_for_many_packs(self):
        items = [evidence(soh_percent=str(60 + Decimal(n) / 1000)) for n in range(1, 10_000)]

        assert decide_all(SEED, population_of(items)).cell_count < 10

    def test_refuses_a_product_that_would_not_be_exact(self):
        policy = changed_policy(evidence={"undecided_factor": "1.65000000000000001"})

        with pytest.raises(TooLarge):
            decide_all(policy, population_of([evidence(), replace(evidence(), soh_u_points=Decimal(9))]))

    def test_refuses_to_lower_a_grade_by_a_fact_without_a_column(self):
        overlay = replace(SEED.caps[0], terms=(("color", SEED.caps[0].terms[0][1], Decimal(1)),))

        with pytest.raises(NotColumnar, match="color"):
            decide_all(replace(SEED, caps=(overlay,)), population_of([evidence()]))


class TestPopulation:
    def test_gives_the_evidence_back(self):
        item = evidence(soh_percent="74.1234", declared_soh_percent="85.25", soh_age_days=3)

        assert population_of([item]).evidence_at(0) == item


class TestKindOf:
    def test_is_one_for_packs_that_differ_only_in_numbers(self):
        assert len({kind_of(evidence(soh_percent=str(n))) for n in range(50)}) == 1


def _grid(name: str) -> Iterator[Evidence]:
    """Yield the packs of three chemistries at every combination of limits, nulls included."""
    at = samples(name)
    numbers = product(
        [None, *at["soh_percent"]], [None, *at["ir_ratio"]], [None, *at["weakest_cell_soh_percent"]]
    )
    for soh, ir, weakest in numbers:
        for chemistry, is_bounded in (("LFP", True), ("NMC", False), ("LMO", True), ("UNKNOWN", False)):
            yield Evidence(
                identity_confirmed=True,
                chemistry=chemistry,
                safety="ok",
                soh_percent=soh,
                soh_source="lab",
                soh_age_days=365,
                ir_ratio=ir,
                ir_comparable=True,
                weakest_cell_soh_percent=weakest,
                weakest_bound_from_pack_ah=is_bounded,
                soh_u_points=Decimal("0.5"),
                ir_ratio_u=Decimal("0.02"),
                capacity_procedure="iso12405-capacity",
                resistance_procedure="ac-1khz",
            )
