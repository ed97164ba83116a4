"""Quantiles of Student's t against printed tables."""

import math

import pytest

from grading.domain.agreement.student_t import t_quantile, two_sided_share


class TestTQuantile:
    @pytest.mark.parametrize(
        ("freedom", "t"),
        [
            (1, 12.7062),
            (2, 4.3027),
            (3, 3.1824),
            (4, 2.7764),
            (5, 2.5706),
            (9, 2.2622),
            (10, 2.2281),
            (19, 2.0930),
            (30, 2.0423),
            (120, 1.9799),
            (10_000, 1.9602),
        ],
    )
    def test_is_that_of_the_printed_table_at_95_percent(self, freedom, t):
        assert t_quantile(freedom) == pytest.approx(t, abs=6e-5)

    @pytest.mark.parametrize(("freedom", "t"), [(1, 63.6567), (4, 4.6041), (20, 2.8453)])
    def test_takes_other_shares(self, freedom, t):
        assert t_quantile(freedom, 0.99) == pytest.approx(t, abs=6e-5)

    @pytest.mark.parametrize(("freedom", "share"), [(0, 0.95), (-1, 0.95), (5, 0), (5, 1)])
    def test_refuses_what_has_no_t(self, freedom, share):
        with pytest.raises(ValueError, match="no t"):
            t_quantile(freedom, share)


class TestTwoSidedShare:
    def test_is_the_closed_form_of_one_and_two_degrees_of_freedom(self):
        assert two_sided_share(1, 1) == pytest.approx(0.5)
        assert two_sided_share(2, 2) == pytest.approx(2 / math.sqrt(6))

    @pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 8, 49])
    def test_turns_the_quantile_back(self, freedom):
        assert two_sided_share(t_quantile(freedom), freedom) == pytest.approx(0.95, abs=1e-11)
