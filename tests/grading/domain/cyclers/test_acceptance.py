"""Rules 1 to 8 of CYCLERS.md 3.4 at their exact limits."""

import pytest

from grading.domain.cyclers import acceptance
from grading.domain.cyclers.chains import Limits, agreeing
from grading.domain.cyclers.derived import Temperature
from grading.domain.cyclers.parameters import Parameters

CELL = Parameters(rated_capacity_ah=10.0, voltage_min_v=3.0, voltage_max_v=4.2, c_rate=0.5)


class TestRules:
    @pytest.mark.parametrize(("end_a", "passed"), [(0.5, True), (0.501, False), (0.0, True)])
    def test_start_full(self, end_a, passed):
        assert acceptance.start_full(end_a, CELL).passed is passed

    @pytest.mark.parametrize(("spread", "passed"), [(0.0199, True), (0.02, False)])
    def test_constant_current(self, spread, passed):
        assert acceptance.constant_current(spread).passed is passed

    @pytest.mark.parametrize(
        ("end_v", "passed"), [(3.01, True), (3.0101, False), (2.99, True), (2.9899, False)]
    )
    def test_ended_by_voltage(self, end_v, passed):
        assert acceptance.ended_by_voltage(end_v, CELL).passed is passed

    @pytest.mark.parametrize(("end_v", "passed"), [(289.0, False), (288.96, True)])
    def test_ended_by_voltage_per_cell(self, end_v, passed):
        pack = Parameters(voltage_min_v=288.0, voltage_max_v=403.2, series_count=96)

        assert acceptance.ended_by_voltage(end_v, pack).passed is passed

    @pytest.mark.parametrize(("holes", "passed"), [((3, 0), True), ((0, 1), False)])
    def test_no_gap(self, holes, passed):
        assert acceptance.no_gap(holes).passed is passed

    @pytest.mark.parametrize(("ah", "passed"), [(10.2, True), (10.21, False), (9.8, True), (9.79, False)])
    def test_counter_agrees(self, ah, passed):
        assert acceptance.counter_agrees(ah, 10.0).passed is passed

    @pytest.mark.parametrize(("ah", "passed"), [(3.0, True), (2.99, False), (11.0, True), (11.01, False)])
    def test_plausible(self, ah, passed):
        assert acceptance.plausible(ah, 10.0).passed is passed

    @pytest.mark.parametrize(("mean", "passed"), [(20.0, True), (19.9, False), (30.0, True), (30.1, False)])
    def test_temperature_in_window(self, mean, passed):
        warmth = Temperature(sensor="T", min_degc=mean, mean_degc=mean, max_degc=mean)

        assert acceptance.temperature_in_window(warmth, CELL).passed is passed

    @pytest.mark.parametrize(
        ("rate", "passed"), [(0.525, True), (0.526, False), (0.475, True), (0.474, False)]
    )
    def test_rate_of_procedure(self, rate, passed):
        assert acceptance.rate_of_procedure(rate, CELL).passed is passed

    @pytest.mark.parametrize(("start_v", "passed"), [(4.188, True), (4.1879, False), (4.2121, False)])
    def test_rated_window(self, start_v, passed):
        assert acceptance.rated_window(start_v, 3.0, Limits(3.0, 4.2, declared=True)).passed is passed

    def test_says_what_it_cannot_judge(self):
        nothing = Parameters()

        verdicts = [
            acceptance.start_full(0.1, nothing).passed,
            acceptance.ended_by_voltage(3.0, nothing).passed,
            acceptance.counter_agrees(10.0, None).passed,
            acceptance.plausible(10.0, None).passed,
            acceptance.temperature_in_window(None, nothing).passed,
            acceptance.rate_of_procedure(None, nothing).passed,
            acceptance.rated_window(4.2, 3.0, Limits(3.0, 4.2, declared=False)).passed,
        ]

        assert verdicts == [None] * 7


class TestAgreeing:
    @pytest.mark.parametrize(
        ("values", "position"),
        [
            ([10.0], None),
            ([10.0, 9.7], 1),
            ([10.0, 9.69], None),
            ([10.0, 9.9, 9.0], 1),
            ([9.0, 10.0, 9.9], 2),
        ],
    )
    def test_is_the_last_of_two_in_a_row(self, values, position):
        assert agreeing(values, 3.0) == position
