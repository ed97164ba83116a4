"""Control measurements: how far off they are, whether that is tolerable, and when one is due."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

_STEP = Decimal("0.001")


def deviation_percent(*, measured: Decimal, reference: Decimal) -> Decimal:
    """Return how far ``measured`` lies from ``reference``, in percent of it, rounded half even to 0.001."""
    return ((measured / reference - 1) * 100).quantize(_STEP, ROUND_HALF_EVEN)


def is_within(*, measured: Decimal, reference: Decimal, tolerance_percent: Decimal) -> bool:
    """Return whether the unrounded deviation is at most the tolerance; exactly at it passes."""
    return abs(measured - reference) * 100 <= tolerance_percent * reference


def due_on(*, last: date | None, interval_days: int) -> date | None:
    """Return the day on which the next measurement is due; None when there was none yet: it is due now."""
    return last + timedelta(days=interval_days) if last else None


def is_overdue(*, due: date | None, today: date) -> bool:
    """Return whether a measurement should have been made before ``today``; on the due day it is in time."""
    return due is None or today > due
