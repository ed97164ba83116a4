"""Results in the workbooks of any spreadsheet program say the same."""

import io

import pytest
import xlsxwriter

from grading.domain.results_file.sandbox import ResultsUnreadable, read_file
from tests.grading.results_files import CAPACITY
from tests.intake import old_workbooks, open_documents

ROW = CAPACITY | {"Pack serial": "RB-0001"}
CAPACITIES = [list(ROW), list(ROW.values()), [*ROW.values()][:1] + ["CY-1", "", "25", *[*ROW.values()][4:]]]
REPORTS = [
    ["Pack serial", "Kind of report", "Reported SOH", "Read at (UTC)"],
    ["RB-0001", "bms", "81.5%", ""],
]
WISHES = [["a", "b"], ["1", "2"]]
SHEETS = (("Kapazität", CAPACITIES), ("Reported SOH", REPORTS), ("Wishes", WISHES))
NOON = 46346 + 13 / 24
"""2026-11-20 13:00 as a workbook stores it."""


def _xlsx() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        percent = book.add_format({"num_format": "0.0%"})
        for name, rows in SHEETS:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for index, cell in enumerate(row):
                    if cell.endswith("5%"):
                        sheet.write_number(number, index, float(cell[:-1]) / 100, percent)
                    else:
                        sheet.write(number, index, cell)
    return target.getvalue()


def _xls() -> bytes:
    sheets = []
    for name, rows in SHEETS:
        values = [[float(cell[:-1]) / 100 if cell.endswith("5%") else cell for cell in row] for row in rows]
        styles = {
            (number, index): old_workbooks.PERCENT
            for number, row in enumerate(values)
            for index, cell in enumerate(row)
            if isinstance(cell, float)
        }
        sheets.append((name, old_workbooks.sheet_of(values, styles=styles), 0))
    return old_workbooks.compound_of({"Workbook": old_workbooks.workbook_of(sheets)})


def _ods(tmp_path) -> bytes:
    sheets = [open_documents.sheet(rows, name=name) for name, rows in SHEETS]
    return open_documents.write_ods(tmp_path / "made.ods", sheets=sheets).read_bytes()


def read(tmp_path, content: bytes, name: str):
    path = tmp_path / "file"
    path.write_bytes(content)
    return read_file(path, file_name=name)


@pytest.fixture
def contents(tmp_path):
    return {"xlsx": _xlsx(), "xls": _xls(), "ods": _ods(tmp_path)}


class TestReadFile:
    @pytest.mark.parametrize("kind", ["xls", "ods"])
    def test_reads_every_workbook_as_it_reads_an_xlsx(self, tmp_path, contents, kind):
        known = read(tmp_path, contents["xlsx"], "a.xlsx")

        found = read(tmp_path, contents[kind], f"a.{kind}")

        assert [sheet.told for sheet in found.sheets] == [sheet.told for sheet in known.sheets]
        assert [sheet.rows for sheet in found.sheets] == [sheet.rows for sheet in known.sheets]
        assert found.summary == known.summary
        assert [sheet.told["kind"] for sheet in found.sheets] == ["capacity", "reported"]
        assert found.sheets[1].rows[0][2]["value_percent"] == "81.5"
        assert found.summary["unread_sheets"] == ["Wishes"]

    def test_reads_the_numbers_and_moments_of_an_old_workbook(self, tmp_path):
        cells = [*ROW.values()]
        cells[2], cells[6] = NOON, 85.1
        sheet = old_workbooks.sheet_of([list(ROW), cells], styles={(1, 2): old_workbooks.DATE})
        content = old_workbooks.compound_of({"Workbook": old_workbooks.workbook_of([("Capacity", sheet, 0)])})

        _, _, values, problems = read(tmp_path, content, "a.xls").sheets[0].rows[0]

        assert (values["measured_at"][:16], values["measured_capacity_ah"]) == ("2026-11-20T13:00", "85.1")
        assert problems == []

    def test_says_of_a_hidden_row_in_any_workbook_that_it_was_read(self, tmp_path):
        rows = [list(ROW), list(ROW.values())]
        stream = old_workbooks.sheet_of(rows, extra=old_workbooks.hidden_row(1))
        old = old_workbooks.compound_of({"Workbook": old_workbooks.workbook_of([("Capacity", stream, 0)])})
        hidden = open_documents.row(rows[1], 'table:visibility="collapse"')
        sheet = open_documents.sheet([rows[0], hidden], name="Capacity")
        new = open_documents.write_ods(tmp_path / "made.ods", sheets=[sheet]).read_bytes()

        for content, name in ((old, "a.xls"), (new, "a.ods")):
            found = read(tmp_path, content, name).sheets[0]

            assert (found.told["hidden"], len(found.rows)) == (1, 1)

    @pytest.mark.parametrize(
        ("made", "name", "code"),
        [
            ("xls", "a.xlsx", "wrong_extension"),
            ("ods", "a.xls", "wrong_extension"),
            ("xls", "a.ods", "wrong_extension"),
            ("xlsx", "a.ods", "wrong_extension"),
        ],
    )
    def test_refuses_a_workbook_under_another_name(self, tmp_path, contents, made, name, code):
        with pytest.raises(ResultsUnreadable) as refused:
            read(tmp_path, contents[made], name)

        assert refused.value.code == code

    def test_refuses_an_old_workbook_with_macros(self, tmp_path):
        stream = old_workbooks.workbook_of([("Capacity", old_workbooks.sheet_of([list(ROW)]), 0)])
        content = old_workbooks.compound_of({"Workbook": stream, "_VBA_PROJECT_CUR": b"x"})

        with pytest.raises(ResultsUnreadable) as refused:
            read(tmp_path, content, "a.xls")

        assert "macro" in refused.value.message
