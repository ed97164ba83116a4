"""Tests of a cell made up for the tests: charge, rest, discharge, pulses, with everything a tester writes."""

import numpy as np

from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, Reading

CAPACITY_AH = 10.0
RATED_AH = 12.0
MIN_V, MAX_V = 3.0, 4.2
OHM = 0.004


def open_circuit_v(soc: np.ndarray) -> np.ndarray:
    """A curve with a knee at the empty end."""
    return 3.3 + 0.85 * soc - 0.35 * np.exp(-soc / 0.03) + 0.05 * soc**2


class Bench:
    """A cell on a tester: each call runs one step and writes its records."""

    def __init__(self, *, interval_s: float = 10.0, soc: float = 0.4):
        self.interval_s = interval_s
        self.soc = soc
        self.time_s = 0.0
        self.steps: list[tuple[np.ndarray, ...]] = []
        self.sums = [0.0, 0.0]

    def _write(self, state: int, elapsed: np.ndarray, current: np.ndarray) -> None:
        moved = np.concatenate(([0.0], np.diff(elapsed) * 0.5 * (current[1:] + current[:-1]) / 3600))
        moved[0] = current[0] * elapsed[0] / 3600
        soc = self.soc + np.cumsum(moved) / CAPACITY_AH
        settle = 1 - np.exp(-(elapsed + 1e-9) / 20.0)
        voltage = open_circuit_v(soc) + current * OHM * (1 + 0.5 * settle)
        count = np.cumsum(np.abs(moved))
        counters = [np.full(len(elapsed), total) for total in self.sums]
        if state != REST:
            side = 0 if state == CHARGE else 1
            counters[side] = self.sums[side] + count
            self.sums[side] += float(count[-1])
        self.steps.append(
            (
                self.time_s + elapsed,
                voltage,
                current,
                np.full(len(elapsed), state),
                np.full(len(elapsed), len(self.steps) + 1),
                elapsed,
                *counters,
                np.full(len(elapsed), 25.0) + 0.5 * np.abs(current) / RATED_AH,
            )
        )
        self.soc, self.time_s = float(soc[-1]), self.time_s + float(elapsed[-1])

    def _times(self, seconds: float, interval_s: float | None = None) -> np.ndarray:
        interval = interval_s or self.interval_s
        whole = np.arange(1, int(seconds / interval) + 1) * interval
        if not len(whole) or whole[-1] < seconds - 1e-6:
            whole = np.append(whole, seconds)
        return np.concatenate(([0.01], whole))

    def rest(self, seconds: float) -> "Bench":
        elapsed = self._times(seconds)
        self._write(REST, elapsed, np.zeros(len(elapsed)))
        return self

    def charge_full(self, amperes: float) -> "Bench":
        """Constant current to 4.2 V, then a taper to 0.04 C of the rated capacity at 4.2 V."""
        need = (1.0 - self.soc) * CAPACITY_AH
        end = 0.04 * RATED_AH
        tau_s = 900.0
        tapering = (amperes - end) * tau_s / 3600
        seconds = 3600 * max(need - tapering, 0.05) / amperes
        self._write(CHARGE, self._times(seconds), np.full(len(self._times(seconds)), amperes))
        elapsed = self._times(tau_s * np.log(amperes / end))
        self._write(CHARGE, elapsed, amperes * np.exp(-elapsed / tau_s))
        voltages = self.steps[-1][1]
        voltages[:] = np.linspace(voltages[0], MAX_V, len(voltages)) if voltages[0] < MAX_V else MAX_V
        return self

    def discharge(self, amperes: float, *, until_v: float = MIN_V) -> "Bench":
        elapsed = self._times(3600 * CAPACITY_AH * 1.3 / amperes)
        current = np.full(len(elapsed), -amperes)
        soc = self.soc - amperes * elapsed / 3600 / CAPACITY_AH
        voltage = open_circuit_v(soc) - amperes * OHM * (1 + 0.5 * (1 - np.exp(-elapsed / 20.0)))
        below = np.flatnonzero(voltage <= until_v)
        stop = int(below[0])
        share = (voltage[stop - 1] - until_v) / (voltage[stop - 1] - voltage[stop])
        elapsed = np.append(elapsed[:stop], elapsed[stop - 1] + share * (elapsed[stop] - elapsed[stop - 1]))
        self._write(DISCHARGE, elapsed, current[: len(elapsed)])
        self.steps[-1][1][-1] = until_v
        return self

    def pulse(self, amperes: float, seconds: float) -> "Bench":
        elapsed = self._times(seconds, 0.1)
        self._write(CHARGE if amperes > 0 else DISCHARGE, elapsed, np.full(len(elapsed), amperes))
        return self

    def reading(self, **changes) -> Reading:
        columns = [np.concatenate(column) for column in zip(*self.steps, strict=True)]
        time, voltage, current, state, step, step_time, charge, discharge, warmth = columns
        values = {
            "format": "synthetic",
            "reader": "tests",
            "reader_version": "1",
            "columns": (),
            "row": np.arange(2, len(time) + 2),
            "time_s": time,
            "voltage_v": voltage,
            "current_a": current,
            "state": state,
            "step": step,
            "step_time_s": step_time,
            "charge_ah": charge,
            "discharge_ah": discharge,
            "temperature_degc": {"T1": warmth},
            "rows_in_file": len(time),
        }
        return Reading(**(values | changes))


def full_test(*, cycles: int = 2, pulses: bool = True) -> Reading:
    """Full charges and full discharges at 0.5 C, and pulses at half charge."""
    bench = Bench().rest(1800)
    for _ in range(cycles):
        bench.charge_full(6.0).rest(3600).discharge(6.0).rest(3600)
    if pulses:
        bench.charge_full(6.0).rest(3600).discharge(6.0, until_v=3.72).rest(3600)
        bench.pulse(-12.0, 30.0).rest(600).pulse(12.0, 30.0).rest(600)
    return bench.reading()
