"""The full cycles of a test: what a procedure that asks for several of them looks at."""

from collections.abc import Mapping
from typing import Any

from grading.domain.cyclers.soh_of_file import REJECTING


def full_cycles_ah(test: Mapping[str, Any]) -> list[float]:
    """Return the charge of each full discharge up to the one that gives the capacity, which is the last.

    As that one is chosen: of the accepted ones, or of those that no rule rejects where none is accepted.
    """
    place = test["capacity_chain"]
    if place is None:
        return []
    failed = [
        {rule["code"] for rule in chain["rules"] if rule["passed"] is False}
        for chain in test["capacity_chains"][: place + 1]
    ]
    allowed = REJECTING if failed[place] else None
    cycles = zip(test["capacity_chains"], failed, strict=False)
    return [abs(chain["ah"]) for chain, codes in cycles if not (codes & allowed if allowed else codes)]
