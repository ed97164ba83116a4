"""How far a reported SOH agrees with the bench within one group of packs.

Bland and Altman, Lancet 1986 (i) 307-310; for one new pack the prediction interval of a normal sample.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grading.domain.agreement.student_t import t_quantile

LEAST_PAIRS = 5
"""Fewer pairs than this are shown, and nothing is done with them."""
NORMAL_95 = 1.96
LEAST_ACROSS = 0.1
"""Standard deviation of the means [pp] below which the packs are too alike for a slope."""
MOST_DAYS_APART = 90
"""A report and a test further apart than this are not of the same pack any more."""


class Pair(NamedTuple):
    """One pack whose SOH was reported, and then measured."""

    reported: float
    """[%]"""
    measured: float
    """[%], by our capacity test."""

    @property
    def difference(self) -> float:
        """Reported less measured [pp]: above 0, the report promises too much."""
        return self.reported - self.measured

    @property
    def mean(self) -> float:
        return (self.reported + self.measured) / 2


@dataclass(frozen=True)
class Slope:
    """Regression of the difference on the mean of both values [pp per pp], with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_level(self) -> bool:
        """Whether the interval holds 0: the difference does not depend on how good the pack is."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True)
class Agreement:
    """What the pairs of one group say, taken alone."""

    n: int
    bias: float
    """Mean difference [pp]."""
    squares: float
    """Sum of squared deviations from ``bias`` [pp²]."""
    slope: Slope | None
    """None where it cannot be computed: fewer than 3 pairs, or all means alike."""

    @property
    def spread(self) -> float | None:
        """Standard deviation of the differences [pp]; None for a single pair."""
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Limits of agreement, bias ± 1.96 s [pp]: where 95 % of these pairs lie."""
        return _around(self.bias, NORMAL_95, self.spread)

    @property
    def limit_error(self) -> float | None:
        """Half the 95 % interval of either limit of agreement [pp], 1.96 √(3/n) s."""
        return None if self.spread is None else NORMAL_95 * math.sqrt(3 / self.n) * self.spread

    @property
    def prediction(self) -> tuple[float, float] | None:
        """Where the difference of one new pack lies with 95 % [pp], bias ± t √(1 + 1/n) s."""
        return None if self.spread is None else _around(self.bias, prediction_factor(self.n), self.spread)


def agreement_of(pairs: Sequence[Pair]) -> Agreement:
    """Return the agreement within one group.

    :raises ValueError: without a pair.
    """
    if not pairs:
        raise ValueError("a group without a pair has no agreement")
    differences = [pair.difference for pair in pairs]
    bias = math.fsum(differences) / len(pairs)
    squares = math.fsum((d - bias) ** 2 for d in differences)
    return Agreement(len(pairs), bias, squares, _slope(pairs, bias))


def prediction_factor(n: int) -> float:
    """Return by how many standard deviations a new value may leave the mean of ``n`` others, at 95 %.

    t with n − 1 degrees of freedom times √(1 + 1/n): 4.97 for n = 3, 3.04 for 5, 2.37 for 10.
    """
    return t_quantile(n - 1) * math.sqrt(1 + 1 / n)


def _around(center: float, factor: float, spread: float | None) -> tuple[float, float] | None:
    return None if spread is None else (center - factor * spread, center + factor * spread)


def _slope(pairs: Sequence[Pair], bias: float) -> Slope | None:
    n = len(pairs)
    center = math.fsum(pair.mean for pair in pairs) / n
    across = math.fsum((pair.mean - center) ** 2 for pair in pairs)
    if n < 3 or across < n * LEAST_ACROSS**2:
        return None
    value = math.fsum((pair.mean - center) * (pair.difference - bias) for pair in pairs) / across
    rest = math.fsum((pair.difference - bias - value * (pair.mean - center)) ** 2 for pair in pairs)
    error = t_quantile(n - 2) * math.sqrt(rest / (n - 2) / across)
    return Slope(value, value - error, value + error)
