"""Quantiles of Student's t distribution for whole degrees of freedom."""

import math
from functools import lru_cache

_TWO_SIDED_95 = 0.95


def two_sided_share(t: float, freedom: int) -> float:
    """Return the probability that ``|T| <= t`` for ``freedom`` degrees of freedom.

    The finite series of Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4:
    exact, because the degrees of freedom are whole.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = freedom % 2 == 1
    term = cosine if is_odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(3 if is_odd else 2, freedom - 1, 2):
        # Odd: 1, 2/3, 2·4/(3·5) …; even: 1, 1/2, 1·3/(2·4) …, each with two more powers of the cosine.
        term *= (k - 1) / k * cosine * cosine
        total += term
    return 2 / math.pi * (angle + sine * total) if is_odd else sine * total


@lru_cache(maxsize=4096)
def t_quantile(freedom: int, share: float = _TWO_SIDED_95) -> float:
    """Return the t that ``|T|`` stays below with probability ``share``.

    :raises ValueError: for fewer than one degree of freedom or a share outside (0, 1).
    """
    if freedom < 1 or not 0 < share < 1:
        raise ValueError(f"no t for {freedom} degrees of freedom and a share of {share}")
    low, high = 0.0, 2.0
    while two_sided_share(high, freedom) < share:
        low, high = high, high * 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if two_sided_share(middle, freedom) < share else (low, middle)
    return (low + high) / 2
