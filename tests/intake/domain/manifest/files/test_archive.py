"""Workbooks that would harm the server: archives, addresses, entities."""

import struct
import zipfile

import pytest
from openpyxl.formatting.rule import Rule

from intake.domain.manifest.files import archive
from intake.domain.manifest.problems import Unreadable
from tests.intake.manifest_files import (
    SHEET,
    SHEET_XML,
    refusal_of,
    rewrite_zip,
    rows_in,
    rows_of,
    workbook_with_sheet,
    write_xlsx,
)
from tests.intake.open_documents import write_ods


class TestHostileWorkbook:
    def test_refuses_a_cell_in_the_far_corner(self, tmp_path):
        rows = '<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>'
        xml = f"<sheetData>{rows}</sheetData>"

        assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "too_many_cells"

    @pytest.mark.parametrize("reference", ["A1:XFD1048576", "A1:A1048576", "A1:DQ10", "A1:A200001"])
    def test_refuses_a_dimension_beyond_the_limits(self, tmp_path, reference):
        xml = f'<dimension ref="{reference}"/><sheetData/>'

        assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "too_many_cells"

    @pytest.mark.parametrize(
        "attribute", ['r = "XFD9"', "r='XFD9'", 's="1" r="xfd9"', 'r="DQ1"', 'r="A200001"']
    )
    def test_finds_the_reference_however_it_is_written(self, tmp_path, attribute):
        xml = f"<sheetData><row><c {attribute}><v>1</v></c></row></sheetData>"

        assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "too_many_cells"

    def test_finds_a_reference_that_a_chunk_cuts(self, tmp_path):
        padding = "<!--" + "x" * (archive._CHUNK - 120) + "-->"
        for shift in range(60):
            xml = padding + " " * shift + '<sheetData><row><c r="XFD9"><v>1</v></c></row></sheetData>'

            assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "too_many_cells"

    def test_accepts_the_last_cell_within_the_limits(self, tmp_path):
        path = write_xlsx(
            tmp_path / "a.xlsx", rows_of({}), change=lambda book, sheet: sheet.cell(500, 120, "note")
        )

        assert rows_in(path)

    def test_does_not_mind_a_validation_of_whole_columns(self, tmp_path):
        def validate(book, sheet):
            sheet.conditional_formatting.add("A1:XFD1048576", Rule(type="expression"))

        assert rows_in(write_xlsx(tmp_path / "a.xlsx", rows_of({}), change=validate))

    def test_refuses_an_address_hidden_in_an_entity(self, tmp_path):
        xml = '<sheetData><row><c r="&#88;FD9"><v>1</v></c></row></sheetData>'

        assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "broken_workbook"

    @pytest.mark.parametrize(
        "prolog",
        [
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>',
        ],
    )
    def test_refuses_entities_of_any_kind(self, tmp_path, prolog):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}))
        rewrite_zip(path, {SHEET: (prolog + SHEET_XML.format("<sheetData/>")).encode()})

        assert refusal_of(path) == "broken_workbook"

    def test_refuses_a_sheet_in_an_encoding_that_hides_it(self, tmp_path):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}))
        rewrite_zip(path, {SHEET: SHEET_XML.format("<sheetData/>").encode("utf-16")})

        assert refusal_of(path) == "broken_workbook"

    def test_refuses_macros_under_an_innocent_name(self, tmp_path):
        path = rewrite_zip(write_xlsx(tmp_path / "a.xlsx", rows_of({})), {"xl/vbaProject.bin": b"x"})

        assert refusal_of(path) == "macros"

    def test_refuses_another_archive(self, tmp_path):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive_file:
            archive_file.writestr("hello.txt", "hello")

        assert refusal_of(path) == "unknown_type"

    def test_refuses_too_many_members(self, tmp_path):
        members = {f"xl/media/{number}.bin": b"" for number in range(archive.MAX_MEMBERS)}

        assert refusal_of(rewrite_zip(write_xlsx(tmp_path / "a.xlsx", rows_of({})), members)) == "zip_bomb"

    def test_refuses_what_unpacks_to_far_more(self, tmp_path):
        bomb = {"xl/media/bomb.bin": bytes(archive.RATIO_MATTERS_FROM_BYTES * 4)}

        assert refusal_of(rewrite_zip(write_xlsx(tmp_path / "a.xlsx", rows_of({})), bomb)) == "zip_bomb"

    def test_unpacks_nothing_of_what_says_that_it_is_far_more(self, tmp_path):
        bomb = {"xl/media/bomb.bin": bytes(archive.RATIO_MATTERS_FROM_BYTES * 4)}
        path = rewrite_zip(write_xlsx(tmp_path / "a.xlsx", rows_of({})), bomb)

        with archive.opened(path) as package, pytest.raises(Unreadable) as refusal:
            next(package.chunks("xl/media/bomb.bin"))

        assert refusal.value.code == "zip_bomb"

    def test_believes_the_bytes_and_not_the_header(self, tmp_path):
        path = rewrite_zip(write_xlsx(tmp_path / "a.xlsx", rows_of({})), {"xl/media/x.bin": bytes(3_000_000)})
        content = bytearray(path.read_bytes())
        size = struct.pack("<L", 3_000_000)
        while (at := content.find(size)) >= 0:
            content[at : at + 4] = struct.pack("<L", 100)
        path.write_bytes(content)

        assert refusal_of(path) == "broken_workbook"

    def test_refuses_a_workbook_cut_in_half(self, tmp_path):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}))
        path.write_bytes(path.read_bytes()[:3000])

        assert refusal_of(path) == "broken_workbook"

    def test_counts_cells_without_addresses(self, tmp_path):
        xml = "<sheetData><row>" + "<c><v>1</v></c>" * 121 + "</row></sheetData>"

        assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "too_many_cells"

    def test_counts_rows_without_numbers(self, tmp_path):
        xml = "<sheetData>" + "<row/>" * 200_001 + "</sheetData>"

        assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "too_many_cells"

    def test_looks_at_a_sheet_under_any_name(self, tmp_path):
        path = workbook_with_sheet(tmp_path / "a.xlsx", '<sheetData><row><c r="XFD9"/></row></sheetData>')
        with zipfile.ZipFile(path) as zipped:
            sheet, relations = zipped.read(SHEET), zipped.read("xl/_rels/workbook.xml.rels")
        moved = relations.replace(b"worksheets/sheet1.xml", b"Media/cat.jpg")
        rewrite_zip(path, {"xl/Media/cat.jpg": sheet, "xl/_rels/workbook.xml.rels": moved})

        assert refusal_of(path) == "too_many_cells"

    def test_does_not_mind_a_far_cell_on_a_hidden_sheet(self, tmp_path):
        def add(book, sheet):
            far = book.create_sheet("Far")
            far.cell(1, 500, "x")
            far.sheet_state = "hidden"

        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}), change=add)

        assert len(rows_in(path)) == 2
        assert refusal_of(path, sheet="Far") == "too_many_cells"

    def test_fills_no_merged_ranges_that_overlap_without_end(self, tmp_path):
        merged = "".join(f'<mergeCell ref="A{1 + n}:DP3000"/>' for n in range(200))
        rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 3000))
        xml = f"<sheetData>{rows}</sheetData><mergeCells>{merged}</mergeCells>"

        assert refusal_of(workbook_with_sheet(tmp_path / "a.xlsx", xml)) == "broken_workbook"

    def test_refuses_two_parts_of_one_name(self, tmp_path):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}))
        with pytest.warns(UserWarning), zipfile.ZipFile(path, "a") as zipped:
            zipped.writestr(SHEET, "<x/>")

        assert refusal_of(path) == "broken_workbook"


class TestKindOf:
    @pytest.mark.parametrize(
        ("member", "code"),
        [
            ("xl/workbook.bin", "binary_workbook"),
            ("word/document.xml", "unknown_type"),
            ("ppt/presentation.xml", "unknown_type"),
            ("xl/vbaProject.bin", "macros"),
            ("xl/macrosheets/sheet1.xml", "macros"),
        ],
    )
    def test_names_what_it_is(self, tmp_path, member, code):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr(member, "<x/>")

        assert refusal_of(path) == code

    def test_tells_xlsx_from_ods(self, tmp_path):
        path = write_xlsx(tmp_path / "a.xlsx", rows_of({}))

        assert refusal_of(path, "a.ods") == "wrong_extension"
        assert refusal_of(path, "a.xls") == "wrong_extension"
        assert refusal_of(write_ods(tmp_path / "a.ods", rows_of({})), "a.xlsx") == "wrong_extension"
