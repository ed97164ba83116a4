"""Policies and evidence that the tests of grading start from."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from grading.domain.evidence import SAFETY, SOH_SOURCES, Evidence
from grading.domain.policy import SHIPPED, Policy, parse_policy, seed_document
from grading.domain.policy_templates import TEMPLATES, template_document
from grading.domain.verdict import Verdict

SEED = parse_policy(seed_document())


TERMS = {
    "A": {"storage_months": 6, "remeasure_months": 3},
    "B": {"storage_months": 12, "remeasure_months": None},
}
"""Grades of which A ends first and C never."""


def every_policy() -> dict[str, Policy]:
    """Return all policies to begin from, and seed-v1 with each of its switches turned, by a name."""
    known = {name: parse_policy(template_document(name)) for name in (*SHIPPED, *TEMPLATES)}
    return known | {
        "guard band": changed_policy(guard_band_pts="2"),
        "other floors": changed_policy(floors={"weakest_percent": "30", "pack_percent": "40"}),
        "undecided": changed_policy(evidence={"undecided_factor": "1.65"}),
        "grades that end": changed_policy(grade_validity=TERMS),
        "grades that end, undecided": changed_policy(
            grade_validity=TERMS, evidence={"undecided_factor": "1.65"}
        ),
    }


def well_measured(policy: Policy, facts: Evidence, changes: Mapping[str, Any]) -> Evidence:
    """Return ``facts`` with ``changes`` measured exactly, as ``policy`` asks for it."""
    if "soh_percent" in changes:
        procedure = min(policy.procedures.get("capacity", ()), default=None)
        facts = replace(
            facts,
            soh_source="lab",
            soh_age_days=0,
            soh_age_months=0,
            soh_u_points=Decimal(0),
            capacity_procedure=procedure,
        )
    if "ir_ratio" in changes:
        procedure = min(policy.procedures.get("resistance", ()), default=None)
        facts = replace(facts, ir_comparable=True, ir_ratio_u=None, resistance_procedure=procedure)
    return replace(facts, **changes)


def changed_policy(**parts: Any) -> Policy:
    """Return seed-v1 with some of its parts replaced."""
    return parse_policy(changed_document(**parts))


def changed_document(**parts: Any) -> dict[str, Any]:
    document = deepcopy(seed_document())
    for name, part in parts.items():
        document[name] = document.get(name, {}) | part if isinstance(part, dict) else part
    return document


def evidence(**facts: Any) -> Evidence:
    """Return the evidence on a sound LFP pack, fully tested, with some facts replaced."""
    facts = {
        "identity_confirmed": True,
        "chemistry": "LFP",
        "safety": "ok",
        "soh_percent": "74",
        "soh_source": "lab",
        "ir_ratio": "1.2",
        "ir_comparable": True,
        "weakest_cell_soh_percent": "70",
    } | facts
    decimals = (
        "soh_percent",
        "ir_ratio",
        "weakest_cell_soh_percent",
        "declared_soh_percent",
        "cell_spread_percent",
    )
    return Evidence(**{k: Decimal(v) if k in decimals and v is not None else v for k, v in facts.items()})


def codes_of(verdict: Verdict) -> str:
    """Return the codes of the reasons as the decide command prints them."""
    return ";".join(reason.code for reason in verdict.reasons)


# Values at every limit of seed-v1, one step to either side, and between.
SOHS = [
    "0",
    "10",
    "19.9999",
    "20",
    "20.0001",
    "40",
    "59.9999",
    "60",
    "60.0001",
    "70",
    "79.9999",
    "80",
    "80.0001",
    "95",
]
IRS = ["1", "1.4999", "1.5", "1.5001", "1.7", "1.9999", "2", "2.0001", "3"]
WEAKEST = ["5", "19.9999", "20", "20.0001", "60", "105"]

# One value inside each interval is enough where the limits themselves do not matter.
SOH_INSIDE, IR_INSIDE, WEAKEST_INSIDE = ["10", "40", "70", "90"], ["1", "1.7", "3"], ["10", "105"]


def _numbers(samples: list[str], high: int) -> st.SearchStrategy[Decimal | None]:
    return st.none() | st.sampled_from([Decimal(v) for v in samples]) | st.decimals(-1, high, places=4)


any_evidence = st.builds(
    Evidence,
    identity_confirmed=st.sampled_from([True, True, True, False]),
    chemistry=st.sampled_from([*SEED.matrices, "LFP", "NMC", "LMO", "MADE_UP"]),
    safety=st.sampled_from(["ok", "ok", "ok", "ok", None, *SAFETY]),
    soh_percent=_numbers(SOHS, 120),
    soh_source=st.sampled_from(["lab", "lab", "lab", None, *SOH_SOURCES]),
    soh_age_days=st.none() | st.integers(0, 900),
    soh_age_months=st.none() | st.sampled_from([0, 6, 7, 12, 13]),
    ir_ratio=_numbers(IRS, 5),
    ir_comparable=st.sampled_from([True, True, True, False, None]),
    ir_comparable_why=st.sampled_from(["", "temperature in °C is 12, outside 23 to 27"]),
    weakest_cell_soh_percent=_numbers(WEAKEST, 110),
    weakest_bound_from_pack_ah=st.booleans(),
    declared_soh_percent=_numbers(["85"], 105),
    cell_spread_percent=_numbers(["3", "15"], 60),
    beyond_calendar_life=st.none() | st.booleans(),
    has_history=st.none() | st.booleans(),
    sources=st.sampled_from([{}, {"capacity_test_id": 7, "people": [3, 4]}]),
)
