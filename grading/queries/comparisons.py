"""What a supplier claims of a pack beside what was measured."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from grading.models import ResistanceTest
from grading.queries.test_runs import SOURCES, Results
from intake.models import Pack


@dataclass(frozen=True)
class Comparison:
    """A claim beside its measurement."""

    label: str
    unit: str
    claimed: Decimal | None
    measured: Decimal | None
    measured_as: str

    @property
    def difference(self) -> Decimal | None:
        """Return measured minus claimed; None where one of them is not known."""
        if self.claimed is None or self.measured is None:
            return None
        return self.measured - self.claimed


def comparisons_of(pack: Pack, results: Results, *, blind: Collection[str] = ()) -> list[Comparison]:
    """Return every figure that both can give; no query beyond the pack's type.

    :param blind: kinds of result, capacity or resistance, whose claim is left out.
    """
    claimed = None if "capacity" in blind else pack.declared_soh_percent
    capacity, resistance = results.standing_capacity, results.standing_resistance
    how = f"{capacity.get_method_display()}, {capacity.get_basis_display()}" if capacity else ""
    how += f", {capacity.measured_at:%d %b %Y}" if capacity else ""
    ah = capacity.measured_capacity_ah if capacity else None
    kwh = capacity.measured_energy_kwh if capacity else None
    return [
        Comparison("State of health", "%", claimed, capacity.soh_percent if capacity else None, how),
        Comparison("Capacity", "Ah", pack.rated_capacity_ah, ah, "against rated" if ah else ""),
        Comparison("Energy", "kWh", pack.nominal_energy_kwh, kwh, "against nominal" if kwh else ""),
        Comparison(
            "Internal resistance",
            "mΩ",
            _baseline(pack, resistance),
            resistance.ir_mohm if resistance else None,
            _resistance_words(resistance) if resistance else "",
        ),
        *([] if "resistance" in blind else _declared_resistance(pack, resistance)),
    ]


def _declared_resistance(pack: Pack, test: ResistanceTest | None) -> list[Comparison]:
    """Set what the supplier measured beside what we did; whether the tests are alike stands in the claims."""
    declared = pack.declared.get("ir_mohm")
    if declared is None:
        return []
    ours, how = (test.ir_mohm, test.get_method_display()) if test else (None, "")
    return [Comparison("Internal resistance, as declared", "mΩ", Decimal(str(declared)), ours, how)]


def _baseline(pack: Pack, test: ResistanceTest | None) -> Decimal | None:
    if test and test.baseline_mohm is not None:
        return test.baseline_mohm
    return pack.pack_type.baseline_ir_mohm if pack.pack_type else None


def _resistance_words(test: ResistanceTest) -> str:
    if test.baseline_mohm is None:
        return f"{test.get_method_display()}, no baseline"
    source = SOURCES.get(test.baseline_source, test.baseline_source)
    against = f"{test.get_method_display()}, against the baseline ({source})"
    return against if test.is_comparable else f"{against}; not comparable: {test.incomparable_because}"
