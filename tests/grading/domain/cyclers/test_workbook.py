"""Workbooks: exact values of own samples, and what must not be opened."""

import zipfile
from datetime import datetime, timedelta

import numpy as np
import pytest
import xlsxwriter

from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, StepReading, Unreadable
from grading.domain.cyclers.workbook import read_workbook
from tests.grading.domain.cyclers import text_samples as samples
from tests.grading.domain.cyclers.test_text import STATES, codes, source


def table(text: str, *, sep: str = ",") -> list[list[object]]:
    """Return a text sample as cells, numbers as numbers."""
    return [[_cell(cell) for cell in line.split(sep)] for line in text.splitlines()]


def _cell(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def workbook(tmp_path, sheets):
    path = tmp_path / "stored-by-its-hash"
    with xlsxwriter.Workbook(str(path), {"remove_timezone": True}) as book:
        clock = book.add_format({"num_format": "[h]:mm:ss"})
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    form = (
                        clock if isinstance(cell, timedelta) else date if isinstance(cell, datetime) else None
                    )
                    sheet.write(number, place, cell, form)
    return path


class TestReadWorkbook:
    def test_reads_the_sheet_with_records(self, tmp_path):
        path = workbook(
            tmp_path, {"Cycle-Tab": [["Cycle", "CapC/mAh"], [1, 2.5]], "Record-Tab": table(samples.LANDT)}
        )

        (reading,) = read_workbook(path)

        assert reading.format == "landt_xlsx"
        assert reading.current_a == pytest.approx(samples.CURRENT_A)
        assert source(reading, "current_a") == ("Current/mA", "mA", 0.001)
        assert list(reading.state) == STATES
        assert list(reading.row) == list(range(2, 11))
        assert reading.temperature_degc == {}

    def test_reads_dates_and_durations_of_the_workbook(self, tmp_path):
        rows = table(samples.NEWARE)
        for number, row in enumerate(rows[1:]):
            row[4] = timedelta(seconds=samples.STEP_TIME_S[number])
            row[5] = timedelta(days=1, seconds=samples.TIME_S[number])
            row[9] = datetime(2024, 5, 1, 10, samples.TIME_S[number] // 60, samples.TIME_S[number] % 60)

        (reading,) = read_workbook(workbook(tmp_path, {"record": rows}))

        assert reading.time_s == pytest.approx(np.array(samples.TIME_S) + 86_400)
        assert reading.step_time_s == pytest.approx(samples.STEP_TIME_S)
        assert reading.started_at == "2024-05-01 10:00:00"
        assert reading.meta["clock_span_s"] == 80.0

    def test_joins_the_sheets_of_one_test(self, tmp_path):
        heading, *records = table(samples.ARBIN)
        sheets = {
            "Info": [["x"]],
            "Channel_1-008_1": [heading, *records[:5]],
            "Channel_1-008_2": [heading, *records[5:]],
        }

        (reading,) = read_workbook(workbook(tmp_path, sheets))

        assert reading.time_s == pytest.approx(samples.TIME_S)
        assert list(reading.row) == [2, 3, 4, 5, 6, 8, 9, 10, 11]
        assert reading.flags == ()

    def test_gives_each_channel_its_own(self, tmp_path):
        rows = table(samples.ARBIN)

        first, second = read_workbook(workbook(tmp_path, {"Channel_1-008": rows, "Channel_1-009": rows}))

        assert [first.meta["sheet"], second.meta["sheet"]] == ["Channel_1-008", "Channel_1-009"]
        assert codes(first) == codes(second) == ["I_MULTI"]

    def test_counts_and_names_a_cell_that_is_no_number(self, tmp_path):
        rows = table(samples.ARBIN)
        rows[3][7] = "broken"

        (reading,) = read_workbook(workbook(tmp_path, {"Channel_1": rows}))

        assert (len(reading), reading.rows_in_file, reading.unparsed_rows) == (8, 9, (4,))

    def test_reads_tables_of_steps(self, tmp_path):
        (steps,) = read_workbook(workbook(tmp_path, {"Sheet1": table(samples.STEP_TABLE)}))

        assert isinstance(steps, StepReading)
        assert steps.format == "nebula_steps_xlsx"
        assert list(steps.state) == [REST, CHARGE, DISCHARGE]
        assert list(steps.capacity_ah) == [0.0, 2.5, 19.5]
        assert codes(steps) == ["W_NAN"]


class TestRefusals:
    def test_refuses_a_table_of_results(self, tmp_path):
        path = workbook(tmp_path, {"SOC ALL": [["Qn", "Q", "SOH", "U1"], [20, 15.7, 0.78, 3.3]]})

        with pytest.raises(Unreadable, match="results file") as refusal:
            read_workbook(path)

        assert refusal.value.code == "E_FORMAT"

    def test_refuses_a_workbook_without_records(self, tmp_path):
        with pytest.raises(Unreadable) as refusal:
            read_workbook(workbook(tmp_path, {"Channel_1": table(samples.ARBIN)[:1]}))

        assert refusal.value.code == "E_EMPTY"

    def test_refuses_what_unpacks_to_far_too_much(self, tmp_path):
        path = workbook(tmp_path, {"Channel_1": table(samples.ARBIN)})
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet9.xml", b" " * 60_000_000)

        with pytest.raises(Unreadable, match="unpacks") as refusal:
            read_workbook(path)

        assert refusal.value.code == "E_FORMAT"

    def test_refuses_a_sparse_sheet(self, tmp_path):
        path = workbook(tmp_path, {"Channel_1": table(samples.ARBIN)})
        sparse = tmp_path / "sparse"
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(sparse, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name.endswith("sheet1.xml"):
                    content = content.replace(b'<row r="10"', b'<row r="1048576"').replace(
                        b'10"', b'1048576"'
                    )
                new.writestr(name, content)

        with pytest.raises(Unreadable) as refusal:
            read_workbook(sparse)

        assert refusal.value.code == "E_FORMAT"

    def test_refuses_a_damaged_archive(self, tmp_path):
        path = workbook(tmp_path, {"Channel_1": table(samples.ARBIN)})
        path.write_bytes(path.read_bytes()[:-200])

        with pytest.raises(Unreadable) as refusal:
            read_workbook(path)

        assert refusal.value.code == "E_FORMAT"
