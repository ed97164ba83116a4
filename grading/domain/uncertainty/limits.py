"""What an uncertain value says about a limit."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

QUANTUM = Decimal("0.0001")
UNDECIDED_FACTOR = Decimal("1.65")
"""One-sided 95 % quantile of the normal distribution: nearer to a limit than this many standard
uncertainties, the chance of being on the other side is above 5 %."""


def lower_bound(value: Decimal, u: Decimal, k: Decimal) -> Decimal:
    """Return ``value`` less ``k`` standard uncertainties, rounded down to 0.0001."""
    return (value - k * u).quantize(QUANTUM, rounding=ROUND_FLOOR)


def upper_bound(value: Decimal, u: Decimal, k: Decimal) -> Decimal:
    """Return ``value`` plus ``k`` standard uncertainties, rounded up to 0.0001."""
    return (value + k * u).quantize(QUANTUM, rounding=ROUND_CEILING)


def is_undecided(value: Decimal, limit: Decimal, u: Decimal, factor: Decimal = UNDECIDED_FACTOR) -> bool:
    """Tell whether ``value`` lies closer to ``limit`` than ``factor`` standard uncertainties.

    At exactly that distance it is decided; with ``u`` = 0 everything is.
    """
    return abs(value - limit) < factor * u
