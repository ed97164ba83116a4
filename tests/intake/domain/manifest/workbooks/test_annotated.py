import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.domain.manifest.workbooks.annotated import Key, Sheet, changes_of, is_formula, unwritten, written
from intake.domain.manifest.workbooks.annotated_reading import NotOurs, read_workbook
from intake.domain.manifest.workbooks.annotated_workbook import Line, write_workbook

KEY = Key(12, datetime(2026, 11, 22, 7, 5, 41, 123456, tzinfo=UTC))
HEADINGS = {0: "Serial", 1: "SOH (%)", 3: "Notes"}
ERROR = {"column": "SOH (%)", "field": "soh_declared_percent", "rule": "out_of_range", "severity": "error",
         "value": "182", "message": "Above 105.", "fix": "Correct it."}  # fmt: skip
FORMULAS = ["=1+1", "+SUM(A1)", "-1+1", "@x", "\t=1", "＝1", "=cmd|' /C calc'!A0", "\u200b=1"]


def text_of(number: float) -> str:
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


def workbook(path, rows, *, headings=HEADINGS, problems=(), notes=()):
    lines = [Line(number, texts, problems if number == 2 else ()) for number, texts in rows.items()]
    with path.open("wb") as file:
        write_workbook(file, key=KEY, headings=headings, lines=lines, of_the_file=(), notes=notes)
    return path


def changes(path, rows, *, headings=HEADINGS, current=None):
    sheet = read_workbook(path)
    return changes_of(sheet, headings=headings, exported=rows, current=current or rows, text_of=text_of)


def edit(path, change):
    book = openpyxl.load_workbook(path)
    change(book["Packs"])
    book.save(path)
    return path


ROWS = {2: {0: "0012", 1: "182", 3: "ok"}, 3: {0: "RB-3", 1: "80,5"}, 7: {0: "RB-7", 3: "=1+1"}}


class TestKey:
    @pytest.mark.parametrize("at", [KEY.at, datetime(2020, 1, 1, tzinfo=UTC)])
    def test_comes_back_from_its_heading(self, at):
        assert Key.from_heading(Key(7, at).heading()) == Key(7, at)

    @pytest.mark.parametrize(
        "text",
        ["", "Row", "Row in file", "Row in file (12)", "Row in file (x-1)", f"Row in file (1-{10**18 - 1})"],
    )
    def test_is_not_in_other_headings(self, text):
        assert Key.from_heading(text) is None


class TestWritten:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_is_never_a_formula(self, text):
        assert is_formula(text) and not is_formula(written(text))
        assert unwritten(written(text)) == text

    @pytest.mark.parametrize("text", ["", "-5", "-", "--", "+49", "-1.234,5", "RB-1", "007", "'=1", "a=b"])
    def test_leaves_the_rest_alone(self, text):
        assert written(text) == text

    def test_replaces_what_a_workbook_cannot_hold(self):
        assert written("a\x00b\ud800\r\nc\rd") == "a\ufffdb\ufffd\nc\nd"
        assert len(written("x" * 40_000)) == 32_767


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [*FORMULAS, "'=1", "007", "1e5", "1.23E+15", "_x0041_", "_x005F_x0041_", " a ", "TRUE", "44259"]
    ),
    st.integers(-(10**15), 10**15).map(str),
    st.decimals(-(10**6), 10**6, places=3).map(str),
    st.dates().map(str),
    st.from_regex(r"0{1,5}[0-9]{1,12}", fullmatch=True),
)
TABLE = st.dictionaries(
    st.integers(2, 200_000), st.dictionaries(st.sampled_from([*HEADINGS]), CELLS), min_size=1, max_size=6
)


class TestRoundTrip:
    @pytest.mark.rule(17)
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=TABLE)
    def test_changes_nothing(self, tmp_path, rows):
        assert changes(workbook(tmp_path / "draft.xlsx", rows), rows).cells == {}

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=TABLE)
    def test_changes_nothing_when_another_program_saves_it(self, tmp_path, rows):
        path = workbook(tmp_path / "draft.xlsx", rows)
        try:
            edit(path, lambda sheet: None)
        except Exception:  # noqa: BLE001 (that program refuses some characters itself)
            return

        # It writes control characters and line ends its own way; everything else must come back.
        plain = {
            row: {index: text for index, text in texts.items() if text.isprintable() and "_x" not in text}
            for row, texts in rows.items()
        }
        found = changes(path, rows).cells
        assert [(row, index) for row, edits in found.items() for index in edits if index in plain[row]] == []

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=TABLE, text=st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20))
    def test_finds_the_one_cell_that_was_changed(self, tmp_path, rows, text):
        path, row = workbook(tmp_path / "draft.xlsx", rows), next(iter(rows))
        if written(rows[row].get(1, "")) == written(text):
            return
        sheet = read_workbook(path)
        lines = [(n, number, [cells[0], written(text) if number == str(row) else cells[1], cells[2]])
                 for n, number, cells in sheet.lines]  # fmt: skip

        found = changes_of(
            Sheet(sheet.key, sheet.headings, lines),
            headings=HEADINGS, exported=rows, current=rows, text_of=text_of,
        )  # fmt: skip

        assert found.cells == {row: {1: unwritten(written(text))}}


