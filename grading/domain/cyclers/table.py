"""One test as its file states it, in one shape for every maker.

Names and sign follow the Battery Data Format: seconds, volts, amperes with + for charge, degrees Celsius.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rebattery.errors import RuleViolation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REST, CHARGE, DISCHARGE, UNKNOWN = 0, 1, -1, 9
"""What a tester says a record belongs to, whatever word or letter its maker uses."""


class Unreadable(RuleViolation):
    """A file that no reader can turn into records; ``code`` is E_EMPTY, E_FORMAT, E_PARSE or the like."""

    code = "E_FORMAT"

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Flag:
    """One finding: E_ forbids a conclusion, W_ goes with it, I_ informs."""

    code: str
    message: str

    @property
    def forbids(self) -> bool:
        """Whether nothing may be concluded until a person has answered or the file is another."""
        return self.code.startswith("E_")


@dataclass(frozen=True, kw_only=True)
class ColumnSource:
    """Where a canonical column comes from."""

    name: str
    """Canonical name, such as ``voltage_v``."""
    header: str
    """As the file writes it."""
    unit: str
    """As the file or, where it is silent, its maker's convention says."""
    factor: float
    """By which the file's numbers were multiplied."""


@dataclass(kw_only=True)
class Reading:
    """The records of one test of one cell or pack; every array has the shape (n,)."""

    format: str
    """Stable code of the format, such as ``neware_nda`` or ``maccor_text``."""
    reader: str
    reader_version: str
    columns: tuple[ColumnSource, ...]
    row: Ints
    """Where each record stands in the file: record number or line, from 1."""
    time_s: Floats
    """Since the beginning of the test, as written: it may jump back, repeat or be NaN."""
    voltage_v: Floats
    current_a: Floats
    """+ charge, when ``signed``; else its amount."""
    signed: bool = True
    state: Ints | None = None
    """REST, CHARGE, DISCHARGE or UNKNOWN for each record, where the file says so."""
    temperature_degc: Mapping[str, Floats] = field(default_factory=dict)
    """By the name of the sensor."""
    cycle: Ints | None = None
    step: Ints | None = None
    """Changes wherever the tester's program went on to another step."""
    step_time_s: Floats | None = None
    """Since the step began, where the file says so: tells how long a step ran before its first record."""
    charge_ah: Floats | None = None
    """The tester's own counters, with their resets as written."""
    discharge_ah: Floats | None = None
    net_ah: Floats | None = None
    """One counter for both directions, + charge, where a file has no other."""
    charge_wh: Floats | None = None
    discharge_wh: Floats | None = None
    rows_in_file: int = 0
    """Records of the file for this test, those that could not be parsed included."""
    unparsed_rows: tuple[int, ...] = ()
    """Rows that are no record, at most the first 100."""
    unparsed_count: int = 0
    started_at: str = ""
    """As written; with a time zone only if the file states one."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    """What else the file says: serial, channel, test name, schedule, software, barcode, test id."""
    flags: tuple[Flag, ...] = ()
    """What the reader itself has to say."""

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(kw_only=True)
class StepReading:
    """A table with one line per step instead of records; every array has the shape (n,), NaN where blank."""

    format: str
    reader: str
    reader_version: str
    columns: tuple[ColumnSource, ...]
    row: Ints
    state: Ints
    duration_s: Floats
    current_a: Floats
    """At the end of the step, + charge."""
    voltage_start_v: Floats
    voltage_end_v: Floats
    capacity_ah: Floats
    """Of the step, never negative."""
    energy_wh: Floats
    temperature_degc: Floats
    soc_percent: Floats
    number: Ints | None = None
    """The tester's own count of its steps, where the table has one without blanks."""
    clock_s: Floats | None = None
    """When each step began by the tester's clock, in seconds of that clock; NaN where blank."""
    rows_in_file: int = 0
    started_at: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()

    def __len__(self) -> int:
        return len(self.row)
