"""Whether the newest packs of a group still agree with the bench as its fit says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

NEWEST = 10


@dataclass(frozen=True)
class Drift:
    """The mean of the newest differences beside the band in which it should lie [pp]."""

    mean: float
    low: float
    high: float

    @property
    def is_alarm(self) -> bool:
        return not self.low <= self.mean <= self.high


def drift_of(differences: Sequence[float], *, bias: float, spread: float) -> Drift | None:
    """Return the mean of the last ten ``differences``, oldest first, beside bias ± 2 standard errors.

    None with fewer than ten: no alarm without enough to tell.
    """
    newest = differences[-NEWEST:]
    if len(newest) < NEWEST:
        return None
    error = 2 * spread / math.sqrt(NEWEST)
    return Drift(math.fsum(newest) / NEWEST, bias - error, bias + error)


def moving_means(differences: Sequence[float]) -> list[float | None]:
    """Return for each difference the mean of it and the nine before it, None while there are fewer."""
    return [
        math.fsum(differences[end - NEWEST : end]) / NEWEST if end >= NEWEST else None
        for end in range(1, len(differences) + 1)
    ]
