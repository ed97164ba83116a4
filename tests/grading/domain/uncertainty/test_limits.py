"""Uncertain values against limits."""

from decimal import Decimal as D

import pytest

from grading.domain.uncertainty import is_undecided, lower_bound, upper_bound


class TestBounds:
    @pytest.mark.parametrize(
        ("value", "u", "k", "lower", "upper"),
        [
            ("80", "1.5", "2", "77.0000", "83.0000"),
            ("80", "0.00003", "1", "79.9999", "80.0001"),
            ("80", "0", "2", "80.0000", "80.0000"),
            ("1", "2", "1", "-1.0000", "3.0000"),
        ],
    )
    def test_round_away_from_the_value(self, value, u, k, lower, upper):
        assert str(lower_bound(D(value), D(u), D(k))) == lower
        assert str(upper_bound(D(value), D(u), D(k))) == upper


class TestIsUndecided:
    @pytest.mark.parametrize(
        ("value", "u", "undecided"),
        [
            ("80", "1", True),
            ("81.6499", "1", True),
            ("81.65", "1", False),
            ("81.6501", "1", False),
            ("78.3501", "1", True),
            ("78.35", "1", False),
            ("80", "0", False),
            ("80.0001", "0", False),
        ],
    )
    def test_is_strict_on_both_sides(self, value, u, undecided):
        assert is_undecided(D(value), D(80), D(u)) is undecided

    def test_takes_the_factor_of_a_policy(self):
        assert is_undecided(D("81.9"), D(80), D(1), D(2))
        assert not is_undecided(D("82"), D(80), D(1), D(2))
