"""XLSX workbooks as programs write them."""

import datetime
import zipfile

import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from intake.domain.manifest.problems import Unreadable
from tests.intake.manifest_files import (
    GOOD,
    SHEET,
    SHEET_XML,
    opened,
    refusal_of,
    rewrite_zip,
    rows_in,
    rows_of,
    understood,
    workbook_with_sheet,
    write_xlsx,
)


def with_row(path, number, cells):
    """Add a row of XML cells at the end of a workbook's sheet."""
    with zipfile.ZipFile(path) as zipped:
        xml = zipped.read(SHEET).decode()
    row = f'<row r="{number}">{cells}</row></sheetData>'
    rewrite_zip(path, {SHEET: xml.replace("</sheetData>", row).encode()})


class TestOpenXlsx:
    def test_chooses_the_sheet_with_the_best_heading(self, tmp_path):
        def cover(book, sheet):
            book.create_sheet("Cover", 0)["A1"] = "Serial numbers of our fleet"

        found = understood(write_xlsx(tmp_path / "a.xlsx", rows_of({}), change=cover))

        assert found.summary["sheet"] == "Sheet"
        assert [sheet["name"] for sheet in found.summary["sheets"]] == ["Cover", "Sheet"]

    def test_never_reads_a_hidden_sheet(self, tmp_path):
        def hide(book, sheet):
            sheet.sheet_state = "hidden"
            book.create_sheet("Cover")["A1"] = "see the other sheet"

        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}), change=hide)

        with pytest.raises(Unreadable) as caught:
            understood(path)
        assert caught.value.code == "no_header"

    def test_fills_merged_cells_within_their_range_only(self, tmp_path):
        rows = rows_of({"Make": "Renault"}, {"Make": None}, {"Make": None})
        path = write_xlsx(tmp_path / "a.xlsx", rows, change=lambda book, sheet: sheet.merge_cells("B2:B3"))

        found = understood(path)

        assert found.packs[3]["make"] == "Renault"
        assert (4, "required_blank") in found.rules()

    def test_reads_numbers_dates_and_truth_values(self, tmp_path):
        rows = rows_of(
            {
                "SOH": 0.82,
                "Production date": datetime.date(2018, 3, 4),
                "Accident": False,
                "Mileage": 0.1 + 0.2,
            }
        )

        pack = understood(write_xlsx(tmp_path / "a.xlsx", rows)).packs[2]

        assert pack["soh_declared_percent"] == "82"
        assert pack["production_date"] == "2018-03-04"
        assert pack["accident_flag"] is False
        assert pack["odometer_km"] == "0.3"

    def test_shows_the_row_numbers_of_a_table_that_starts_lower(self, tmp_path):
        rows = [[], [None, None], *([None, *row] for row in rows_of({}))]

        assert set(understood(write_xlsx(tmp_path / "a.xlsx", rows)).packs) == {4}

    def test_takes_a_row_of_formulas_without_results_for_a_pack(self, tmp_path):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}, {}))
        with_row(path, 4, "".join(f'<c r="{letter}4"><f>{letter}2</f><v></v></c>' for letter in "ABCDEF"))

        found = understood(path)

        unread = [each for each in found.problems if each["rule"] == "formula_without_result"]
        assert {each["column"] for each in unread} == {*GOOD}
        assert (set(found.packs), set(found.refused)) == ({2, 3}, {4})
        assert found.summary["skipped"] == {"heading": 1}

    def test_takes_a_file_of_such_rows_for_a_list(self, tmp_path):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of())
        with_row(path, 2, '<c r="A2"><f>B2</f><v></v></c>')

        assert set(understood(path).refused) == {2}

    @pytest.mark.parametrize("blank", ["<v></v>", "<v/>", ""])
    @pytest.mark.parametrize("start", ['<c r="{}4" t="str">', "<c r='{}4' t='str'>"])
    def test_takes_a_row_of_formulas_that_came_to_nothing_for_blank(self, tmp_path, start, blank):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}, {}))
        cells = (f'{start.format(letter)}<f>IF(Z4="","",Z4)</f>{blank}</c>' for letter in "ABCDEF")
        with_row(path, 4, "".join(cells))

        found = understood(path)

        assert (found.rules(), set(found.packs), set(opened(path).formulas)) == ([], {2, 3}, set())

    @pytest.mark.parametrize(
        ("stored", "rule"), [("<v>82</v>", "formula_result"), ("", "formula_without_result")]
    )
    def test_reports_a_formula_in_a_measured_column(self, tmp_path, stored, rule):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({"SOH": 82}))
        with zipfile.ZipFile(path) as zipped:
            xml = zipped.read(SHEET).decode()
        before, _, after = xml.partition('<c r="G2" t="n"><v>82</v></c>')
        rewrite_zip(path, {SHEET: f'{before}<c r="G2"><f>1+1</f>{stored}</c>{after}'.encode()})

        assert understood(path).rules() == [(2, rule)]

    def test_reads_a_hidden_sheet_when_told_to(self, tmp_path):
        def hide(book, sheet):
            sheet.sheet_state = "hidden"
            book.create_sheet("Cover")["A1"] = "see the other sheet"

        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}), change=hide)

        assert [sheet["score"] > 2 for sheet in opened(path).sheets] == [True, False]
        assert rows_in(path, sheet="Sheet")[1][0] == "Pack serial"
        assert refusal_of(path, sheet="Packs") == "no_such_sheet"

    def test_names_hidden_rows_and_columns_that_hold_something(self, tmp_path):
        def hide(book, sheet):
            sheet.row_dimensions[3].hidden = True
            sheet.row_dimensions[9].hidden = True
            sheet.column_dimensions["B"].hidden = True
            sheet.column_dimensions["X"].hidden = True

        table = opened(write_xlsx(tmp_path / "a.xlsx", rows_of({}, {}, {}), change=hide))

        assert (table.hidden_rows, table.hidden_columns) == ({3}, {1})

    def test_names_rows_hidden_by_a_filter(self, tmp_path):
        path = tmp_path / "a.xlsx"
        book = xlsxwriter.Workbook(str(path))
        sheet = book.add_worksheet()
        for number, row in enumerate([["Pack serial"], ["A"], ["B"], ["C"]]):
            sheet.write_row(number, 0, row)
        sheet.autofilter("A1:A4")
        sheet.filter_column("A", "x == B")
        sheet.set_row(1, options={"hidden": True})
        sheet.set_row(3, options={"hidden": True})
        book.close()

        assert opened(path).hidden_rows == {2, 4}

    def test_knows_percentages_by_their_format(self, tmp_path):
        def format_cells(book, sheet):
            for row in (2, 3):
                sheet.cell(row, 7).number_format = "0.0%"
            sheet.cell(2, 8).number_format = "0%"
            sheet.cell(2, 9).number_format = '0" % of new"'

        rows = rows_of({"SOH": 0.82, "SOC": 0.5, "Share": 5}, {"SOH": 0.9, "SOC": 50, "Share": 5})
        table = opened(write_xlsx(tmp_path / "a.xlsx", rows, change=format_cells))

        assert set(table.percent_cells) == {(2, 6), (3, 6), (2, 7)}
        assert (2, 6) in table.percent_cells
        assert [row[6] for _, row in table.rows()] == ["SOH", 0.82, 0.9]

    @pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
    def test_counts_days_from_1900_or_1904(self, tmp_path, epoch):
        moment = datetime.datetime(2018, 3, 4, 12, 30)
        rows = [["Date", "Time"], [datetime.date(2018, 3, 4), moment], [datetime.time(10, 5), None]]

        def change(book, sheet):
            book.epoch = epoch
            for place, value in (("A2", rows[1][0]), ("B2", moment), ("A3", rows[2][0])):
                sheet[place] = value

        found = rows_in(write_xlsx(tmp_path / "a.xlsx", [["Date", "Time"]], change=change))

        assert found[2] == ["2018-03-04", "2018-03-04 12:30:00"]
        assert found[3][0] == "10:05:00"

    def test_shows_errors_as_the_program_does(self, tmp_path):
        cells = (
            '<c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="e"><f>X9</f><v>#REF!</v></c><c r="C1"><v>1</v></c>'
        )
        path = workbook_with_sheet(tmp_path / "a.xlsx", f'<sheetData><row r="1">{cells}</row></sheetData>')

        assert rows_in(path)[1] == ["#N/A", "#REF!", 1.0]

    def test_reads_every_way_to_write_a_text(self, tmp_path):
        rich = "<r><t>A</t></r><r><rPr><b/></rPr><t>B</t></r>"
        cells = f'<c r="A1" t="inlineStr"><is>{rich}<rPh sb="0" eb="1"><t>ka</t></rPh></is></c>'
        cells += '<c r="B1" t="str"><f>1</f><v>C &amp; D</v></c><c r="C1" t="b"><v>1</v></c>'
        path = workbook_with_sheet(tmp_path / "a.xlsx", f'<sheetData><row r="1">{cells}</row></sheetData>')

        assert rows_in(path)[1] == ["AB", "C & D", "TRUE"]

    def test_leaves_text_as_text_and_numbers_as_they_lost_their_digits(self, tmp_path):
        def format_as_text(book, sheet):
            sheet["A2"].number_format = "@"

        rows = [["Pack serial"], ["00123"], [1.23457e15]]

        found = rows_in(write_xlsx(tmp_path / "a.xlsx", rows, change=format_as_text))

        assert (found[2], found[3]) == (["00123"], [1.23457e15])

    def test_says_the_same_of_a_sheet_written_in_another_way(self, tmp_path):
        plain = (
            '<cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
            '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><v>1</v></c></row>'
            '<row r="2" hidden="1"><c r="A2" s="1"><v>0.5</v></c><c r="B2"><f>1+1</f></c></row></sheetData>'
        )
        odd = (
            plain.replace('<c r="A2" s="1">', "<c s='1'  r='A2' >").replace(' r="1"', "").replace("B1", "B1")
        )
        odd = odd.replace('<c r="A1" t="e">', '<c t="e">')
        tables = []
        for name, xml in (("a.xlsx", plain), ("b.xlsx", odd)):
            path = write_xlsx(
                tmp_path / name, [[0.5]], change=lambda _, sheet: setattr(sheet["A1"], "number_format", "0%")
            )
            tables.append(opened(rewrite_zip(path, {SHEET: SHEET_XML.format(xml).encode()})))

        for table in tables:
            assert [list(row) for _, row in table.rows()] == [["#N/A", 1.0], [0.5, ""]]
            assert (table.hidden_rows, table.hidden_columns) == ({2}, {1})
            assert (set(table.formulas), set(table.percent_cells)) == ({(2, 1)}, {(2, 0)})

    def test_finds_every_formula(self, tmp_path):
        path = tmp_path / "a.xlsx"
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        sheet = book.add_worksheet()
        for row in range(15_000):
            sheet.write_formula(row, 1, "=1+1", value="")
        book.close()

        table = opened(path)

        assert len(table.formulas) == 15_000
        assert sum(1 for _ in table.rows()) == 15_000

    def test_follows_no_external_link(self, tmp_path):
        cells = '<c r="A1"><f>[1]Sheet1!A1</f><v>5</v></c>'
        path = workbook_with_sheet(tmp_path / "a.xlsx", f'<sheetData><row r="1">{cells}</row></sheetData>')
        rewrite_zip(path, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})

        assert rows_in(path)[1] == [5.0]
