"""Curves thinned for what a chart can show: no peak is lost, answers are applied."""

import numpy as np
import polars as pl
import pytest

from grading.domain.tester_files.curves import (
    BUCKETS,
    SLOPE_POINTS,
    SLOPE_WINDOW,
    Scale,
    curves,
    discharge,
    scale_of,
    slope,
    span_of,
)

COUNT = 100_000


@pytest.fixture
def table(tmp_path):
    """100,000 s of discharge at 3.6 A from 4 V to 3 V, with one spike."""
    time = np.arange(COUNT, dtype=float)
    voltage = 4 - time / COUNT
    voltage[54_321] = 9.0
    path = tmp_path / "t.parquet"
    pl.DataFrame({
        "time_s": time, "voltage_v": voltage, "current_a": np.full(COUNT, -3.6), "net_ah": -time / 1000,
        "temperature_degc": pl.Series([None] * COUNT, dtype=pl.Float64), "row": np.arange(1, COUNT + 1),
    }).write_parquet(path)  # fmt: skip
    return path


def write(path, *, charge, voltage):
    """Write a table with ``charge`` (Ah) and ``voltage`` (V), a record every second."""
    time = np.arange(len(charge), dtype=float)
    pl.DataFrame({
        "time_s": time, "voltage_v": voltage, "current_a": time * 0 - 1, "net_ah": charge,
        "temperature_degc": time * 0 + 25, "row": np.arange(1, len(charge) + 1),
    }).write_parquet(path)  # fmt: skip


def points(table, **more):
    values = {"x": "hours", "names": ["voltage_v"], "scale": Scale(), "low": None, "high": None} | more
    return curves(table, **values)[values["names"][0]]


class TestCurves:
    def test_keeps_the_ends_and_the_spike(self, table):
        found = points(table)

        assert len(found) <= 4 * BUCKETS
        assert found[0] == (0.0, 4.0) and found[-1][0] == pytest.approx((COUNT - 1) / 3600)
        assert max(y for _, y in found) == 9.0

    def test_shows_a_short_window_as_it_is(self, table):
        found = points(table, low=54_300 / 3600, high=54_340 / 3600)

        assert len(found) == 41
        assert [y for _, y in found if y > 5] == [9.0]

    def test_is_empty_outside_and_without_values(self, table):
        assert points(table, low=500.0, high=600.0) == []
        assert points(table, names=["temperature_degc"]) == []

    def test_applies_what_a_person_answered(self, table):
        found = points(table, names=["current_a"], scale=Scale(current=-1e-3))

        assert {y for _, y in found} == {0.0036}


class TestSpanOf:
    def test_gives_both_ends(self, table):
        span = span_of(table, x="ah", scale=Scale())

        assert (span.low, span.high) == (-100.0, 0.0)


class TestDischarge:
    def test_counts_the_charge_from_zero(self, table):
        found = discharge(table, row_from=1001, row_to=2001, scale=Scale())

        assert found[0] == (0.0, 3.99) and found[-1][0] == pytest.approx(1.0, abs=0.01)


class TestSlope:
    def test_is_that_of_a_straight_line(self, table):
        found = slope(table, row_from=1, row_to=50_000, scale=Scale())

        assert len(found) == SLOPE_POINTS - SLOPE_WINDOW + 1
        assert {round(y, 4) for _, y in found} == {-0.01}

    def test_is_that_of_a_parabola_at_its_middle(self, tmp_path):
        charge = np.linspace(0, 50, 5001)
        write(tmp_path / "p.parquet", charge=-charge, voltage=400 - 0.02 * charge**2)

        found = slope(tmp_path / "p.parquet", row_from=1, row_to=5001, scale=Scale())

        assert all(y == pytest.approx(-0.04 * x, abs=1e-3) for x, y in found)

    def test_leaves_out_what_happens_at_the_ends(self, tmp_path):
        charge = np.linspace(0, 100, 10_001)
        voltage = 400 - charge
        voltage[:50] += 30  # before the first per cent is out
        voltage[-50:] -= 30
        write(tmp_path / "e.parquet", charge=-charge, voltage=voltage)

        found = slope(tmp_path / "e.parquet", row_from=1, row_to=10_001, scale=Scale())

        assert {round(y, 4) for _, y in found} == {-1.0}
        assert found[0][0] > 1 and found[-1][0] < 99

    def test_is_empty_for_too_few_records(self, table):
        assert slope(table, row_from=1, row_to=10, scale=Scale()) == []


class TestScaleOf:
    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({}, Scale()),
            ({"sign": "inverted"}, Scale(current=-1.0)),
            ({"sign": "as_written"}, Scale()),
            ({"current_unit": "mA", "sign": "inverted"}, Scale(current=-1e-3)),
            ({"time_unit": "min"}, Scale(time=60.0)),
        ],
    )
    def test_follows_the_answers(self, answers, expected):
        assert scale_of(answers) == expected
