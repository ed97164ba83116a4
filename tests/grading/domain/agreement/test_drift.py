"""The alarm of drift, at its exact limits."""

import math

import pytest

from grading.domain.agreement.drift import drift_of, moving_means


class TestDriftOf:
    def test_needs_ten(self):
        assert drift_of([5.0] * 9, bias=0, spread=1) is None
        assert drift_of([5.0] * 10, bias=0, spread=1).is_alarm

    def test_looks_at_the_last_ten_only(self):
        assert drift_of([50.0] * 30 + [1.0] * 10, bias=1, spread=1).mean == 1

    @pytest.mark.parametrize(("factor", "alarm"), [(0, False), (0.999, False), (1.001, True), (-1.001, True)])
    def test_rings_beyond_two_standard_errors(self, factor, alarm):
        band = 2 * 3 / math.sqrt(10)

        assert drift_of([1 + factor * band] * 10, bias=1, spread=3).is_alarm is alarm


class TestMovingMeans:
    def test_begin_with_the_tenth(self):
        means = moving_means([float(n) for n in range(12)])

        assert means == [None] * 9 + [4.5, 5.5, 6.5]
