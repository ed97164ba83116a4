"""One test after its records were cleaned: time never falls, every value is a number."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grading.domain.cyclers.table import REST, Floats, Ints

DEAD_BAND_A = 1e-6
DEAD_BAND_SHARE = 5e-4
REST_NOISE_SHARE = 0.01


@dataclass(frozen=True)
class Runs:
    """Stretches of one direction of current; every array has the shape (runs,)."""

    sign: Ints
    """1 charge, -1 discharge, 0 rest."""
    first: Ints
    """Index of the first record."""
    last: Ints
    """Index of the last record, included."""

    def __len__(self) -> int:
        return len(self.sign)


@dataclass(kw_only=True)
class Trace:
    """Cleaned records; every array has the shape (n,)."""

    row: Ints
    time_s: Floats
    voltage_v: Floats
    current_a: Floats
    state: Ints | None = None
    step: Ints | None = None
    step_time_s: Floats | None = None
    charge_ah: Floats | None = None
    discharge_ah: Floats | None = None
    net_ah: Floats | None = None
    charge_wh: Floats | None = None
    discharge_wh: Floats | None = None
    temperature_degc: Mapping[str, Floats] = field(default_factory=dict)
    restarts: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Index of each record before which the clock began anew; nothing is concluded across one."""
    dead_a: float = DEAD_BAND_A
    sign: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, dtype=np.int8))
    """1 charge, -1 discharge, 0 rest: one byte, for it is kept for every record."""
    runs: Runs = field(default_factory=lambda: Runs(*(np.zeros(0, dtype=np.int64) for _ in range(3))))

    def __len__(self) -> int:
        return len(self.time_s)

    def segment(self) -> None:
        """Cut the records into runs of one direction, once the current has its sign."""
        self.dead_a = dead_band(self.current_a, self.state)
        sign = np.zeros(len(self), dtype=np.int8)
        sign[self.current_a > self.dead_a] = 1
        sign[self.current_a < -self.dead_a] = -1
        self.sign = sign
        cuts = sign[1:] != sign[:-1]
        if len(self.restarts):
            cuts[self.restarts - 1] = True
        starts = np.concatenate(([0], np.flatnonzero(cuts) + 1))
        self.runs = Runs(
            sign=sign[starts].astype(np.int64),
            first=starts,
            last=np.concatenate((starts[1:] - 1, [len(self) - 1])),
        )

    def crosses_restart(self, first: int, last: int) -> bool:
        """Whether the clock began anew after ``first`` and not after ``last``."""
        before = np.searchsorted(self.restarts, [first, last], side="right")
        return bool(before[0] != before[1])


def spread_of(bends: Floats) -> float:
    """Return the standard deviation of the values whose second differences these are, without a few leaps."""
    return float(np.median(np.abs(bends))) * 1.4826 / np.sqrt(6)


def dead_band(current_a: Floats, state: Ints | None) -> float:
    """Return the current below which a record is rest (CYCLERS.md 3.4, segmentation).

    The larger of 1 uA and 0.05 % of the largest current; where the file says which records are rest and
    these are noisier, their noise up to 1 % of the largest current.
    """
    largest = float(max(current_a.max(), -current_a.min()))
    band = max(DEAD_BAND_A, DEAD_BAND_SHARE * largest)
    if state is not None:
        resting = np.abs(current_a[state == REST])
        if len(resting):
            noise = float(np.quantile(resting, 0.99)) * 1.01
            if noise <= REST_NOISE_SHARE * largest:
                band = max(band, noise)
    return band
