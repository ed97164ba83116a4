import io
import zipfile

import pytest
import xlsxwriter

from grading.domain.results_file.sandbox import ResultsUnreadable, read_file
from tests.grading.domain.cyclers.real_files import real_file
from tests.grading.results_files import CAPACITY, text_of

ROW = CAPACITY | {"Pack serial": "RB-0001"}


def read(tmp_path, content: bytes, name: str = "results.csv", **more):
    path = tmp_path / "file"
    path.write_bytes(content)
    return read_file(path, file_name=name, **more)


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        percent = book.add_format({"num_format": "0.0%"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for index, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        sheet.write_number(number, index, cell[0], percent)
                    else:
                        sheet.write(number, index, cell)
    return target.getvalue()


def refusal(tmp_path, content: bytes, name: str) -> str:
    with pytest.raises(ResultsUnreadable) as refused:
        read(tmp_path, content, name)
    assert refused.value.message
    return refused.value.code


class TestReadFile:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_reads_text_in_any_usual_form(self, tmp_path, encoding, delimiter):
        row = {name.replace("°C", "C"): cell for name, cell in ROW.items()} | {"C-rate (C)": "0,33"}
        content = text_of(row, delimiter=delimiter).decode().encode(encoding)

        contents = read(tmp_path, content)

        number, _, values, problems = contents.sheets[0].rows[0]
        assert (number, values["c_rate"], problems) == (2, "0.33", [])

    def test_reads_chinese_headings_in_their_own_encoding(self, tmp_path):
        content = "序列号,实测容量,额定容量,方法\nRB-0001,57.5,115,放电\n".encode("gb18030")

        values = read(tmp_path, content).sheets[0].rows[0][2]

        wanted = {"serial": "RB-0001", "measured_capacity_ah": "57.5", "reference_value": "115"}
        assert values == wanted | {"method": "cc_discharge"}

    def test_reads_every_sheet_of_a_kind_and_names_the_others(self, tmp_path):
        content = workbook(
            ("Kapazität", [list(ROW), list(ROW.values())]),
            ("Reported SOH", [["Pack serial", "Reported SOH"], ["RB-0001", (0.815,)]]),
            ("Wishes", [["a", "b"], ["1", "2"]]),
        )

        contents = read(tmp_path, content, "results.xlsx")

        assert [sheet.told["kind"] for sheet in contents.sheets] == ["capacity", "reported"]
        assert contents.sheets[1].rows[0][2]["value_percent"] == "81.5"
        assert contents.summary["unread_sheets"] == ["Wishes"]

    def test_takes_units_from_a_row_of_their_own(self, tmp_path):
        content = b"Serial,Measured charge,Basis,Qn\n,mAh,,\nRB-0001,57500,ah,115\n"

        assert read(tmp_path, content).sheets[0].rows[0][2]["measured_capacity_ah"] == "57.5"

    def test_passes_over_rows_that_are_filled_in_beforehand_only(self, tmp_path):
        head = ["Pack serial", "Supplier", "Internal resistance (mΩ)", "Note"]
        rows = [head, ["RB-0001", "ACME", "", " "], ["RB-0002", "ACME", 72, ""], ["RB-0003", "", "", "x"]]

        sheet = read(tmp_path, workbook(("Resistance", rows)), "a.xlsx").sheets[0]

        assert ([row[0] for row in sheet.rows], sheet.told["passed_over"]) == ([3, 4], 1)

    def test_says_that_every_row_is_filled_in_beforehand_only(self, tmp_path):
        content = b"Pack serial,Supplier,Q\nRB-0001,ACME,\nRB-0002,,\n"

        with pytest.raises(ResultsUnreadable, match="nothing but a serial"):
            read(tmp_path, content)

    def test_refuses_a_formula_without_its_result(self, tmp_path):
        content = workbook(("Capacity", [["Serial", "Q", "Qn"], ["RB-0001", "=1+1", 115]]))
        plain = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(plain, "w") as new:
            for item in old.infolist():
                new.writestr(item, old.read(item).replace(b"<v>0</v>", b""))

        problems = read(tmp_path, plain.getvalue(), "a.xlsx").sheets[0].rows[0][3]

        wanted = ("measured_capacity_ah", "formula", "formula without a result")
        assert wanted in [(one[1], one[2], one[4]) for one in problems]

    @pytest.mark.parametrize(
        ("reference", "basis", "found"),
        [
            ("Catalog kWh", "", ("pack_type", "kwh")),
            ("catalog kWh", "kwh", ("pack_type", "kwh")),
            ("Katalog", "Energie", ("pack_type", "kwh")),
            ("nameplate:ah", "", ("nameplate", "ah")),
            ("Catalog kWh", "ah", ("pack_type", "ah")),
        ],
    )
    def test_takes_a_reference_as_the_grid_words_it(self, tmp_path, reference, basis, found):
        row = ROW | {"Reference": reference, "Basis": basis}

        _, _, values, problems = read(tmp_path, text_of(row)).sheets[0].rows[0]

        assert (values["reference_source"], values["basis"]) == found
        contradicts = reference == "Catalog kWh" and basis == "ah"
        assert [one[1:3] for one in problems] == [["basis", "basis_disagrees"]] * contradicts

    @pytest.mark.parametrize(
        ("soh", "is_refused"),
        [
            ("74.0", False),
            ("74.1", False),
            ("74.11", True),
            ("73.9", False),
            ("73.89", True),
            ("0.74", False),
        ],
    )
    def test_refuses_a_typed_soh_beyond_rounding(self, tmp_path, soh, is_refused):
        row = ROW | {"Reference": "label", "Value on the label (Ah or kWh)": "115", "SOH": soh}

        problems = read(tmp_path, text_of(row)).sheets[0].rows[0][3]

        assert [one[2] for one in problems] == ["soh_disagrees"] * is_refused

    @pytest.mark.parametrize(
        ("content", "name", "code"),
        [
            (b"", "a.csv", "empty"),
            (b"Serial,Q,Qn\n", "a.csv", "empty"),
            (b"%PDF-1.7", "a.csv", "unknown_type"),
            (b"a,b\n1,2\n", "a.csv", "no_header"),
            (b"PK\x03\x04broken", "a.xlsx", None),
            (b"Serial,Q,Qn\nRB-0001,1,2\n", "a.xlsx", "wrong_extension"),
            (b"Serial,Q,Qn\nRB-0001,1,2\n", "a.xlsm", None),
            (b'Serial,Q,Qn\n"RB-0001,1,2\n', "a.csv", "broken_quotes"),
        ],
    )
    def test_refuses_what_is_no_table(self, tmp_path, content, name, code):
        found = refusal(tmp_path, content, name)

        assert code is None or found == code

    def test_refuses_a_bomb(self, tmp_path):
        bomb = io.BytesIO()
        whole = io.BytesIO(workbook(("Capacity", [list(ROW)])))
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                new.writestr(item.filename, old.read(item))
            new.writestr("xl/worksheets/sheet9.xml", b" " * (600 << 20))

        assert refusal(tmp_path, bomb.getvalue(), "bomb.xlsx")

    def test_counts_the_rows_of_all_sheets(self, tmp_path):
        with pytest.raises(ResultsUnreadable) as refused:
            read(tmp_path, text_of(ROW, ROW, ROW), row_limit=2)

        assert refused.value.code == "too_many_rows"


class TestTablesOfTheField:
    @pytest.mark.parametrize(
        ("name", "rows"),
        [
            ("LFP_20Ah_W_5000", 1487),
            ("LMO_10Ah_W_5000", 950),
            ("NMC_2.1Ah_W_5000", 670),
            ("data_Pouch31", 140),
        ],
    )
    def test_agree_with_charge_over_nominal_charge(self, name, rows):
        path = real_file(f"pulsebat_tables/{name}.xlsx")

        sheet = read_file(path, file_name=path.name).sheets[0]

        assert (len(sheet.rows), sheet.told["kind"]) == (rows, "capacity")
        assert all(
            {"measured_capacity_ah", "reference_value", "soh_check"} <= set(row[2]) for row in sheet.rows
        )
        assert not [one for row in sheet.rows for one in row[3] if one[2] == "soh_disagrees"]
