"""Parquet tables: exact values of own samples."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from grading.domain.cyclers.parquet import read_parquet
from grading.domain.cyclers.table import Unreadable
from tests.grading.domain.cyclers import text_samples as samples
from tests.grading.domain.cyclers.test_text import codes, source


def parquet(tmp_path, columns):
    path = tmp_path / "stored-by-its-hash"
    pl.DataFrame(columns, strict=False).write_parquet(path)
    return path


BDF = {
    "test_time_millisecond": [1000 * time for time in samples.TIME_S],
    "voltage_volt": list(samples.VOLTAGE_V),
    "current_ampere": list(samples.CURRENT_A),
    "cycle_dimensionless": [1] * 9,
    "date_time_millisecond": [1_719_933_538_046 + 1000 * time for time in samples.TIME_S],
    "ambient_temperature_celsius": [25.0] * 9,
}


class TestReadParquet:
    def test_reads_bdf_by_deprecated_names(self, tmp_path):
        (reading,) = read_parquet(parquet(tmp_path, BDF))

        assert reading.format == "bdf_parquet"
        assert reading.time_s == pytest.approx(samples.TIME_S)
        assert reading.current_a == pytest.approx(samples.CURRENT_A)
        assert source(reading, "time_s") == ("test_time_millisecond", "millisecond", 0.001)
        assert reading.started_at == "2024-07-02 15:18:58.046000"
        assert reading.meta["clock_span_s"] == pytest.approx(80.0)
        assert list(reading.row) == list(range(1, 10))
        assert list(reading.temperature_degc) == ["ambient_temperature"]

    def test_reads_pydpeet_and_tells_of_rows_without_records(self, tmp_path):
        begin = datetime(2024, 4, 19, 10)
        columns = {
            "Meta_Data": ["text"] + [None] * 9,
            "Step_Count": [*samples.STEP, 4],
            "Voltage[V]": [*samples.VOLTAGE_V, None],
            "Current[A]": [*samples.CURRENT_A, None],
            "Temperature[°C]": [25.5] * 10,
            "Test_Time[s]": [*map(float, samples.TIME_S), None],
            "Date_Time": [begin + timedelta(seconds=time) for time in samples.TIME_S] + [None],
        }

        (reading,) = read_parquet(parquet(tmp_path, columns))

        assert reading.format == "pydpeet_parquet"
        assert (len(reading), reading.rows_in_file, reading.unparsed_count) == (9, 9, 0)
        assert list(reading.step) == list(samples.STEP)
        assert codes(reading) == ["W_NAN"]

    @pytest.mark.parametrize(
        ("columns", "code"),
        [
            ({"a": [1.0], "b": [2.0], "c": [3.0]}, "E_FORMAT"),
            ({name: values[:0] for name, values in BDF.items()}, "E_EMPTY"),
        ],
    )
    def test_refuses_what_holds_no_records(self, tmp_path, columns, code):
        with pytest.raises(Unreadable) as refusal:
            read_parquet(parquet(tmp_path, columns))

        assert refusal.value.code == code

    def test_refuses_more_rows_than_any_test_has(self, tmp_path, monkeypatch):
        monkeypatch.setattr("grading.domain.cyclers.parquet.MAX_ROWS", 8)

        with pytest.raises(Unreadable, match="9 rows; 8 is the limit"):
            read_parquet(parquet(tmp_path, BDF))

    def test_refuses_a_damaged_file(self, tmp_path):
        path = parquet(tmp_path, BDF)
        path.write_bytes(path.read_bytes()[:-30])

        with pytest.raises(Unreadable) as refusal:
            read_parquet(path)

        assert refusal.value.code == "E_FORMAT"
