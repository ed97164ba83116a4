"""The budget of an internal resistance."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.uncertainty import (
    Accuracy,
    Budget,
    meter_resistance_budget,
    pulse_resistance_budget,
    ratio_budget,
)
from grading.domain.uncertainty.resistance import arrhenius_percent_per_k

# 0.5 mV of 5 V and 50 mA of 50 A, the limits of CYCLERS 3.5.
CELL_CHANNEL = Accuracy(
    voltage_range_v=D(5),
    voltage_reading_percent=D(0),
    voltage_full_scale_percent=D("0.01"),
    current_range_a=D(50),
    current_reading_percent=D(0),
    current_full_scale_percent=D("0.1"),
    temperature_error_k=D(1),
)
KNOWN = {"temperature_degc": D(25), "activation_kj_per_mol": D(21), "repeatability_percent": D(1)}


def relative_percent(budget: Budget) -> D:
    return budget.standard_uncertainty / budget.value * 100


class TestPulseResistanceBudget:
    @pytest.mark.parametrize(
        ("ir_mohm", "percent"),
        [
            # ΔV = 61 mV and 4 mV at 30 A.
            ("2.0333", "0.68"),
            ("0.1333", "10.3"),
        ],
    )
    def test_gives_the_cases_of_the_instrument_part(self, ir_mohm, percent):
        budget = pulse_resistance_budget(ir_mohm=D(ir_mohm), accuracy=CELL_CHANNEL, current_a=D(30))

        assert abs(relative_percent(budget) - D(percent)) < D("0.06")

    def test_counts_the_voltage_twice(self):
        budget = pulse_resistance_budget(ir_mohm=D(2), accuracy=CELL_CHANNEL, current_a=D(-30), **KNOWN)

        voltages = [line for line in budget.lines if line.source.startswith("Voltage")]
        assert [line.limit for line in voltages] == [D("0.0005"), D("0.0005")]
        assert voltages[0].contribution == voltages[1].contribution
        assert budget.is_complete

    def test_an_error_in_percent_of_the_reading_needs_the_voltage(self):
        accuracy = Accuracy(
            voltage_range_v=D(500), voltage_reading_percent=D("0.02"), voltage_full_scale_percent=D("0.02")
        )

        blind, seeing = (
            pulse_resistance_budget(
                ir_mohm=D(100), accuracy=accuracy, current_a=D(100), voltage_v=voltage, **KNOWN
            )
            for voltage in (None, D(350))
        )

        assert "Voltage before the pulse" in blind.unknown
        assert next(line.limit for line in seeing.lines if line.unit == "V") == D("0.17")

    def test_counts_the_distance_from_the_temperature_that_it_is_compared_at(self):
        budget = pulse_resistance_budget(
            ir_mohm=D(2),
            accuracy=CELL_CHANNEL,
            current_a=D(30),
            reference_temperature_degc=D(25),
            **KNOWN | {"temperature_degc": D(23)},
        )

        line = next(line for line in budget.lines if line.source == "Distance from 25 °C, not corrected")
        assert line.limit == 2

    def test_names_what_is_missing(self):
        budget = pulse_resistance_budget(
            ir_mohm=D(2), accuracy=Accuracy(), current_a=None, reference_temperature_degc=D(25)
        )

        assert budget.standard_uncertainty is None
        assert budget.unknown == (
            "Voltage before the pulse",
            "Voltage at the end of the pulse",
            "Current of the pulse",
            "Temperature sensor",
            "Distance from 25 °C, not corrected",
            "Repeatability of the procedure",
        )

    @given(ir=st.decimals("0.1", 2000, places=3), current=st.decimals("0.1", 3000, places=1))
    def test_is_never_negative_and_its_shares_sum_to_one(self, ir, current):
        budget = pulse_resistance_budget(ir_mohm=ir, accuracy=CELL_CHANNEL, current_a=current, **KNOWN)

        assert budget.standard_uncertainty > 0
        assert sum(line.share for line in budget.lines) == 1

    @given(
        name=st.sampled_from(
            ["voltage_range_v", "voltage_full_scale_percent", "current_range_a"]
            + ["current_reading_percent", "current_full_scale_percent", "temperature_error_k"]
        ),
        limits=st.tuples(st.decimals("0.001", 9, places=3), st.decimals("0.001", 9, places=3)).map(sorted),
    )
    def test_grows_with_each_error_of_the_channel(self, name, limits):
        small, large = (
            pulse_resistance_budget(
                ir_mohm=D(2),
                accuracy=Accuracy(**vars(CELL_CHANNEL) | {name: limit}),
                current_a=D(30),
                voltage_v=D(4),
                **KNOWN,
            )
            for limit in limits
        )

        assert small.standard_uncertainty <= large.standard_uncertainty


class TestArrheniusPercentPerK:
    def test_two_kelvin_at_21_kj_per_mol_are_5_7_percent(self):
        slope = arrhenius_percent_per_k(D(21), D(25))

        assert round(2 * slope, 1) == D("5.7")

    def test_is_unknown_without_an_energy_or_a_temperature(self):
        assert arrhenius_percent_per_k(None, D(25)) is None
        assert arrhenius_percent_per_k(D(21), None) is None


class TestMeterResistanceBudget:
    def test_takes_the_errors_of_the_meter(self):
        accuracy = Accuracy(
            resistance_range_mohm=D(300),
            resistance_reading_percent=D("0.5"),
            resistance_full_scale_percent=D("0.05"),
        )

        budget = meter_resistance_budget(ir_mohm=D(60), accuracy=accuracy)

        # 60 mΩ × √(0.5² + (0.15/60 × 100)²) % / √3
        assert budget.standard_uncertainty == D("0.1937")
        assert budget.unknown == ("Temperature sensor", "Repeatability of the procedure")


class TestRatioBudget:
    def test_keeps_the_relative_uncertainty_and_adds_the_baseline(self):
        resistance = pulse_resistance_budget(ir_mohm=D(120), accuracy=CELL_CHANNEL, current_a=D(30), **KNOWN)

        exact = ratio_budget(ir_ratio=D("1.2"), resistance=resistance, baseline_tolerance_percent=D(0))
        known = ratio_budget(ir_ratio=D("1.2"), resistance=resistance, baseline_tolerance_percent=D(10))
        unknown = ratio_budget(ir_ratio=D("1.2"), resistance=resistance, baseline_tolerance_percent=None)

        assert abs(relative_percent(exact) - relative_percent(resistance)) < D("0.01")
        assert known.standard_uncertainty > exact.standard_uncertainty
        assert unknown.unknown == ("Baseline value",)
        assert sum(line.share for line in known.lines) == 1
