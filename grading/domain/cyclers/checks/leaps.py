"""Currents that no cell carried: a leap up and back that its voltage knows nothing of."""

from collections.abc import Iterator

import numpy as np

from grading.domain.cyclers.checks.shape import pieces, window_v
from grading.domain.cyclers.table import Flag
from grading.domain.cyclers.trace import Trace

LEAP_TIMES = 3.0
BACK_SHARE = 0.05
LONGEST = 50
FOLLOWS_SHARE = 0.002
"""Of the voltage's window: what three times a load at least moves it by."""


def flags_of(trace: Trace) -> list[Flag]:
    """W_SPIKE: within a load the current leaps to three times its amount and back, the voltage runs on.

    What a cell carries its voltage shows: between the records before and after the leap it stays on a line.
    """
    if len(trace) < 3:
        return []
    limit_v = FOLLOWS_SHARE * window_v(trace)
    found = [leap for first, last in pieces(len(trace)) for leap in _leaps(trace, first, last, limit_v)]
    if not found:
        return []
    at = found[0][0]
    text = (
        f"In {sum(count for _, count in found)} records the current leaps and comes back while the voltage "
        f"runs on, first in row {trace.row[at]} ({trace.current_a[at]:.4g} A, before it "
        f"{trace.current_a[at - 1]:.4g} A): charge and energy may be wrong."
    )
    return [Flag("W_SPIKE", f"{text} Export the test again.")]


def _leaps(trace: Trace, first: int, last: int, limit_v: float) -> Iterator[tuple[int, int]]:
    """Yield the first record of each leap that begins in a piece, and how many records it lasts."""
    begin = max(0, first - 1)
    part = slice(begin, last + LONGEST + 1)
    amount, sign = np.abs(trace.current_a[part]), trace.sign[part]
    voltage, time = trace.voltage_v[part], trace.time_s[part]
    rises = (sign[1:] == sign[:-1]) & (sign[1:] != 0) & (amount[1:] >= LEAP_TIMES * amount[:-1])
    rises &= np.abs(np.diff(voltage)) <= 2 * limit_v
    for before in np.flatnonzero(rises[: last - begin - 1]):
        level = amount[before]
        around = slice(before + 1, before + LONGEST + 2)
        is_back = np.abs(amount[around] - level) <= BACK_SHARE * level
        is_other = sign[around] != sign[before]
        if not (is_back | is_other).any() or is_other[np.argmax(is_back | is_other)]:
            continue
        leap = slice(before, before + 2 + int(np.argmax(is_back)))
        ends = [0, -1]
        line = np.interp(time[leap], time[leap][ends], voltage[leap][ends])
        if float(np.abs(voltage[leap] - line).max()) <= limit_v:
            yield int(begin + before + 1), int(leap.stop - leap.start - 2)
