"""What a supplier has told of a pack's first life, and what is still missing."""

from dataclasses import dataclass
from decimal import Decimal

from intake.domain.chemistry import Chemistry
from intake.domain.history import history_completeness
from intake.domain.manifest.fields import FIELDS
from intake.models import Pack
from rebattery.naming import named


@dataclass(frozen=True)
class History:
    """The completeness of a declared history as its batch shows it, and the fields that would raise it."""

    percent: Decimal
    missing: list[str]
    """Labels of the fields that count and were not given, those that count most first."""

    @property
    def sentence(self) -> str:
        """Return the score with what is missing, for a hold or a remark that rests on it."""
        told = f"The declared history is {self.percent:.0f} % complete."
        if not self.missing:
            return told
        return f"{told} Not given: {named(self.missing, most=_NAMED)}."


_NAMED = 6
"""Fields named in a sentence; the rest is counted there and named in the list."""


def history_of(*, pack: Pack) -> History:
    """Return the history of ``pack`` by the weights that its import was scored with; no query."""
    own = {
        "chemistry": None if pack.chemistry == Chemistry.UNKNOWN else pack.chemistry,
        "nominal_energy_kwh": pack.nominal_energy_kwh,
        "rated_capacity_ah": pack.rated_capacity_ah,
        "nominal_voltage_v": pack.nominal_voltage_v,
        "soh_declared_percent": pack.declared_soh_percent,
        "soh_method": pack.declared_soh_method,
    }
    found = history_completeness(pack.declared | own)
    return History(pack.history_completeness_percent, [FIELDS[name].label for name in found.missing])
