"""ODS workbooks: their values, what their markup tells, and what would do harm."""

import datetime

import pytest

from tests.intake.manifest_files import opened, refusal_of, rows_in
from tests.intake.open_documents import cell, content_of, row, sheet, write_ods

ROWS = [["Pack serial", "Make", "SOH"], ["LF-0001", "Renault", 0.82], ["LF-0002", "", 0.9]]


class TestOpenOds:
    def test_reads_values_of_every_kind(self, tmp_path):
        moment = datetime.datetime(2018, 3, 4, 12, 30)
        time = '<table:table-cell office:value-type="time" office:time-value="PT10H05M00S"/>'
        error = cell("#N/A").replace('value-type="string"', 'value-type="string" calcext:value-type="error"')
        rows = [["Pack serial"], ["Zoé 品牌", 1.5, True], [datetime.date(2018, 3, 4), moment], [time, error]]

        found = rows_in(write_ods(tmp_path / "a.ods", rows))

        assert found[2] == ["Zoé 品牌", 1.5, "TRUE"]
        assert found[3] == ["2018-03-04", "2018-03-04 12:30:00"]
        assert found[4] == ["10:05:00", "#N/A"]

    def test_reads_a_text_without_what_hangs_on_it(self, tmp_path):
        inner = (
            "<office:annotation><text:p>a comment</text:p></office:annotation>"
            '<text:p>A<text:s text:c="2"/><text:span>B</text:span><text:tab/>C</text:p><text:p>D</text:p>'
            "<draw:frame><text:p>a picture</text:p></draw:frame>"
        )
        text = f'<table:table-cell office:value-type="string">{inner}</table:table-cell>'

        assert rows_in(write_ods(tmp_path / "a.ods", [[text]]))[1] == ["A  B\tC\nD"]

    def test_counts_repeated_rows_and_cells(self, tmp_path):
        rows = [
            ["Pack serial", cell("x", 'table:number-columns-repeated="3"'), "Make"],
            row([cell("", 'table:number-columns-repeated="1024"')], 'table:number-rows-repeated="5"'),
            row(["A"], 'table:number-rows-repeated="2"'),
            row([cell("", 'table:number-columns-repeated="1024"')], 'table:number-rows-repeated="1048000"'),
        ]

        found = rows_in(write_ods(tmp_path / "a.ods", rows))

        assert found[1] == ["Pack serial", "x", "x", "x", "Make"]
        assert {number for number, cells in found.items() if cells} == {1, 7, 8}
        assert max(found) == 8

    @pytest.mark.parametrize(
        "bomb",
        [
            row(["x"], 'table:number-rows-repeated="1048576"'),
            row(["x"], 'table:number-rows-repeated="99999999999999"'),
            row([cell("x", 'table:number-columns-repeated="16384"')]),
            row([cell("x", 'table:number-columns-repeated="120"')], 'table:number-rows-repeated="190000"'),
            row([cell("", 'table:number-columns-repeated="1048576"'), "x"]),
            row(["x"], 'table:number-rows-repeated="150000"') * 2,
        ],
    )
    def test_refuses_what_repeats_beyond_the_limits(self, tmp_path, bomb):
        assert refusal_of(write_ods(tmp_path / "a.ods", [*ROWS, bomb])) == "too_many_cells"

    def test_knows_percentages_formulas_and_what_is_hidden(self, tmp_path):
        formula = '<table:table-cell table:formula="of:=1+1"/>'
        columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
        rows = [
            *[["Pack serial", "Make", "SOH"], ["A", "B", "82%"]],
            row(["C", "D", "90%"], 'table:visibility="filter"'),
            "<table:table-row-group table:display='false'>"
            + row(["E", "", formula])
            + "</table:table-row-group>",
        ]

        table = opened(write_ods(tmp_path / "a.ods", sheets=[sheet(rows, columns=columns)]))

        assert (table.hidden_rows, table.hidden_columns) == ({3, 4}, {1})
        assert set(table.percent_cells) == {(2, 2), (3, 2)}
        assert set(table.formulas) == {(4, 2)}
        assert [list(cells) for _, cells in table.rows()][1:] == [
            ["A", "B", 0.82],
            ["C", "D", 0.9],
            ["E", "", ""],
        ]

    def test_takes_text_of_no_length_for_the_result_of_a_formula(self, tmp_path):
        blank = '<table:table-cell table:formula="of:=A9" office:value-type="string" office:string-value=""/>'
        rows = [["Pack serial", "Make", "SOH"], ["A", "B", "82%"], row([blank, blank, blank])]

        table = opened(write_ods(tmp_path / "a.ods", sheets=[sheet(rows)]))

        filled = [number for number, cells in table.rows() if any(cells)]
        assert (set(table.formulas), filled) == (set(), [1, 2])

    def test_fills_merged_cells_within_their_range_only(self, tmp_path):
        spanned = cell("Renault", 'table:number-rows-spanned="2" table:number-columns-spanned="2"')
        covered = "<table:covered-table-cell/>"
        rows = [["Pack serial", "Make", "Model"], ["A", spanned, covered], ["B", covered, covered], ["C"]]

        found = rows_in(write_ods(tmp_path / "a.ods", rows))

        assert list(found.values())[1:] == [["A", "Renault", "Renault"], ["B", "Renault", "Renault"], ["C"]]

    def test_ends_a_merged_range_with_the_table(self, tmp_path):
        spanned = cell("x", 'table:number-rows-spanned="1000000"')
        below = row(["<table:covered-table-cell/>"], 'table:number-rows-repeated="1000000"')

        assert len(rows_in(write_ods(tmp_path / "a.ods", [["Make"], [spanned], below]))) == 2

    def test_reads_a_hidden_sheet_only_when_told_to(self, tmp_path):
        sheets = [sheet([["Notes"]], name="Cover"), sheet(ROWS, name="Packs", is_hidden=True)]
        path = write_ods(tmp_path / "a.ods", sheets=sheets)

        assert [(one["name"], one["visible"]) for one in opened(path).sheets] == [
            ("Cover", True),
            ("Packs", False),
        ]
        assert rows_in(path)[1] == ["Notes"]
        assert rows_in(path, sheet="Packs")[1] == ROWS[0]

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"mimetype": "application/vnd.oasis.opendocument.text"}, "unknown_type"),
            ({"members": {"META-INF/manifest.xml": "<manifest:encryption-data/>"}}, "broken_workbook"),
            ({"members": {"Basic/Standard/Module1.xml": "<x/>"}}, "macros"),
            ({"members": {"Scripts/python/x.py": "x"}}, "macros"),
            ({"content": content_of([], prolog='<!DOCTYPE x [<!ENTITY a "b">]>')}, "broken_workbook"),
            ({"content": content_of([sheet(ROWS)])[:900]}, "broken_workbook"),
            ({"content": b"\0\1\2"}, "broken_workbook"),
            ({"members": {"Pictures/x.bin": bytes(20_000_000)}}, "zip_bomb"),
            ({"sheets": [sheet(ROWS, is_hidden=True)]}, "hidden_only"),
        ],
    )
    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_refuses_with_a_sentence(self, tmp_path, options, code):
        assert refusal_of(write_ods(tmp_path / "a.ods", ROWS, **options)) == code

    def test_refuses_a_workbook_with_a_password(self, tmp_path):
        manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
        path = write_ods(tmp_path / "a.ods", ROWS, manifest=manifest)

        assert refusal_of(path) == "password_protected"
