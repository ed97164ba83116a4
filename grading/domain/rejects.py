"""What counts as a reject, and rejects in the order of their weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

REJECTING_GRADES = ("D", "Q", "X")
"""Grades that end a pack's way to reuse: reject, quarantine, out of scope. A hold still waits."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a Pareto chart."""

    key: str
    count: int
    share_percent: Decimal
    """Of all that is counted."""
    cumulative_percent: Decimal
    """Of all that is counted, this bar and those before it together."""


def pareto(counts: Sequence[tuple[str, int]]) -> list[Bar]:
    """Return ``counts`` by key as bars, with shares of their sum; the order is kept.

    The last bar reaches exactly 100 %: shares are taken of whole counts and never added up rounded.
    """
    total, reached, bars = sum(count for _, count in counts), 0, []
    for key, count in counts:
        reached += count
        bars.append(Bar(key, count, _percent(count, total), _percent(reached, total)))
    return bars


def _percent(part: int, total: int) -> Decimal:
    return (Decimal(100 * part) / total).quantize(Decimal("0.1")) if total else Decimal(0)
