"""Arbin's databases: the real file against mdb-export, and databases that are damaged."""

from types import SimpleNamespace

import numpy as np
import pytest

from grading.domain.cyclers.arbin_res import read_res
from grading.domain.cyclers.table import Unreadable
from tests.grading.domain.cyclers.real_files import charges_ah, expected_of, real_file

NAME = "arbin/arbin_example.res"
HEAD = b"\x00\x01\x00\x00Standard Jet DB\0"


class Database:
    """The tables of a database by name, as access-parser gives them."""

    def __init__(self, *, announced, **tables):
        self.catalog = dict.fromkeys(tables, 1)
        self._tables = tables
        self._announced = announced

    def parse_table(self, name):
        return self._tables[name]

    def get_table(self, name):
        head = SimpleNamespace(number_of_rows=self._announced)
        return SimpleNamespace(table_header=head, columns={}, table=SimpleNamespace(linked_pages=[]))


def records(*tests):
    """Return three records for each test, the second before the first, as pages may hold them."""
    rows = [(test, point) for test in tests for point in (2, 1, 3)]
    return {
        "Test_ID": [test for test, _ in rows],
        "Data_Point": [point for _, point in rows],
        "Test_Time": [point * 10.0 for _, point in rows],
        "Step_Time": [point * 10.0 for _, point in rows],
        "Step_Index": [1 if point < 3 else 2 for _, point in rows],
        "Cycle_Index": [1 for _ in rows],
        "Current": [test + 0.5 for test, _ in rows],
        "Voltage": [3.0 + point / 10 for _, point in rows],
        "Charge_Capacity": [point / 100 for _, point in rows],
        "Discharge_Capacity": [0.0 for _ in rows],
    }


@pytest.fixture
def read(monkeypatch, tmp_path):
    def read_tables(*, announced=0, **tables):
        database = Database(announced=announced, **tables)
        monkeypatch.setattr("access_parser.AccessParser", lambda path: database)
        return read_res(tmp_path / "a.res")

    return read_tables


class TestReadRes:
    def test_gives_one_reading_per_test_in_order_of_its_records(self, read):
        about = {"Test_ID": [7, 9], "Test_Name": ["RB-1", "RB-2"], "Channel_Index": [0, 3]}

        first, second = read(Channel_Normal_Table=records(7, 9), Global_Table=about)

        assert first.row.tolist() == [1, 2, 3]
        assert first.time_s.tolist() == [10.0, 20.0, 30.0]
        assert first.voltage_v == pytest.approx([3.1, 3.2, 3.3])
        assert first.current_a.tolist() == [7.5] * 3 and second.current_a.tolist() == [9.5] * 3
        assert first.step.tolist() == [1, 1, 2]
        assert first.charge_ah == pytest.approx([0.01, 0.02, 0.03])
        assert first.meta == {"test_id": 7, "test_name": "RB-1", "channel": "1"}
        assert second.meta == {"test_id": 9, "test_name": "RB-2", "channel": "4"}

    def test_puts_temperatures_where_they_were_logged(self, read):
        aux = {
            "Test_ID": [7, 7, 7],
            "Data_Point": [3, 1, 1],
            "Auxiliary_Index": [0, 0, 1],
            "Data_Type": [1, 1, 0],
            "X": [26.0, 25.0, 3.7],
        }

        (reading,) = read(Channel_Normal_Table=records(7), Auxiliary_Table=aux)

        assert list(reading.temperature_degc) == ["aux_temperature_0"]
        np.testing.assert_array_equal(reading.temperature_degc["aux_temperature_0"], [25.0, np.nan, 26.0])

    def test_flags_missing_records(self, read):
        gone = {name: values[:2] for name, values in records(7).items()}
        gone["Data_Point"] = [1, 5]

        (reading,) = read(Channel_Normal_Table=gone)

        assert [flag.code for flag in reading.flags] == ["W_TRUNCATED"]
        assert "3 numbers" in reading.flags[0].message

    def test_flags_records_that_the_table_counts_and_no_page_holds(self, read):
        (whole,) = read(announced=3, Channel_Normal_Table=records(7))
        (cut,) = read(announced=4, Channel_Normal_Table=records(7))

        assert whole.flags == ()
        assert [flag.code for flag in cut.flags] == ["W_TRUNCATED"]

    def test_refuses_columns_of_different_lengths(self, read):
        shifted = records(7) | {"Voltage": [3.0]}

        with pytest.raises(Unreadable, match="damaged"):
            read(Channel_Normal_Table=shifted)

    def test_refuses_a_database_that_is_no_test(self, read):
        with pytest.raises(Unreadable, match="no Arbin result"):
            read(Invoices={"Id": [1]})

    def test_refuses_a_database_without_records(self, read):
        with pytest.raises(Unreadable) as caught:
            read(Channel_Normal_Table={"Test_Time": "", "Voltage": "", "Current": ""})

        assert caught.value.code == "E_EMPTY"

    @pytest.mark.parametrize("content", [HEAD, HEAD + bytes(4096), HEAD + b"\xff" * 20_000])
    def test_refuses_a_damaged_database(self, tmp_path, content):
        path = tmp_path / "a.res"
        path.write_bytes(content)

        with pytest.raises(Unreadable) as caught:
            read_res(path)

        assert caught.value.code == "E_FORMAT"


class TestRealFile:
    def test_agrees_with_mdb_export(self):
        expected = expected_of(NAME)

        (reading,) = read_res(real_file(NAME))

        assert len(reading) == expected["rows"]
        charged, discharged = charges_ah(reading)
        assert charged == pytest.approx(expected["Q_chg_Ah"], rel=1e-3)
        assert discharged == pytest.approx(expected["Q_dch_Ah"], rel=1e-3)
        assert reading.meta["channel"] == "13"
        assert reading.started_at == "2023-07-24 18:50:00"
        assert reading.flags == ()

    def test_refuses_or_flags_it_cut_off(self, tmp_path):
        content = real_file(NAME).read_bytes()
        path = tmp_path / "a.res"
        for share in (0.3, 0.6, 0.9):
            path.write_bytes(content[: int(len(content) * share)])

            try:
                readings = read_res(path)
            except Unreadable:
                continue
            assert len(readings[0]) < 2150
            assert "W_TRUNCATED" in [flag.code for flag in readings[0].flags]