class TestChangesOf:
    def test_takes_edits_of_any_kind(self, tmp_path):
        def change(sheet):
            sheet["C2"] = 82
            sheet["B3"] = "RB-3X"
            sheet["C3"] = None
            sheet["D4"] = "'=2+2"

        found = changes(edit(workbook(tmp_path / "d.xlsx", ROWS), change), ROWS)

        assert found.cells == {2: {1: "82"}, 3: {0: "RB-3X", 1: ""}, 7: {3: "=2+2"}}
        assert found.cell_count == 4

    def test_takes_a_number_for_the_text_it_stands_for(self, tmp_path):
        path = edit(workbook(tmp_path / "d.xlsx", ROWS), lambda sheet: sheet.__setitem__("B2", 12))

        assert changes(path, ROWS).cells == {}

    def test_finds_rows_and_columns_by_their_names(self, tmp_path):
        def change(sheet):
            sheet.move_range("A2:D2", rows=10)
            sheet.delete_cols(2)
            sheet.insert_cols(1)
            sheet["C12"] = "81"

        found = changes(edit(workbook(tmp_path / "d.xlsx", ROWS), change), ROWS)

        assert found.cells == {2: {1: "81"}}
        assert found.missing_columns == ["Serial"] and found.missing_rows == []

    def test_names_what_it_does_not_know_and_touches_nothing(self, tmp_path):
        def change(sheet):
            sheet["E1"] = "My column"
            sheet["A5"], sheet["B5"] = 99, "RB-99"
            sheet["B6"] = "RB-100"
            sheet["A7"], sheet["B7"] = "x", "RB-101"

        found = changes(edit(workbook(tmp_path / "d.xlsx", ROWS), change), ROWS)

        assert found.cells == {}
        assert found.unknown_columns == ["My column"]
        assert found.unknown_lines == ["row 99", "line 6 without a row number", "row x"]

    def test_names_deleted_rows(self, tmp_path):
        path = edit(workbook(tmp_path / "d.xlsx", ROWS), lambda sheet: sheet.delete_rows(3))

        assert changes(path, ROWS).missing_rows == [3]

    def test_leaves_a_row_alone_that_stands_there_twice(self, tmp_path):
        def change(sheet):
            sheet["C2"] = "82"
            for place, value in enumerate((2, "0012", "83"), 1):
                sheet.cell(5, place, value)

        found = changes(edit(workbook(tmp_path / "d.xlsx", ROWS), change), ROWS)

        assert (found.cells, found.repeated_rows) == ({}, [2])

    def test_names_a_cell_that_was_changed_in_both_places(self, tmp_path):
        path = edit(workbook(tmp_path / "d.xlsx", ROWS), lambda sheet: sheet.__setitem__("C2", "82"))
        here = ROWS | {2: ROWS[2] | {1: "83"}}

        found = changes(path, ROWS, current=here)

        assert found.cells == {} and found.conflicts == [(2, "SOH (%)", "82", "83")]

    def test_keeps_what_was_changed_here_meanwhile(self, tmp_path):
        here = ROWS | {2: ROWS[2] | {1: "83", 0: "0013"}}
        path = edit(workbook(tmp_path / "d.xlsx", ROWS), lambda sheet: sheet.__setitem__("C2", "83"))

        found = changes(path, ROWS, current=here)

        assert (found.cells, found.conflicts) == ({}, [])


class TestWriteWorkbook:
    def test_marks_and_explains_the_cells_with_problems(self, tmp_path):
        warned = ERROR | {"column": "Serial", "severity": "warning", "message": "Looks short.", "fix": ""}
        of_row = ERROR | {"column": None, "rule": "repeated", "message": "=evil()"}
        path = workbook(tmp_path / "d.xlsx", ROWS, problems=[warned, ERROR, of_row], notes=["One note."])

        book = openpyxl.load_workbook(path)
        sheet, listed = book["Packs"], book["Problems"]

        assert sheet["C2"].comment.text == "Error: Above 105. Correct it."
        assert [sheet[at].fill.start_color.rgb for at in ("A2", "B2", "C2")] == [
            "FFF6C9C5",
            "FFFFF3D6",
            "FFF6C9C5",
        ]
        assert sheet["D2"].comment is None
        assert [cell.value for cell in listed[4]] == [
            2, "SOH (%)", "182", "out_of_range", "error", "Above 105.", "Correct it."
        ]  # fmt: skip
        assert listed["F5"].value == "'=evil()" and listed["E6"].value == "warning"
        assert listed["A1"].value == "One note."

    @pytest.mark.rule(25)
    def test_holds_no_formula(self, tmp_path):
        rows = {number: {0: text, 3: text} for number, text in enumerate(FORMULAS, 2)}
        book = openpyxl.load_workbook(workbook(tmp_path / "d.xlsx", rows))

        cells = [cell for row in book["Packs"].iter_rows() for cell in row]

        assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
        assert [cell.value for cell in cells if isinstance(cell.value, str) and is_formula(cell.value)] == []

    def test_keeps_what_is_typed_as_text(self, tmp_path):
        sheet = openpyxl.load_workbook(workbook(tmp_path / "d.xlsx", ROWS))["Packs"]

        assert sheet["B2"].number_format == "@" and sheet["B2"].value == "0012"
        assert sheet.freeze_panes == "B2"


class TestReadWorkbook:
    @pytest.mark.parametrize("content", [b"", b"PK", b"not a workbook"])
    def test_refuses_what_is_none(self, tmp_path, content):
        path = tmp_path / "d.xlsx"
        path.write_bytes(content)

        with pytest.raises(NotOurs, match="damaged"):
            read_workbook(path)

    def test_refuses_a_workbook_without_our_column(self, tmp_path):
        book = io.BytesIO()
        openpyxl.Workbook().save(book)
        path = tmp_path / "d.xlsx"
        path.write_bytes(book.getvalue())

        with pytest.raises(NotOurs, match="Row in file"):
            read_workbook(path)

    def test_finds_the_sheet_whatever_it_is_called(self, tmp_path):
        def change(sheet):
            sheet.title = "Mine"
            sheet.insert_rows(1)

        assert read_workbook(edit(workbook(tmp_path / "d.xlsx", ROWS), change)).key == KEY
