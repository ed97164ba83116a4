"""Reason codes that a reviewer chooses from, with what they mean."""

CONFIRM_REASONS = {
    "policy_right": "The policy is right",
    "visual_check": "Seen the pack, nothing speaks against it",
    "economics": "Not worth further work",
}
OVERRIDE_REASONS = {
    "measurement_doubt": "A measurement is doubtful, other evidence counts more",
    "oem_evidence": "Evidence from the maker",
    "engineering_judgement": "Judgement of the safety engineer",
    "customer_requirement": "A customer asks for more or less than the policy",
    "identity_settled": "Identity or chemistry settled by other means",
}
RETEST_REASONS = {
    "missing_evidence": "Evidence is missing",
    "conflicting_results": "Results contradict each other",
    "wrong_conditions": "Tested under the wrong conditions",
    "instrument_doubt": "The instrument is doubtful",
}
DECLINE_REASONS = {
    "evidence_too_weak": "The evidence is too weak",
    "risk_too_high": "The risk is too high",
}
ANSWER_REASONS = {"agreed": "Agreed after looking at the evidence"} | DECLINE_REASONS
REASONS = CONFIRM_REASONS | OVERRIDE_REASONS | RETEST_REASONS | ANSWER_REASONS

OVERRIDE_OUTCOMES = {
    "A": "pack_reuse",
    "B": "pack_reuse",
    "C": "small_application",
    "D": "recycling",
}
"""Grades that two people may set against the policy, each with its route."""


def is_safety_decision(grade: str, codes: list[str]) -> bool:
    """Return whether a decision rests on the safety gate, which no override opens.

    :param codes: codes of the deciding reasons.
    """
    return grade == "Q" or any(code.startswith("SAFETY_") for code in codes)
