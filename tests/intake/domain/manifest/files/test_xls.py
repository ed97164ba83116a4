"""XLS workbooks: their values, what their records tell, and what would do harm."""

import datetime
import struct

import pytest

from intake.domain.manifest.files.compound import CompoundFile, wrap
from tests.intake.manifest_files import opened, refusal_of, rows_in
from tests.intake.old_workbooks import (
    PERCENT,
    cell,
    compound_of,
    hidden_column,
    hidden_row,
    merged,
    record,
    sheet_of,
    workbook_of,
    write_xls,
)

ROWS = [["Pack serial", "Make", "SOH"], ["LF-0001", "Renault", 0.82], ["LF-0002", "", 0.9]]


def stream_of(*sheets, **options):
    return compound_of({"Workbook": workbook_of(list(sheets), **options)})


class TestOpenXls:
    def test_reads_values_of_every_kind(self, tmp_path):
        rows = [
            ["Pack serial", "品牌"],
            ["LF", "Zoé"],
            [1.5, True],
            [datetime.date(2018, 3, 4), "#N/A"],
            [("=", 5.0), ("=", "x")],
        ]

        found = rows_in(write_xls(tmp_path / "a.xls", rows))

        assert list(found.values())[1:] == [["LF", "Zoé"], [1.5, "TRUE"], ["2018-03-04", "#N/A"], [5.0, "x"]]
        assert opened(tmp_path / "a.xls").kind == "xls"

    def test_counts_days_from_1904_when_it_says_so(self, tmp_path):
        path = write_xls(tmp_path / "a.xls", [["Date"], [datetime.date(2018, 3, 4)]], is_1904=True)

        assert rows_in(path)[2] == ["2022-03-05"]

    def test_knows_percentages_formulas_and_what_is_hidden(self, tmp_path):
        rows = [*ROWS, ["LF-3", "x", ("=", 0.5)], ["LF-4", "x", 0.5]]
        styles = {(1, 2): PERCENT, (2, 2): PERCENT, (4, 2): PERCENT}
        path = write_xls(tmp_path / "a.xls", rows, styles=styles, extra=hidden_row(3) + hidden_column(1))

        table = opened(path)

        assert (table.hidden_rows, table.hidden_columns) == ({4}, {1})
        assert set(table.percent_cells) == {(2, 2), (3, 2), (5, 2)}
        assert set(table.formulas) == {(4, 2)}

    def test_takes_text_of_no_length_for_the_result_of_a_formula(self, tmp_path):
        rows = [*ROWS, [("=", ""), ("=", ""), ("=", "x")]]

        table = opened(write_xls(tmp_path / "a.xls", rows))

        assert (set(table.formulas), rows_in(tmp_path / "a.xls")[4]) == ({(4, 2)}, ["", "", "x"])

    def test_fills_merged_cells_within_their_range_only(self, tmp_path):
        path = write_xls(tmp_path / "a.xls", [*ROWS, ["LF-0003", "", 0.7]], extra=merged(1, 1, 2, 1))

        assert [row[1] for row in rows_in(path).values()] == ["Make", "Renault", "Renault", ""]

    def test_reads_a_hidden_sheet_only_when_told_to(self, tmp_path):
        path = tmp_path / "a.xls"
        path.write_bytes(stream_of(("Cover", sheet_of([["Notes"]]), 0), ("Packs", sheet_of(ROWS), 2)))

        assert [(one["name"], one["visible"]) for one in opened(path).sheets] == [
            ("Cover", True),
            ("Packs", False),
        ]
        assert rows_in(path)[1] == ["Notes"]
        assert rows_in(path, sheet="Packs")[1] == ROWS[0]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (compound_of({"Workbook": workbook_of([], extra=record(0x2F, bytes(54)))}), "password_protected"),
            (compound_of({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "password_protected"),
            (
                compound_of({"Workbook": workbook_of([("S", sheet_of(ROWS), 0)]), "_VBA_PROJECT_CUR": b""}),
                "macros",
            ),
            (compound_of({"WordDocument": b"x"}), "unknown_type"),
            (compound_of({"Anything": b"x"}), "unknown_type"),
            (compound_of({"Workbook": b""}), "broken_workbook"),
            (stream_of(("S", sheet_of([["x"] * 121]), 0)), "too_many_cells"),
            (stream_of(("S", sheet_of(ROWS), 0))[:3000], "broken_workbook"),
            # Claims: texts by the billion, a sheet of all cells, a chain of sectors that is a circle.
            (
                stream_of(("S", sheet_of(ROWS), 0), extra=record(0xFC, struct.pack("<II", 9, 2**31 - 1))),
                "broken_workbook",
            ),
        ],
    )
    def test_refuses_with_a_sentence(self, tmp_path, content, code):
        path = tmp_path / "a.xls"
        path.write_bytes(content)

        assert refusal_of(path) == code

    def test_does_not_believe_the_size_that_a_sheet_claims(self, tmp_path):
        claim = record(0x200, struct.pack("<IIHHH", 0, 2**32 - 1, 0, 65535, 0))

        assert len(rows_in(write_xls(tmp_path / "a.xls", ROWS, extra=claim))) == 3

    def test_lays_out_no_sheet_that_reaches_the_far_corner(self, tmp_path):
        corner = cell(65_535, 255, "x")

        assert refusal_of(write_xls(tmp_path / "a.xls", ROWS, extra=corner)) == "too_many_cells"

    def test_does_not_mind_a_wide_hidden_sheet(self, tmp_path):
        path = tmp_path / "a.xls"
        path.write_bytes(stream_of(("Packs", sheet_of(ROWS), 0), ("Wide", sheet_of([["x"] * 200]), 1)))

        assert rows_in(path)[1] == ROWS[0]

    def test_follows_no_circle_of_sectors(self, tmp_path):
        content = bytearray(write_xls(tmp_path / "a.xls", ROWS).read_bytes())
        for sector in range(128):
            content[512 + 4 * sector : 516 + 4 * sector] = struct.pack("<I", 2)
        path = tmp_path / "a.xls"
        path.write_bytes(content)

        assert len(rows_in(path)) == 3  # all of them lie in the first sector

    def test_refuses_an_old_workbook_under_another_name(self, tmp_path):
        path = write_xls(tmp_path / "a.xls", ROWS)

        assert refusal_of(path, "a.xlsx") == "wrong_extension"
        assert refusal_of(path, "a.csv") == "wrong_extension"


class TestWrap:
    @pytest.mark.parametrize("size", [10, 4096, 4_300_000])
    def test_is_read_back(self, size):
        content = bytes(range(256)) * (size // 256 + 1)

        read = CompoundFile(wrap("Workbook", content[:size])).stream("Workbook")

        assert read[:size] == content[:size]
        assert not read[size:].strip(b"\0")
