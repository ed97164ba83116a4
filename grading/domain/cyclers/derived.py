"""What a tester file gives: capacities, resistances, rest voltages and every finding about them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import ColumnSource, Flag, Reading, StepReading

ALGORITHM_VERSION = "1"
"""Raised with every change that may change a number; stored beside each number."""


@dataclass(frozen=True)
class Rule:
    """One acceptance rule: ``passed`` is None where the file or the parameters cannot tell."""

    code: str
    passed: bool | None
    finding: str


@dataclass(frozen=True, kw_only=True)
class Temperature:
    """Of one sensor over one stretch of records, in degrees Celsius."""

    sensor: str
    min_degc: float
    mean_degc: float
    max_degc: float


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Net charge between the end of a full charge and the lower cut-off, rests and pulses included."""

    ah: float
    wh: float
    row_from: int
    row_to: int
    t_full_s: float
    t_empty_s: float
    voltage_start_v: float
    """At the end of the charge."""
    voltage_end_v: float
    current_median_a: float
    c_rate: float | None
    counter_ah: float | None
    """The same stretch by the tester's own counter."""
    temperature: Temperature | None
    rules: tuple[Rule, ...]

    @property
    def failed(self) -> tuple[Rule, ...]:
        """The acceptance rules that are not met."""
        return tuple(rule for rule in self.rules if rule.passed is False)

    @property
    def accepted(self) -> bool:
        """Whether every acceptance rule could be judged and is met."""
        return all(rule.passed for rule in self.rules)

    def to_json(self) -> dict[str, Any]:
        """Return the chain with the verdict of each rule."""
        stored = asdict(self) | {
            "temperature_mean_degc": self.temperature.mean_degc if self.temperature else None,
            "accepted": self.accepted,
        }
        stored["rules"] = [asdict(rule) for rule in self.rules]
        return stored


@dataclass(frozen=True, kw_only=True)
class Resistance:
    """R at one time after the onset of a pulse."""

    after_s: float
    r_mohm: float
    voltage_change_v: float
    current_change_a: float
    resolution_mohm: float
    """What one step of the voltage's resolution, or its noise, would change."""
    rules: tuple[Rule, ...]

    @property
    def comparable(self) -> bool:
        """Whether every validity rule of the pulse could be judged and is met."""
        return all(rule.passed for rule in self.rules)


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """One short load after a rest."""

    t_s: float
    """Onset, by the file's clock."""
    row_from: int
    row_to: int
    current_a: float
    """Median, + charge."""
    duration_s: float
    rest_before_s: float
    voltage_rest_v: float
    first_sample_s: float
    c_rate: float | None
    soc_percent: float | None
    soc_source: str
    """How the state of charge is known; empty if it is not."""
    temperature_degc: float | None
    resistances: tuple[Resistance, ...]

    @property
    def direction(self) -> str:
        """``charge`` or ``discharge``."""
        return "charge" if self.current_a > 0 else "discharge"

    def to_json(self) -> dict[str, Any]:
        """Return the pulse with R by its time, as text keys without trailing zeros."""
        stored = asdict(self)
        stored["direction"] = self.direction
        stored["r_mohm"] = {f"{each.after_s:g}": each.r_mohm for each in self.resistances}
        stored["resistances"] = [asdict(each) | {"comparable": each.comparable} for each in self.resistances]
        return stored


@dataclass(frozen=True, kw_only=True)
class RestVoltage:
    """The open-circuit voltage at the end of a rest."""

    t_s: float
    row: int
    voltage_v: float
    rest_s: float
    drift_mv_per_10_min: float | None
    settled: bool
    """Rested at least 30 minutes and drifting less than 1 mV in 10 minutes."""


@dataclass(kw_only=True)
class Derived:
    """All of one test of one object."""

    format: str
    reader: str
    reader_version: str
    rows: int
    """Records with time, voltage and current."""
    rows_in_file: int
    columns: tuple[ColumnSource, ...]
    parameters: Mapping[str, Any]
    algorithm_version: str = ALGORITHM_VERSION
    started_at: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    duration_s: float | None = None
    voltage_v: tuple[float, float] | None = None
    current_a: tuple[float, float] | None = None
    temperature: Temperature | None = None
    charge_ah: float | None = None
    discharge_ah: float | None = None
    charge_wh: float | None = None
    discharge_wh: float | None = None
    chains: tuple[Chain, ...] = ()
    capacity_chain: int | None = None
    """Position of the chain that gives the capacity."""
    pulses: tuple[Pulse, ...] = ()
    ocv: tuple[RestVoltage, ...] = ()
    soh_percent: float | None = None
    decisions: Mapping[str, str] = field(default_factory=dict)
    """How sign, units, limits and counter were settled, and by what."""
    flags: tuple[Flag, ...] = ()

    def close(self, flags: Sequence[Flag]) -> None:
        """Set the findings, each told once, and withdraw capacity and SOH where one of them forbids both."""
        self.flags = tuple(dict.fromkeys(flags))
        if not self.concludes:
            self.capacity_chain = None
            self.soh_percent = None

    @property
    def concludes(self) -> bool:
        """Whether anything may be concluded: no finding forbids it."""
        return not any(flag.forbids for flag in self.flags)

    @property
    def capacity_ah(self) -> float | None:
        """The measured capacity, or None where nothing may be concluded."""
        return None if self.capacity_chain is None else self.chains[self.capacity_chain].ah

    def to_json(self) -> dict[str, Any]:
        """Return JSON with the keys of ``read_cycler`` first, full floats, None for every non-number."""
        stored = {
            "format": self.format,
            "reader": f"{self.reader} {self.reader_version}".strip(),
            "rows": self.rows,
            "columns": [asdict(column) for column in self.columns],
            "duration_s": self.duration_s,
            "voltage_v": list(self.voltage_v) if self.voltage_v else None,
            "current_a": list(self.current_a) if self.current_a else None,
            "charge_ah": self.charge_ah,
            "discharge_ah": self.discharge_ah,
            "capacity_chains": [chain.to_json() for chain in self.chains],
            "pulses": [pulse.to_json() for pulse in self.pulses],
            "soh_percent": self.soh_percent,
            "flags": [asdict(flag) for flag in self.flags],
            "capacity_ah": self.capacity_ah,
            "capacity_chain": self.capacity_chain,
            "charge_wh": self.charge_wh,
            "discharge_wh": self.discharge_wh,
            "temperature": asdict(self.temperature) if self.temperature else None,
            "ocv": [asdict(rest) for rest in self.ocv],
            "decisions": dict(self.decisions),
            "concludes": self.concludes,
            "parameters": dict(self.parameters),
            "algorithm_version": self.algorithm_version,
            "rows_in_file": self.rows_in_file,
            "started_at": self.started_at,
            "meta": dict(self.meta),
        }
        return plain(stored)


def begun(reading: Reading | StepReading, parameters: Parameters, *, rows: int) -> Derived:
    """Return what is known of a test before anything is computed.

    :param rows: records, or steps, that can be computed with.
    """
    return Derived(
        format=reading.format,
        reader=reading.reader,
        reader_version=reading.reader_version,
        rows=rows,
        rows_in_file=max(reading.rows_in_file, len(reading)),
        columns=reading.columns,
        parameters=parameters.to_json(),
        started_at=reading.started_at,
        meta=reading.meta,
    )


def plain(value: Any) -> Any:
    """Return the value with Python's own numbers and None for NaN and infinity."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
