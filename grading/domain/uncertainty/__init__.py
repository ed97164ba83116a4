"""Uncertainty of bench results by GUM (JCGM 100): every line of the budget, and what could not be counted.

Numbers are Decimals from end to end, so that a stored budget recomputes to the same text; a result leaves
rounded up to 0.0001 of its unit, because rounding must never make a measurement look surer than it is.
"""

from grading.domain.uncertainty.accuracy import Accuracy
from grading.domain.uncertainty.budget import COVERAGE, Budget, Line
from grading.domain.uncertainty.capacity import capacity_soh_budget, energy_soh_budget
from grading.domain.uncertainty.limits import UNDECIDED_FACTOR, is_undecided, lower_bound, upper_bound
from grading.domain.uncertainty.resistance import (
    meter_resistance_budget,
    pulse_resistance_budget,
    ratio_budget,
)

__all__ = [
    "COVERAGE",
    "UNDECIDED_FACTOR",
    "Accuracy",
    "Budget",
    "Line",
    "capacity_soh_budget",
    "energy_soh_budget",
    "is_undecided",
    "lower_bound",
    "meter_resistance_budget",
    "pulse_resistance_budget",
    "ratio_budget",
    "upper_bound",
]
