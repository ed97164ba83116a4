"""The canonical table of a test as a parquet file."""

import numpy as np
import polars as pl
import pytest

from grading.domain.cyclers.canonical_file import COLUMNS, write_table
from grading.domain.cyclers.table import Reading


def reading(**changed):
    return Reading(
        format="neware_nda",
        reader="fastnda",
        reader_version="1",
        columns=(),
        row=np.array([5, 6, 9]),
        time_s=np.array([0.0, 1.0, 1.0]),
        voltage_v=np.array([3.5, 3.6, np.nan]),
        current_a=np.array([0.0, -1.0, -1.0]),
        **changed,
    )


class TestWriteTable:
    def test_keeps_order_rows_and_numbers(self, tmp_path):
        path = tmp_path / "a.parquet"

        write_table(reading(cycle=np.array([1, 1, 2]), step=np.array([1, 2, 2])), path)

        table = pl.read_parquet(path)
        assert tuple(table.columns) == COLUMNS
        assert table["row"].to_list() == [5, 6, 9]
        assert table["time_s"].to_list() == [0.0, 1.0, 1.0]
        assert table["current_a"].to_list() == [0.0, -1.0, -1.0]
        assert table["cycle"].to_list() == [1, 1, 2]
        assert table["step"].to_list() == [1, 2, 2]

    def test_leaves_what_the_file_does_not_say_blank(self, tmp_path):
        write_table(reading(), tmp_path / "a.parquet")

        table = pl.read_parquet(tmp_path / "a.parquet")
        assert [table[name].null_count() for name in ("temperature_degc", "cycle", "step")] == [3, 3, 3]
        assert table.schema["temperature_degc"] == pl.Float64

    @pytest.mark.parametrize(("sensor", "expected"), [(None, 25.0), ("can", 30.0), ("absent", 25.0)])
    def test_takes_the_sensor_that_was_named_else_the_first_alive(self, tmp_path, sensor, expected):
        sensors = {"dead": np.zeros(3), "cell": np.full(3, 25.0), "can": np.full(3, 30.0)}

        write_table(reading(temperature_degc=sensors), tmp_path / "a.parquet", sensor=sensor)

        assert pl.read_parquet(tmp_path / "a.parquet")["temperature_degc"].to_list() == [expected] * 3
