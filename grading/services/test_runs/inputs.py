"""What a person or a program hands in; ``None`` and "" are blanks, refused where they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from grading.domain.members import Member


@dataclass(frozen=True, kw_only=True)
class Input:
    """What every result has."""

    pack_id: int
    instrument_id: int | None
    method: str
    temperature_degc: Decimal | None
    measured_at: datetime | None
    note: str = ""
    reason: str = ""
    """Why it supersedes the pack's current result of the same kind; needed only then."""
    confirmation: str = ""
    """Why a value that is hardly plausible is right, of who read it again; needed only then."""
    channel_id: int | None = None
    """Of the instrument; without it the uncertainty cannot be computed."""
    procedure_id: int | None = None
    """The procedure version that the test followed; its conditions are compared with the test's."""
    ambient_degc: Decimal | None = None
    derivation_id: int | None = None
    """The tester file's derivation that the values come from; None when they were typed."""


@dataclass(frozen=True, kw_only=True)
class CapacityInput(Input):
    """One capacity test; SOH is computed, so it is not here."""

    basis: str
    """ah or kwh: which of the two measured values SOH is computed from."""
    measured_capacity_ah: Decimal | None = None
    measured_energy_kwh: Decimal | None = None
    reference_source: str
    """pack_type, nameplate, or label: the first two are looked up, never typed."""
    reference_value: Decimal | None = None
    """Read off the pack's own label; blank for the other sources."""
    full_cycles_ah: Sequence[Decimal] | None = None
    """Charge of each full discharge up to the one that counts; only a tester file tells it."""
    c_rate: Decimal | None
    voltage_from_v: Decimal | None
    voltage_to_v: Decimal | None
    ended_by_cell_limit: bool | None
    weakest_soh_percent: Decimal | None = None
    """Blank where there are members: then it is computed from them."""
    weakest_kind: str = ""
    members: Sequence[Member] = ()
    """What was measured of its cells, series groups or modules."""


@dataclass(frozen=True, kw_only=True)
class ResistanceInput(Input):
    """One resistance test; the ratio and whether it counts are computed, so they are not here."""

    soc_percent: Decimal | None
    ir_mohm: Decimal | None
    pulse_duration_s: Decimal | None = None
    pulse_current_a: Decimal | None = None
    direction: str = ""
    """Of the pulse: discharge, charge, or blank where it was not recorded."""
    rest_before_s: int | None = None
    """How long the pack rested before the pulse; only a tester file tells it."""
    baseline_source: str = ""
    """type_catalogue (looked up, never typed), pack_datasheet, or blank when none is known."""
    baseline_mohm: Decimal | None = None
    baseline_pulse_s: Decimal | None = None
    baseline_soc_percent: Decimal | None = None
    baseline_temperature_degc: Decimal | None = None
