"""State of health from a capacity test, with what a test can and cannot say about the weakest cell."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal

from rebattery.errors import RuleViolation

SOH_QUANTUM = Decimal("0.0001")
"""SOH is kept to 0.0001 %, rounded down: rounding never lifts a pack over a limit."""
SOH_MAX_PERCENT = Decimal(105)
"""New packs exceed their nameplate a little; more than this is usually an error of units."""


class SohImplausible(RuleViolation):
    """The measured and the reference value do not belong together."""

    code = "soh_implausible"


def soh_from_capacity(*, measured_capacity_ah: Decimal, reference_capacity_ah: Decimal) -> Decimal:
    """Return measured over reference capacity in percent, rounded down to 0.0001.

    :raises SohImplausible: when the reference is not positive or the result is outside 0 to 105 %.

    The complement is the capacity fade of DIN DKE SPEC 99100:2025-02, 6.7.2.
    """
    return _soh_percent(measured_capacity_ah, reference_capacity_ah, "Ah")


def soh_from_energy(*, measured_energy_kwh: Decimal, reference_energy_kwh: Decimal) -> Decimal:
    """Return measured over reference energy in percent, rounded down to 0.0001.

    :raises SohImplausible: when the reference is not positive or the result is outside 0 to 105 %.
    """
    return _soh_percent(measured_energy_kwh, reference_energy_kwh, "kWh")


def _soh_percent(measured: Decimal, reference: Decimal, unit: str) -> Decimal:
    if reference <= 0:
        raise SohImplausible(f"The reference must be above 0 {unit}; it is {reference} {unit}.")
    soh = measured / reference * 100
    if not 0 <= soh <= SOH_MAX_PERCENT:
        raise SohImplausible(
            f"{measured} {unit} measured against {reference} {unit} is {soh:.1f} %, outside 0 to 105 %. "
            "Check both values and their units."
        )
    return soh.quantize(SOH_QUANTUM, rounding=ROUND_DOWN)


def bounds_weakest_cell(*, basis: str, ended_by_cell_limit: bool) -> bool:
    """Tell whether the pack's SOH bounds the SOH of its weakest series group from below.

    The same charge passes every group in series, so between cell-voltage limits the pack cannot
    give more Ah than its weakest group. Energy carries no such bound.

    :param basis: ``ah`` or ``kwh``, what the test measured.
    """
    return basis == "ah" and ended_by_cell_limit


def weakest_gap_points(
    soh_percent: Decimal | None, weakest_cell_soh_percent: Decimal | None
) -> Decimal | None:
    """Return by how many points the reported weakest cell lies below a pack SOH that should bound it.

    A clear gap is a conflict between two measurements, to be flagged and never averaged away.
    """
    if soh_percent is None or weakest_cell_soh_percent is None:
        return None
    return soh_percent - weakest_cell_soh_percent


def departures(conditions: Iterable[tuple[str, Decimal | None, tuple[Decimal, Decimal]]]) -> list[str]:
    """Name each test condition that is unknown or outside its window.

    :param conditions: (name with unit, value, (low, high)) triples; both ends belong to the window.
    """
    found = []
    for name, value, (low, high) in conditions:
        if value is None:
            found.append(f"{name} is not recorded")
        elif not low <= value <= high:
            found.append(f"{name} is {value}, outside {low} to {high}")
    return found
