"""Agreement within one group, worked by hand."""

import math

import pytest

from grading.domain.agreement.groups import Pair, agreement_of, prediction_factor

FOUR = [Pair(72, 70), Pair(84, 80), Pair(90, 90), Pair(66, 60)]
"""Differences 2, 4, 0, 6: mean 3, squares 1 + 1 + 9 + 9 = 20."""


class TestPair:
    def test_promises_too_much_above_0(self):
        assert Pair(84, 80).difference == 4
        assert Pair(84, 80).mean == 82


class TestAgreementOf:
    def test_is_worked_by_hand(self):
        found = agreement_of(FOUR)

        assert (found.n, found.bias, found.squares) == (4, 3, 20)
        assert found.spread == pytest.approx(math.sqrt(20 / 3))
        assert found.limits == pytest.approx((3 - 1.96 * 2.581989, 3 + 1.96 * 2.581989))
        assert found.limit_error == pytest.approx(1.96 * math.sqrt(3 / 4) * 2.581989)
        assert found.prediction == pytest.approx((3 - 3.5581 * 2.581989, 3 + 3.5581 * 2.581989), abs=1e-3)

    def test_regresses_the_difference_on_the_mean(self):
        # Means 71, 82, 90, 63 (center 76.5): Sxx 425, Sxy -70; residual squares 20 - 70²/425.
        slope = agreement_of(FOUR).slope

        rest = 20 - 70**2 / 425
        error = 4.302653 * math.sqrt(rest / 2 / 425)
        assert slope.value == pytest.approx(-70 / 425)
        assert (slope.low, slope.high) == pytest.approx((-70 / 425 - error, -70 / 425 + error))
        assert slope.is_level == (slope.high >= 0)

    def test_sees_an_estimator_that_only_returns_the_mean_of_the_fleet(self):
        found = agreement_of([Pair(80 + n % 2 * 0.2, 60 + 2 * n) for n in range(20)])

        assert found.slope.value == pytest.approx(-2, abs=0.05)
        assert not found.slope.is_level

    def test_knows_no_spread_of_a_single_pair(self):
        found = agreement_of([Pair(80, 78)])

        assert (found.n, found.bias) == (1, 2)
        assert found.spread is found.limits is found.limit_error is found.prediction is found.slope is None

    def test_has_limits_but_no_slope_for_two_pairs(self):
        found = agreement_of([Pair(80, 78), Pair(70, 66)])

        assert found.spread == pytest.approx(math.sqrt(2))
        assert found.limits and found.prediction
        assert found.slope is None

    def test_takes_equal_differences(self):
        found = agreement_of([Pair(80, 78), Pair(70, 68), Pair(60, 58)])

        assert found.spread == 0
        assert found.limits == (2, 2)
        assert found.slope.is_level

    def test_has_no_slope_where_all_packs_are_alike(self):
        assert agreement_of([Pair(80, 78)] * 6).slope is None

    def test_refuses_an_empty_group(self):
        with pytest.raises(ValueError, match="without a pair"):
            agreement_of([])


class TestPredictionFactor:
    @pytest.mark.parametrize(("n", "factor"), [(3, 4.97), (5, 3.04), (10, 2.37), (20, 2.14), (50, 2.03)])
    def test_is_that_of_small_samples(self, n, factor):
        assert prediction_factor(n) == pytest.approx(factor, abs=0.006)
