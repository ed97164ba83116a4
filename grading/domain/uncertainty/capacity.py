"""The budget of a state of health from a capacity test."""

from decimal import Decimal

from grading.domain.uncertainty.accuracy import Accuracy
from grading.domain.uncertainty.budget import Budget, sum_up
from grading.domain.uncertainty.effects import Effects

REFERENCE_TEMPERATURE_DEGC = Decimal(25)


def capacity_soh_budget(
    *,
    soh_percent: Decimal,
    accuracy: Accuracy,
    current_a: Decimal | None,
    duration_s: Decimal | None = None,
    edge_s: Decimal | None = None,
    cutoff_error_v: Decimal | None = None,
    cutoff_percent_per_v: Decimal | None = None,
    temperature_degc: Decimal | None = None,
    percent_per_k: Decimal | None = None,
    repeatability_percent: Decimal | None = None,
    repetitions: int = 1,
    reference_tolerance_percent: Decimal | None = None,
) -> Budget:
    """Return the budget of a SOH by charge, in points (CYCLERS 3.5, rectangular limits a/√3).

    :param current_a: mean amount of the current; the offset weighs as full scale over this.
    :param duration_s: of the discharge; ``edge_s`` is what its ends may miss, both in seconds.
    :param cutoff_error_v: limit of the voltage at which the test ended; from the channel when not given.
    :param cutoff_percent_per_v: slope of the capacity at the end, percent per volt.
    :param percent_per_k: change of capacity with temperature; the distance from 25 °C is never
        corrected, so it counts as a limit.
    :param repeatability_percent: standard deviation of one result, as the procedure states it.
    :param repetitions: of how many agreeing cycles the value is the mean.
    :param reference_tolerance_percent: limit of the reference capacity, usually the nameplate's.
    """
    effects = Effects()
    _charge(effects, accuracy, current_a, duration_s, edge_s)
    _conditions(effects, accuracy, cutoff_error_v, cutoff_percent_per_v, temperature_degc, percent_per_k)
    effects.repeatability(repeatability_percent, repetitions)
    effects.percent("Reference value", reference_tolerance_percent)
    return sum_up(value=soh_percent, unit="points", effects=effects)


def energy_soh_budget(
    *,
    soh_percent: Decimal,
    accuracy: Accuracy,
    current_a: Decimal | None,
    voltage_v: Decimal | None,
    duration_s: Decimal | None = None,
    edge_s: Decimal | None = None,
    cutoff_error_v: Decimal | None = None,
    cutoff_percent_per_v: Decimal | None = None,
    temperature_degc: Decimal | None = None,
    percent_per_k: Decimal | None = None,
    repeatability_percent: Decimal | None = None,
    repetitions: int = 1,
    reference_tolerance_percent: Decimal | None = None,
) -> Budget:
    """Return the budget of a SOH by energy, in points: that of the charge, and the voltage's own errors.

    :param voltage_v: mean voltage of the discharge; the other parameters are those of
        :func:`capacity_soh_budget`, with the slopes taken of the energy.
    """
    effects = Effects()
    _charge(effects, accuracy, current_a, duration_s, edge_s)
    effects.percent("Voltage gain of the channel", accuracy.voltage_reading_percent)
    effects.absolute("Voltage offset of the channel", accuracy.offset("voltage"), "V", voltage_v)
    _conditions(effects, accuracy, cutoff_error_v, cutoff_percent_per_v, temperature_degc, percent_per_k)
    effects.repeatability(repeatability_percent, repetitions)
    effects.percent("Reference value", reference_tolerance_percent)
    return sum_up(value=soh_percent, unit="points", effects=effects)


def _charge(
    effects: Effects,
    accuracy: Accuracy,
    current_a: Decimal | None,
    duration_s: Decimal | None,
    edge_s: Decimal | None,
) -> None:
    effects.percent("Current gain of the channel", accuracy.current_reading_percent)
    effects.absolute("Current offset of the channel", accuracy.offset("current"), "A", current_a)
    effects.percent("Clock of the channel", accuracy.time_error_percent)
    effects.absolute("Time missed at both ends", edge_s, "s", duration_s)


def _conditions(
    effects: Effects,
    accuracy: Accuracy,
    cutoff_error_v: Decimal | None,
    cutoff_percent_per_v: Decimal | None,
    temperature_degc: Decimal | None,
    percent_per_k: Decimal | None,
) -> None:
    if cutoff_error_v is None:
        cutoff_error_v = accuracy.offset("voltage")
    departure = None if temperature_degc is None else temperature_degc - REFERENCE_TEMPERATURE_DEGC
    effects.add("Voltage at the cut-off", cutoff_error_v, "V", cutoff_percent_per_v)
    effects.add("Temperature sensor", accuracy.temperature_error_k, "K", percent_per_k)
    effects.add("Distance from 25 °C, not corrected", departure, "K", percent_per_k)
