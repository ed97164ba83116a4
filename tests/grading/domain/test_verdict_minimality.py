"""A hold lists exactly the missing facts that can change the route, under every policy that is shipped."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grading.domain.evidence import Evidence
from grading.domain.facts import usable_facts
from grading.domain.matrix import Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import FACT_LABELS
from grading.domain.verdict import decide
from tests.grading.domain.packs import any_evidence, every_policy, well_measured

POLICIES = every_policy()
QUANTUM = Decimal("0.0001")
NAMES = ("soh_percent", "ir_ratio", "weakest_cell_soh_percent")


def samples(matrices: Sequence[Matrix], guard: Decimal) -> dict[str, list[Decimal]]:
    """Return a value in each interval between the limits of the tables."""
    bands = [band for matrix in matrices for band in matrix.bands]
    limits = {band.lo + guard + (0 if band.lo_incl else QUANTUM) for band in bands}
    ends = {cell.ir_hi for band in bands for cell in band.cells if cell.ir_hi is not None}
    floor = matrices[0].weakest_floor
    return {
        "soh_percent": sorted(limits),
        "ir_ratio": sorted({value for end in ends for value in (end - QUANTUM, end)}) or [Decimal(1)],
        "weakest_cell_soh_percent": [floor - QUANTUM, Decimal(105)],
    }


def may_have_ended(policy: Policy, facts: Evidence, chemistries: Sequence[str]) -> bool:
    """Tell whether the SOH is too old for a grade that is still possible, so that it may be measured anew."""
    known = usable_facts(policy, facts)
    if known.soh is None or (known.weakest is not None and known.weakest < 20):
        return False
    matrices = [policy.matrices[code] for code in chemistries]
    return any(
        cell.grade in policy.validity and policy.validity[cell.grade].is_over(facts.soh_age_months)
        for matrix in matrices
        if matrix.kind == "graded"
        for cell in matrix.band_at(known.soh).cells_at(known.ir)
    )


def completions(policy: Policy, facts: Evidence) -> Iterator[tuple[tuple[object, ...], Evidence]]:
    """Yield every way to fill in what is missing, with exact measurements, and the values behind it."""
    known = usable_facts(policy, facts)
    matrix = policy.matrices.get(facts.chemistry, policy.matrices["UNKNOWN"])
    of_class = {policy.treat_as[code]: code for code, m in policy.matrices.items() if m.kind != "unknown"}
    chemistries = sorted(of_class.values()) if matrix.kind == "unknown" else [facts.chemistry]
    found = samples([policy.matrices[code] for code in chemistries], policy.guard_band_pts)
    is_old = may_have_ended(policy, facts, chemistries)
    numbers = [
        found[name] if value is None else [None, *(found[name] if name == "soh_percent" and is_old else ())]
        for name, value in zip(NAMES, (known.soh, known.ir, known.weakest), strict=True)
    ]
    for chemistry, soh, ir, weakest in product(chemistries, *numbers):
        changes = {
            name: value for name, value in zip(NAMES, (soh, ir, weakest), strict=True) if value is not None
        }
        full = well_measured(
            policy, replace(facts, chemistry=chemistry, safety="ok", identity_confirmed=True), changes
        )
        guarded = usable_facts(policy, full)
        if known.weakest is None and known.bounded and guarded.weakest < guarded.soh:
            continue
        yield (chemistry, soh, ir, weakest), full


def can_change(policy: Policy, facts: Evidence) -> set[str]:
    """Return the numbers that change the route for some way to fill in the others, by trying them all."""
    outcomes = {values: decide(policy, full).route for values, full in completions(policy, facts)}
    found = set()
    for place, name in enumerate(("chemistry", *NAMES)):
        by_others: dict[tuple[object, ...], set[str]] = {}
        for values, route in outcomes.items():
            by_others.setdefault(values[:place] + values[place + 1 :], set()).add(route)
        if any(len(routes) > 1 for routes in by_others.values()):
            found.add(name)
    return found


uncertain = st.builds(
    replace,
    any_evidence.filter(lambda e: e.safety in (None, "ok")),
    soh_u_points=st.none() | st.sampled_from([Decimal(0), Decimal("0.3"), Decimal(1), Decimal(4)]),
    ir_ratio_u=st.none() | st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("0.2")]),
    capacity_procedure=st.sampled_from(["iso12405-capacity", "iso12405-capacity", None]),
    resistance_procedure=st.sampled_from(["hppc-pulses", "hppc-pulses", None]),
)


@pytest.mark.parametrize("name", POLICIES)
class TestHolds:
    @given(facts=uncertain)
    @settings(max_examples=100, deadline=None)
    def test_list_exactly_what_can_change_the_route_cheapest_first(self, name, facts):
        policy = POLICIES[name]
        verdict = decide(policy, facts)
        assume(verdict.grade == "H")
        expected = can_change(policy, facts)
        if usable_facts(policy, facts).soh is None and verdict.missing[-1:] == ("soh_percent",):
            # Rule 3: no grade without a bench SOH, also where every SOH gives the same route.
            expected.add("soh_percent")
        weakest = facts.weakest_cell_soh_percent
        if weakest is not None and weakest < policy.matrices["UNKNOWN"].weakest_floor:
            # The floor of the weakest cell acts whatever the chemistry is.
            expected.discard("chemistry")
        if facts.safety is None:
            expected.add("safety")
        if not facts.identity_confirmed:
            expected.add("identity_confirmed")

        assert verdict.missing == tuple(fact for fact in FACT_LABELS if fact in expected)

    @given(facts=uncertain)
    @settings(max_examples=25, deadline=None)
    def test_end_when_everything_listed_is_known(self, name, facts):
        policy = POLICIES[name]
        verdict = decide(policy, facts)
        assume(verdict.grade == "H" and verdict.missing)
        for _, full in completions(policy, facts):
            if usable_facts(policy, facts).soh is None:
                assert decide(policy, full).missing == ()
