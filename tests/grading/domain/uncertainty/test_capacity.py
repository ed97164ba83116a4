"""The budget of a state of health."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.uncertainty import Accuracy, Budget, capacity_soh_budget, energy_soh_budget

ACCURATE = Accuracy(
    voltage_range_v=D(500),
    voltage_reading_percent=D("0.02"),
    voltage_full_scale_percent=D("0.02"),
    current_range_a=D(100),
    current_reading_percent=D("0.02"),
    current_full_scale_percent=D("0.02"),
    temperature_error_k=D(1),
    time_error_percent=D("0.01"),
)
KNOWN = {
    "current_a": D(30),
    "duration_s": D(10800),
    "edge_s": D(2),
    "cutoff_percent_per_v": D("0.1"),
    "temperature_degc": D(24),
    "percent_per_k": D("0.05"),
    "repeatability_percent": D("0.3"),
    "repetitions": 2,
    "reference_tolerance_percent": D(2),
}
LIMITS = st.decimals("0.001", 5, places=3)


def instrument_only(current, full_scale, reading_percent, full_scale_percent):
    accuracy = Accuracy(
        current_range_a=D(full_scale),
        current_reading_percent=D(reading_percent),
        current_full_scale_percent=D(full_scale_percent),
    )
    return capacity_soh_budget(soh_percent=D(100), accuracy=accuracy, current_a=D(current))


class TestCapacitySohBudget:
    @pytest.mark.parametrize(
        ("case", "exact", "tabled"),
        [
            # CYCLERS 3.5; a/√3 and k = 2 give the exact values, its table is rounded by hand.
            ((30, 100, "0.02", "0.02"), "0.0804", "0.09"),
            ((30, 300, "0.05", "0.05"), "0.5804", "0.57"),
            ((20, 600, "0.1", "0.2"), "6.9292", "6.9"),
        ],
    )
    def test_gives_the_table_of_the_instrument_part(self, case, exact, tabled):
        expanded = instrument_only(*case).expanded

        assert expanded == D(exact)
        assert abs(expanded - D(tabled)) < D("0.03")

    def test_the_offset_dominates_at_the_foot_of_a_range(self):
        budget = instrument_only(20, 600, "0.1", "0.2")

        assert budget.lines[0].source == "Current offset of the channel"
        assert budget.lines[0].share > D("0.99")

    def test_counts_everything_when_everything_is_known(self):
        budget = capacity_soh_budget(soh_percent=D(80), accuracy=ACCURATE, **KNOWN)

        assert budget.is_complete
        assert budget.lines[0].source == "Reference value"
        # 80 points × √(0.0115² + 0.0385² + 0.0058² + 0.0107² + 0.0058² + 2 · 0.0289² + 0.2121² + 1.1547²) %
        assert budget.standard_uncertainty == D("0.9404")
        assert budget.expanded == D("1.8808")
        assert {line.kind for line in budget.lines} == {"A", "B"}

    def test_repetitions_divide_only_the_repeatability(self):
        budget = capacity_soh_budget(soh_percent=D(80), accuracy=ACCURATE, **KNOWN | {"repetitions": 9})

        line = next(line for line in budget.lines if line.kind == "A")
        assert (line.divisor, line.distribution) == (D(3), "normal")
        assert line.contribution == D("0.08")

    def test_says_what_is_not_known_and_never_takes_it_as_zero(self):
        budget = capacity_soh_budget(
            soh_percent=D(80), accuracy=Accuracy(), current_a=D(30), reference_tolerance_percent=D(2)
        )

        assert not budget.is_complete
        assert budget.unknown == (
            "Current gain of the channel",
            "Current offset of the channel",
            "Clock of the channel",
            "Time missed at both ends",
            "Voltage at the cut-off",
            "Temperature sensor",
            "Distance from 25 °C, not corrected",
            "Repeatability of the procedure",
        )
        assert [line.source for line in budget.lines] == ["Reference value"]
        assert budget.standard_uncertainty == D("0.9238")

    def test_has_no_number_when_nothing_is_known(self):
        budget = capacity_soh_budget(soh_percent=D(80), accuracy=Accuracy(), current_a=None)

        assert (budget.standard_uncertainty, budget.expanded, budget.lines) == (None, None, ())

    @pytest.mark.parametrize("missing", [name for name in KNOWN if name != "repetitions"])
    def test_names_each_missing_input(self, missing):
        budget = capacity_soh_budget(soh_percent=D(80), accuracy=ACCURATE, **KNOWN | {missing: None})

        assert not budget.is_complete

    def test_a_full_scale_error_needs_its_range(self):
        accuracy = Accuracy(current_reading_percent=D("0.1"), current_full_scale_percent=D("0.1"))

        budget = capacity_soh_budget(soh_percent=D(80), accuracy=accuracy, current_a=D(30))

        assert "Current offset of the channel" in budget.unknown

    def test_a_full_scale_error_of_zero_needs_none(self):
        accuracy = Accuracy(current_reading_percent=D("0.1"), current_full_scale_percent=D(0))

        budget = capacity_soh_budget(soh_percent=D(80), accuracy=accuracy, current_a=D(30))

        assert "Current offset of the channel" not in budget.unknown

    @given(soh=st.decimals(0, 105, places=4), edge=LIMITS, tolerance=LIMITS, scatter=LIMITS)
    def test_is_never_negative_and_its_shares_sum_to_one(self, soh, edge, tolerance, scatter):
        changed = {"edge_s": edge, "reference_tolerance_percent": tolerance, "repeatability_percent": scatter}

        budget = capacity_soh_budget(soh_percent=soh, accuracy=ACCURATE, **KNOWN | changed)

        assert budget.standard_uncertainty >= 0
        assert all(line.share >= 0 for line in budget.lines)
        assert sum(line.share for line in budget.lines) == (1 if soh else 0)

    @given(
        name=st.sampled_from(
            [
                "edge_s",
                "cutoff_error_v",
                "percent_per_k",
                "repeatability_percent",
                "reference_tolerance_percent",
            ]
        ),
        limits=st.tuples(LIMITS, LIMITS).map(sorted),
    )
    def test_grows_with_each_limit(self, name, limits):
        small, large = (
            capacity_soh_budget(soh_percent=D(80), accuracy=ACCURATE, **KNOWN | {name: limit})
            for limit in limits
        )

        assert small.standard_uncertainty <= large.standard_uncertainty

    @given(name=st.sampled_from(sorted(vars(ACCURATE))), limits=st.tuples(LIMITS, LIMITS).map(sorted))
    def test_grows_with_each_error_of_the_channel(self, name, limits):
        stated = {key: value for key, value in vars(ACCURATE).items() if value is not None}
        small, large = (
            energy_soh_budget(
                soh_percent=D(80), accuracy=Accuracy(**stated | {name: limit}), voltage_v=D(350), **KNOWN
            )
            for limit in limits
        )

        assert small.standard_uncertainty <= large.standard_uncertainty


class TestEnergySohBudget:
    def test_adds_the_errors_of_the_voltage(self):
        charge = capacity_soh_budget(soh_percent=D(80), accuracy=ACCURATE, **KNOWN)
        energy = energy_soh_budget(soh_percent=D(80), accuracy=ACCURATE, voltage_v=D(350), **KNOWN)

        assert {line.source for line in energy.lines} - {line.source for line in charge.lines} == {
            "Voltage gain of the channel",
            "Voltage offset of the channel",
        }
        assert energy.standard_uncertainty > charge.standard_uncertainty


class TestBudget:
    @pytest.mark.parametrize("known", [KNOWN, {"current_a": None}])
    def test_comes_back_from_json_as_it_was(self, known):
        budget = capacity_soh_budget(soh_percent=D("79.1234"), accuracy=ACCURATE, **known)

        assert Budget.from_json(budget.to_json()) == budget

    def test_json_holds_text_for_numbers(self):
        stored = capacity_soh_budget(soh_percent=D(80), accuracy=ACCURATE, **KNOWN).to_json()

        assert stored["standard_uncertainty"] == "0.9404"
        assert stored["expanded_uncertainty"] == "1.8808"
        assert stored["coverage_factor"] == 2
        assert stored["lines"][0]["limit"] == "2"
