"""Decide on packs: claim those that wait, judge them by the policy in force, write it all as sets."""

from grading.services.decisions.completing import complete_where_settled, lack_for, missing_for
from grading.services.decisions.expiring import expire
from grading.services.decisions.grading import grade, grade_waiting
from grading.services.decisions.runs import close_stale_runs

__all__ = [
    "close_stale_runs",
    "complete_where_settled",
    "expire",
    "grade",
    "grade_waiting",
    "lack_for",
    "missing_for",
]
