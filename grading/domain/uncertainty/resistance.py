"""The budget of an internal resistance and of its ratio to a baseline."""

from decimal import Decimal

from grading.domain.uncertainty.accuracy import Accuracy
from grading.domain.uncertainty.budget import Budget, sum_up
from grading.domain.uncertainty.effects import Effect, Effects

GAS_CONSTANT = Decimal("8.314462618")
"""J/(mol·K), by the definition of the SI."""
KELVIN_AT_ZERO_DEGC = Decimal("273.15")


def pulse_resistance_budget(
    *,
    ir_mohm: Decimal,
    accuracy: Accuracy,
    current_a: Decimal | None,
    voltage_v: Decimal | None = None,
    temperature_degc: Decimal | None = None,
    activation_kj_per_mol: Decimal | None = None,
    reference_temperature_degc: Decimal | None = None,
    repeatability_percent: Decimal | None = None,
    repetitions: int = 1,
) -> Budget:
    """Return the budget of a DC pulse resistance, in mΩ (CYCLERS 3.5).

    R = ΔV/ΔI with two readings of the voltage, each with the whole limit of error: what they share
    would cancel, but no maker says how much that is.

    :param current_a: amount of the pulse's current; ΔV follows from it and ``ir_mohm``.
    :param voltage_v: of the pack, for errors in percent of the reading.
    :param activation_kj_per_mol: apparent activation energy of the pack type near the temperature.
    :param reference_temperature_degc: at which the value is to hold; the distance is not corrected.
    """
    effects = Effects()
    step_v = None if current_a is None else ir_mohm * abs(current_a) / 1000
    limit_v = _limit(accuracy, "voltage", voltage_v)
    for moment in ("before", "at the end of"):
        effects.absolute(f"Voltage {moment} the pulse", limit_v, "V", step_v)
    effects.absolute("Current of the pulse", _limit(accuracy, "current", current_a), "A", current_a)
    _temperature(effects, accuracy, temperature_degc, activation_kj_per_mol, reference_temperature_degc)
    effects.repeatability(repeatability_percent, repetitions)
    return sum_up(value=ir_mohm, unit="mΩ", effects=effects)


def meter_resistance_budget(
    *,
    ir_mohm: Decimal,
    accuracy: Accuracy,
    temperature_degc: Decimal | None = None,
    activation_kj_per_mol: Decimal | None = None,
    reference_temperature_degc: Decimal | None = None,
    repeatability_percent: Decimal | None = None,
    repetitions: int = 1,
) -> Budget:
    """Return the budget of a resistance that a meter shows itself, such as AC at 1 kHz, in mΩ."""
    effects = Effects()
    effects.percent("Gain of the meter", accuracy.resistance_reading_percent)
    effects.absolute("Offset of the meter", accuracy.offset("resistance"), "mΩ", ir_mohm)
    _temperature(effects, accuracy, temperature_degc, activation_kj_per_mol, reference_temperature_degc)
    effects.repeatability(repeatability_percent, repetitions)
    return sum_up(value=ir_mohm, unit="mΩ", effects=effects)


def ratio_budget(
    *, ir_ratio: Decimal, resistance: Budget, baseline_tolerance_percent: Decimal | None
) -> Budget:
    """Return the budget of a ratio: the lines of the resistance, and the baseline's own limit."""
    effects = Effects()
    effects.unknown += resistance.unknown
    for line in resistance.lines:
        effects.counted.append(
            Effect(
                source=line.source,
                limit=line.limit,
                unit=line.unit,
                percent_per_unit=100 * line.sensitivity / resistance.value,
                kind=line.kind,
                observations=round(line.divisor * line.divisor) if line.kind == "A" else 1,
            )
        )
    effects.percent("Baseline value", baseline_tolerance_percent)
    return sum_up(value=ir_ratio, unit="× baseline", effects=effects)


def _limit(accuracy: Accuracy, quantity: str, reading: Decimal | None) -> Decimal | None:
    """Return the limit of one reading in its own unit: percent of the reading plus the offset.

    ``None`` when a part is not stated, or is stated in percent of a reading that is not known.
    """
    percent = getattr(accuracy, f"{quantity}_reading_percent")
    offset = accuracy.offset(quantity)
    if percent is None or offset is None:
        return None
    if percent == 0:
        return offset
    return None if reading is None else abs(reading) * percent / 100 + offset


def _temperature(
    effects: Effects,
    accuracy: Accuracy,
    temperature_degc: Decimal | None,
    activation_kj_per_mol: Decimal | None,
    reference_degc: Decimal | None,
) -> None:
    slope = arrhenius_percent_per_k(activation_kj_per_mol, temperature_degc)
    effects.add("Temperature sensor", accuracy.temperature_error_k, "K", slope)
    if reference_degc is not None:
        away = None if temperature_degc is None else temperature_degc - reference_degc
        effects.add(f"Distance from {reference_degc.normalize():f} °C, not corrected", away, "K", slope)


def arrhenius_percent_per_k(
    activation_kj_per_mol: Decimal | None, temperature_degc: Decimal | None
) -> Decimal | None:
    """Return by how many percent a resistance changes per kelvin: 100·Ea/(Rg·T²).

    ``None`` when the activation energy or the temperature is not known.
    """
    if activation_kj_per_mol is None or temperature_degc is None:
        return None
    kelvin = temperature_degc + KELVIN_AT_ZERO_DEGC
    return 100 * activation_kj_per_mol * 1000 / (GAS_CONSTANT * kelvin * kelvin)
