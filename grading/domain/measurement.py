"""Plausible ranges of everything that is measured at the bench."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Range:
    """What a field may hold, and outside which values a second look is due; ends included."""

    unit: str
    low: Decimal
    high: Decimal
    soft_low: Decimal
    soft_high: Decimal

    @property
    def hint(self) -> str:
        """Text to print beside the field: "0 to 105 %"."""
        return f"{self.low} to {self.high} {self.unit}".rstrip()


@dataclass(frozen=True)
class Violation:
    """One value outside its range."""

    field: str
    value: Decimal
    message: str


def _range(unit: str, low: str, high: str, soft_low: str = "", soft_high: str = "") -> Range:
    return Range(unit, Decimal(low), Decimal(high), Decimal(soft_low or low), Decimal(soft_high or high))


# Capacity, energy, voltage, resistance and isolation follow the ranges of the manifest fields; the rest
# bounds what a bench can do, so that a slipped decimal point or a wrong unit is caught where it is typed.
PLAUSIBLE: Mapping[str, Range] = {
    "measured_capacity_ah": _range("Ah", "0", "2000", "1"),
    "measured_energy_kwh": _range("kWh", "0", "700", "0.2"),
    "reference_capacity_ah": _range("Ah", "1", "2000"),
    "reference_energy_kwh": _range("kWh", "0.2", "700"),
    "soh_percent": _range("%", "0", "105", "20", "100"),
    "weakest_soh_percent": _range("%", "0", "105", "20", "100"),
    "declared_soh_percent": _range("%", "0", "105", "40", "100"),
    "cell_spread_percent": _range("points", "0", "105", "0", "15"),
    "c_rate": _range("C", "0.01", "5", "0.1", "1"),
    "temperature_degc": _range("°C", "-40", "80", "15", "35"),
    "ambient_degc": _range("°C", "-40", "80", "15", "35"),
    "voltage_from_v": _range("V", "1", "1000", "10"),
    "voltage_to_v": _range("V", "1", "1000", "10"),
    "pack_voltage_v": _range("V", "0", "1000", "10"),
    "soc_percent": _range("%", "0", "100"),
    "ir_mohm": _range("mΩ", "0.1", "2000", "1", "1000"),
    "baseline_mohm": _range("mΩ", "0.1", "2000", "1", "1000"),
    "ir_ratio": _range("× baseline", "0.1", "20", "0.8", "4"),
    "pulse_duration_s": _range("s", "0.1", "600", "1", "60"),
    "baseline_pulse_s": _range("s", "0.1", "600", "1", "60"),
    "baseline_soc_percent": _range("%", "0", "100"),
    "baseline_temperature_degc": _range("°C", "-40", "80", "15", "35"),
    "pulse_current_a": _range("A", "0.1", "3000", "1", "1000"),
    # Of cells, series groups and modules.
    "rated_capacity_ah": _range("Ah", "0.1", "2000"),
    "dcir_mohm": _range("mΩ", "0.01", "2000"),
    "voltage_v": _range("V", "0", "1000"),
    "isolation_kohm": _range("kΩ", "0", "10000000", "1", "1000000"),
}


CHARGE_MAX_PERCENT = Decimal(105)
"""Of the rated charge; new packs exceed it a little, as in :mod:`grading.domain.soh`."""
VOLTAGE_SLACK_PERCENT = Decimal(2)
"""By how much the mean voltage may lie outside the two ends: tester and multimeter differ a little."""


def charge_fault(*, measured_ah: Decimal, rated_ah: Decimal) -> str:
    """Return why a pack of ``rated_ah`` cannot have given ``measured_ah``; empty when it can."""
    if rated_ah <= 0 or measured_ah <= rated_ah * CHARGE_MAX_PERCENT / 100:
        return ""
    percent = f"{measured_ah / rated_ah * 100:.1f} %"
    return (
        f"{measured_ah} Ah is {percent} of the rated {rated_ah.normalize():f} Ah, "
        f"above {CHARGE_MAX_PERCENT} %. "
        "Check the value, its unit and the rated charge of the pack."
    )


def mean_voltage_fault(
    *, measured_ah: Decimal, measured_kwh: Decimal, voltages_v: tuple[Decimal, Decimal]
) -> str:
    """Return why charge and energy of a test do not belong together; empty when they do.

    Energy over charge is the mean voltage: it lies between the voltages at both ends, in any order, with
    :data:`VOLTAGE_SLACK_PERCENT` to spare on each side.
    """
    low, high = min(voltages_v), max(voltages_v)
    slack = VOLTAGE_SLACK_PERCENT / 100
    wh = measured_kwh * 1000
    if low * (1 - slack) * measured_ah <= wh <= high * (1 + slack) * measured_ah:
        return ""
    mean = f"a mean of {wh / measured_ah:.1f} V" if measured_ah else "no mean voltage"
    return (
        f"{measured_kwh} kWh over {measured_ah} Ah is {mean}, outside {low} to {high} V "
        f"± {VOLTAGE_SLACK_PERCENT} %. Check both values and the voltages."
    )


def check_ranges(values: Mapping[str, object]) -> list[Violation]:
    """Return every value that its field cannot hold; blanks and fields without a range are left alone."""
    return [
        Violation(name, value, f"{value} {limits.unit} is not plausible: it must be {limits.hint}.")
        for name, value, limits in _measured(values)
        if not (value.is_finite() and limits.low <= value <= limits.high)
    ]


def check_unusual(values: Mapping[str, object]) -> list[Violation]:
    """Return every value that is possible but worth a second look before it is saved."""
    return [
        Violation(
            name,
            value,
            f"{value} {limits.unit} is unusual; usual: {limits.soft_low} to {limits.soft_high}.",
        )
        for name, value, limits in _measured(values)
        if value.is_finite()
        and limits.low <= value <= limits.high
        and not limits.soft_low <= value <= limits.soft_high
    ]


def _measured(values: Mapping[str, object]) -> list[tuple[str, Decimal, Range]]:
    return [
        (name, value, PLAUSIBLE[name])
        for name, value in values.items()
        if name in PLAUSIBLE and isinstance(value, Decimal)
    ]
