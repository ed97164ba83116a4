"""Whether a table of steps holds all of them, in their order: by the tester's clock and its own count."""

import numpy as np

from grading.domain.cyclers.steps_clean import Steps
from grading.domain.cyclers.table import Flag, Ints
from grading.domain.cyclers.words import duration

PAUSE_S = 2.0
"""Testers take less from one step to the next; a longer pause may hold steps that the table lacks."""
OVERLAP_S = 1.5
"""Clocks in whole seconds may be off by one at either end."""


def holes(steps: Steps) -> Ints | None:
    """Return the index of each step before which something is missing; None where nothing could tell."""
    pauses = _pauses_s(steps)
    if steps.number is None and pauses is None:
        return None
    missing = np.zeros(len(steps.row), dtype=bool)
    if pauses is not None:
        missing[1:] |= pauses > PAUSE_S
    if steps.number is not None:
        missing[1:] |= np.diff(steps.number) > 1
    return np.flatnonzero(missing)


def _pauses_s(steps: Steps) -> np.ndarray | None:
    """Return the time from the end of each step to the beginning of the next by the tester's clock."""
    if steps.clock_s is None or not np.isfinite(steps.clock_s).all():
        return None
    return np.asarray(steps.clock_s[1:] - steps.clock_s[:-1] - steps.duration_s[:-1])


def flags_of(steps: Steps) -> list[Flag]:
    """E_ORDER: steps overlap or are out of order; W_GAP: steps are missing or the tester stood still."""
    pauses = _pauses_s(steps)
    back = np.zeros(len(steps.row), dtype=bool)
    if pauses is not None:
        back[1:] |= pauses < -OVERLAP_S
    if steps.number is not None:
        back[1:] |= np.diff(steps.number) <= 0
    if back.any():
        first = steps.row[np.argmax(back)]
        text = f"{int(back.sum())} steps begin before the one above them has ended (first in row {first})"
        return [
            Flag("E_ORDER", f"{text}: out of order, written twice, or tests were joined. Export them anew.")
        ]
    at = holes(steps)
    if at is None or not len(at):
        return []
    told = ""
    if steps.number is not None and (lost := int((np.diff(steps.number) - 1).sum())):
        told = f"{lost} steps are missing by the tester's count. "
    if pauses is not None:
        longest = duration(float(pauses.max()))
        told += f"The tester's clock shows {int((pauses > PAUSE_S).sum())} pauses, the longest {longest}. "
    text = f"{told}First before row {steps.row[at[0]]}: what flowed meanwhile is not in the file's total."
    return [Flag("W_GAP", text)]
