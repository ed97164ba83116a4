"""The snapshot of facts that a decision is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self

from grading.domain.canonical import sha256_of

SAFETY = ("ok", "damaged", "critical")
OFF_PROCEDURE = "off_procedure"
"""Source of an SOH from the bench that no policy lets count: its test departs gravely from its procedure."""
SOH_SOURCES = ("lab", OFF_PROCEDURE, "bms", "telematics", "estimate")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of one pack at one moment; ``None`` always means "not known"."""

    identity_confirmed: bool
    """The serial is present, unique, and matched to the manifest line at the dock."""
    chemistry: str
    """A chemistry code of the policy; UNKNOWN when nobody could tell."""
    safety: str | None = None
    """Outcome of the inspection: ok, damaged or critical; ``None`` when nobody inspected."""
    soh_percent: Decimal | None = None
    soh_source: str | None = None
    """Where ``soh_percent`` comes from: lab, off_procedure, bms, telematics or estimate."""
    soh_departs_why: str = ""
    """How the capacity test departs gravely from its procedure, in words."""
    soh_age_days: int | None = None
    """Days between the test and this snapshot; needed only where the policy limits the age."""
    soh_age_months: int | None = None
    """Months begun between the day of the test and that of this snapshot; only where grades run out."""
    soh_measured_on: date | None = None
    """Day of the test; only where grades run out, and no rule looks at it."""
    ir_ratio: Decimal | None = None
    """Measured resistance over the baseline of the pack."""
    ir_comparable: bool | None = None
    """Whether both values were taken alike; only ``True`` lets the ratio count."""
    ir_comparable_why: str = ""
    """Why the ratio does not count or does not exist, in words."""
    weakest_cell_soh_percent: Decimal | None = None
    """SOH of the weakest cell or series group."""
    weakest_bound_from_pack_ah: bool = False
    """The pack's Ah test ended at a cell's voltage limit, so its SOH bounds the weakest group from below."""
    declared_soh_percent: Decimal | None = None
    """What the supplier claimed."""
    cell_spread_percent: Decimal | None = None
    """Difference between the best and the worst cell or module, in points of SOH."""
    beyond_calendar_life: bool | None = None
    """Older than the maker's calendar limit."""
    has_history: bool | None = None
    """BMS or usage history of the first life is on file."""
    soh_u_points: Decimal | None = None
    """Standard uncertainty (k = 1) of ``soh_percent``, in points; never negative."""
    soh_u_is_lower_limit: bool | None = None
    """The budget behind ``soh_u_points`` could not count everything: the uncertainty is at least this."""
    ir_ratio_u: Decimal | None = None
    """Standard uncertainty (k = 1) of ``ir_ratio``; never negative."""
    capacity_procedure: str | None = None
    """Code of the procedure that the capacity test followed."""
    resistance_procedure: str | None = None
    """Code of the procedure that the resistance test followed."""
    sources: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Ids of the rows behind the facts, and of the people who measured them."""

    def __post_init__(self) -> None:
        if self.safety is not None and self.safety not in SAFETY:
            raise ValueError(f"safety {self.safety!r} is none of {', '.join(SAFETY)}")
        if self.soh_source is not None and self.soh_source not in SOH_SOURCES:
            raise ValueError(f"soh_source {self.soh_source!r} is none of {', '.join(SOH_SOURCES)}")
        for name in DECIMALS:
            value = getattr(self, name)
            if value is not None and not (
                type(value) is Decimal and value.is_finite() and value.adjusted() < 7
            ):
                raise ValueError(f"{name} must be a finite Decimal below ten million, not {value!r}")
        for name in ("soh_u_points", "ir_ratio_u"):
            if (value := getattr(self, name)) is not None and value < 0:
                raise ValueError(f"{name} cannot be negative: {value}")

    def to_json(self) -> dict[str, Any]:
        """Return the facts that differ from "not known", Decimals and days as strings.

        Facts at their default are left out, so that a fact added to this class later
        changes neither the JSON nor the hash of an old snapshot.
        """
        found: dict[str, Any] = {}
        for name, default in DEFAULTS.items():
            value = getattr(self, name)
            if value != default:
                found[name] = str(value) if isinstance(value, Decimal | date) else value
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Rebuild exactly the evidence that :meth:`to_json` wrote.

        :raises ValueError: when a fact is unknown to this class or outside its values.
        """
        if strange := sorted(set(value) - set(DEFAULTS)):
            raise ValueError(f"unknown facts in evidence: {', '.join(strange)}")
        plain: dict[str, Any] = dict(value)
        if (day := plain.get("soh_measured_on")) is not None:
            plain["soh_measured_on"] = date.fromisoformat(day)
        return cls(**plain | {k: Decimal(v) for k, v in plain.items() if k in DECIMALS and v is not None})

    def evidence_sha256(self) -> str:
        """Return the SHA-256 over the canonical JSON of this snapshot."""
        return sha256_of(self.to_json())


DECIMALS = tuple(f.name for f in fields(Evidence) if f.type == Decimal | None)
DEFAULTS: dict[str, Any] = {f.name: {} if f.name == "sources" else f.default for f in fields(Evidence)}
