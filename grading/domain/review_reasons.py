"""What a reviewer may conclude, and the reason codes to choose from."""

from collections.abc import Sequence
from datetime import date, timedelta

from grading.domain.policy_soundness import ACCEPTING
from rebattery.dates import day_in_words

CONFIRM_REASONS = {
    "policy_right": "The policy is right",
    "seen_pack": "Seen the pack, nothing speaks against it",
    "not_worth_it": "Not worth further work",
}
OVERRIDE_REASONS = {
    "other_evidence": "Other evidence counts more than a measurement",
    "maker_evidence": "Evidence from the maker",
    "engineering": "Judgment of an engineer",
    "customer": "A customer asks for more or for less than the policy",
    "identity_settled": "Identity or chemistry settled by other means",
}
RETEST_REASONS = {
    "missing_evidence": "Evidence is missing",
    "conflict": "Results contradict each other",
    "wrong_conditions": "Tested under the wrong conditions",
    "instrument_doubt": "The instrument is in doubt",
}
HOLD_REASONS = {
    "awaits_maker": "The maker or the supplier must answer first",
    "awaits_customer": "A customer must answer first",
    "awaits_part": "A part, a tool or an instrument must come first",
    "awaits_others": "Decide it together with other packs",
}
SECOND_PERSON_REASONS = {
    "evidence_convinces": "The evidence convinces",
    "evidence_weak": "The evidence is too weak",
    "risk_too_high": "The risk is too high",
}
ENDING_REASONS = {
    "set_by_mistake": "It was set by mistake",
    "evidence_refuted": "The evidence behind it does not hold",
    "need_gone": "What it was set for is gone",
    "risk_too_high": "The risk is too high",
}


def reason_words(code: str) -> str:
    """Return the words of any coded reason of a reviewer; empty for a code that is none."""
    every = (
        CONFIRM_REASONS,
        OVERRIDE_REASONS,
        RETEST_REASONS,
        HOLD_REASONS,
        SECOND_PERSON_REASONS,
        ENDING_REASONS,
    )
    return next((words[code] for words in every if code in words), "")


OVERRIDE_OUTCOMES = {
    "A": "pack_reuse",
    "B": "pack_reuse",
    "C": "small_application",
    "D": "recycling",
}
"""Grades that two people may set against the policy, each with its route."""


LONGEST_HOLD = timedelta(days=180)


def hold_fault(until: date, *, today: date) -> str:
    """Return why a review cannot be put aside until ``until``; empty when it can."""
    if until <= today:
        return "Choose a day after today."
    if until > today + LONGEST_HOLD:
        return f"At most {LONGEST_HOLD.days} days ahead: {day_in_words(today + LONGEST_HOLD)}."
    return ""


def is_safety_decision(grade: str, codes: Sequence[str]) -> bool:
    """Return whether a decision rests on the safety gate or on a floor, which nobody overrides.

    Only a fresh inspection opens the gate again, only a new measurement lifts a pack over a floor: below
    20 % it is dangerous to reuse in any application.

    :param codes: codes of the deciding reasons.
    """
    return rests_on_safety_gate(grade, codes) or any(code in _FLOORS for code in codes)


_FLOORS = ("WEAK_CELL_FLOOR", "SOH_BELOW_20")


def rests_on_safety_gate(grade: str, codes: Sequence[str]) -> bool:
    """Return whether the inspection decided, so that only a fresh one can change the outcome."""
    return grade == "Q" or any(code.startswith("SAFETY_") for code in codes)


def goes_to_reuse(grade: str) -> bool:
    """Return whether confirming a review accepts a pack of this grade; the others are rejected."""
    return grade in ACCEPTING


_RULE_LABELS = {
    "SAFETY_CRITICAL": "Critical hazard",
    "SAFETY_DAMAGED": "Damaged, defective or recalled",
    "SAFETY_NOT_INSPECTED": "Not inspected",
    "IDENTITY_UNCONFIRMED": "Identity not confirmed",
    "WEAK_CELL_FLOOR": "Weakest cell below the floor",
    "SOH_BELOW_20": "SOH below the floor",
    "NMC_SOH_NOT_ABOVE_80": "Nickel chemistry, SOH not above 80 %",
    "NMC_IR_NOT_BELOW_1_5": "Nickel chemistry, resistance not below 1.5× baseline",
    "LMO_IR_NOT_BELOW_2": "LMO, resistance not below 2× baseline",
    "IR_ADVISORY_2_0": "High resistance: check the downgrade",
    "IR_MISSING": "Resistance missing",
    "IR_NOT_COMPARABLE": "Resistance not comparable",
    "IR_OTHER_PROCEDURE": "Resistance by another procedure",
    "WEAKEST_CELL_MISSING": "Weakest cell missing",
    "WEAKEST_CONFLICT": "Tests contradict each other on the weakest cell",
    "SOH_NOT_MEASURED": "SOH not measured on the bench",
    "SOH_IMPLAUSIBLE": "SOH implausible",
    "SOH_TOO_OLD": "SOH measured too long ago",
    "GRADE_EXPIRED": "Grade ran out",
    "SOH_OTHER_PROCEDURE": "SOH by another procedure",
    "SOH_OFF_PROCEDURE": "SOH by a test that departs from its procedure",
    "SOH_UNCERTAINTY_UNKNOWN": "Uncertainty of SOH not known",
    "UNDECIDED_RETEST": "Undecided: retest",
    "CHEM_UNKNOWN": "Chemistry unknown",
    "CHEM_NO_POLICY": "No policy for the chemistry",
    "CHEM_OUT_OF_SCOPE": "Chemistry out of scope",
    "UL1974_AGE_BLOCK": "Past the maker's calendar life",
    "GRADING_FAILED": "Grading failed",
    "OVERRIDE": "Override by two people",
}


def rule_label(rule: str) -> str:
    """Return the words under which the queue groups ``rule``; a code that is new here stays itself."""
    return _RULE_LABELS.get(rule, rule)
