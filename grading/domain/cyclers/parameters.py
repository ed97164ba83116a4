"""What is known beside the file: the type's ratings, the procedure's limits, a person's answers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

PULSE_LENGTHS_S = (0.1, 1.0, 10.0, 18.0, 30.0)
TIME_UNITS_S = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
CURRENT_UNITS_A = {"uA": 1e-6, "mA": 1e-3, "A": 1.0}
"""The units that a person's answers may name."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Everything optional: what is unknown limits what may be concluded and is never guessed."""

    rated_capacity_ah: float | None = None
    """Reference of SOH and of every C-rate."""
    rated_capacity_source: str = ""
    """Where the reference comes from: nameplate, measured new, maker's usable capacity."""
    voltage_min_v: float | None = None
    """Lower cut-off of the whole test object."""
    voltage_max_v: float | None = None
    series_count: int | None = None
    parallel_count: int | None = None
    temperature_min_degc: float = 20.0
    temperature_max_degc: float = 30.0
    """The mean over a discharge must lie in this window, bounds included."""
    temperature_sensor: str | None = None
    """Name of the sensor to judge; otherwise the first plausible one."""
    c_rate: float | None = None
    """Of the procedure's discharge."""
    c_rate_tolerance_percent: float = 5.0
    taper_c_rate: float = 0.05
    """A charge is full when its current fell to this."""
    repeatability_percent: float = 3.0
    """Two capacities agree when they differ by no more."""
    pulse_lengths_s: tuple[float, ...] = PULSE_LENGTHS_S
    pulse_max_s: float = 130.0
    pulse_rest_s: float = 3.0
    """Shortest rest before a pulse."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """A person's word on what was asked, such as ``{"sign": "inverted", "current_unit": "mA"}``."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON that gives the same parameters back."""
        return asdict(self) | {"pulse_lengths_s": list(self.pulse_lengths_s), "answers": dict(self.answers)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Parameters":
        """Read what ``to_json`` wrote; keys of a later version are refused.

        :raises ValueError: when a key is unknown.
        """
        unknown = set(stored) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"Unknown parameters: {', '.join(sorted(unknown))}")
        values = dict(stored)
        if "pulse_lengths_s" in values:
            values["pulse_lengths_s"] = tuple(float(length) for length in values["pulse_lengths_s"])
        return cls(**values)

    @property
    def cells_in_series(self) -> int | None:
        """Cells in series: 1 where the cut-offs are a single cell's, None where only a person knows."""
        if self.series_count:
            return self.series_count
        if self.voltage_max_v is not None and self.voltage_max_v <= SINGLE_CELL_MAX_V:
            return 1
        return None


SINGLE_CELL_MAX_V = 5.5
"""No lithium cell is charged higher, so an object within this is one cell in series."""
