"""Files that are no table, or that would harm the server."""

import codecs
import datetime
import struct
import zipfile

import pytest
from openpyxl.formatting.rule import Rule

from intake.domain.manifest import reading
from intake.domain.manifest.files import archive
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import open_table
from tests.intake.manifest_files import HEADING, rewrite_zip, rows_of, understood, write_csv, write_xlsx

SHEET = "xl/worksheets/sheet1.xml"
SHEET_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'


def refusal_of(path, file_name=None):
    with pytest.raises(Unreadable) as caught:
        table = open_table(path, file_name=file_name or path.name)
        list(table.rows())
    assert caught.value.message.endswith(".")
    return caught.value.code


def workbook_with_sheet(path, xml):
    return rewrite_zip(write_xlsx(path, rows_of({})), {SHEET: SHEET_XML.format(xml).encode()})


class TestOpenTable:
    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.csv", b"", "empty"),
            ("a.pdf", b"%PDF-1.7 ...", "unknown_type"),
            ("a.csv", b"%PDF-1.7 ...", "unknown_type"),
            ("a.csv", b"\x89PNG\r\n\x1a\n", "unknown_type"),
            ("a.csv", b"<html><table>", "unknown_type"),
            ("a.doc", b"Pack serial,Make", "unknown_type"),
            ("a.xlsm", b"PK\x03\x04", "macros"),
            ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken_workbook"),
            (
                "a.xlsx",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
                "password_protected",
            ),
            ("a.xlsx", b"Pack serial,Make", "wrong_extension"),
            ("a.csv", b"PK\x03\x04 and more", "wrong_extension"),
            ("a.csv", bytes(range(256)), "not_text"),
            ("a.csv", b"Pack serial\0,Make", "not_text"),
            ("a.csv", "Pack serial,Zoé,Zo".encode() + b"\xc3\x28", "broken_text"),
            ("a.csv", b"Pack serial,Make\nA\x81\x8d,B", "unknown_encoding"),
            ("a.xlsx", b"PK\x03\x04 broken", "broken_workbook"),
            ("a.csv", b'Pack serial,Make\n"LF-1,Nissan\nLF-2,Nissan', "broken_quotes"),
            ("a.csv", b"Pack serial,Make\n" + b"x" * 40_000, "broken_quotes"),
            ("a.csv", b"Pack serial,Make\n" + b"x," * 130, "too_many_columns"),
        ],
    )
    def test_refuses_with_a_sentence(self, tmp_path, name, content, code):
        path = tmp_path / name
        path.write_bytes(content)

        assert refusal_of(path) == code

    def test_refuses_more_rows_than_the_limit(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_bytes(b"Pack serial,Make\n" + b"x,y\n" * reading.MAX_ROWS)

        assert refusal_of(path) == "too_many_rows"

    def test_refuses_a_file_over_100_mb_unread(self, tmp_path):
        path = tmp_path / "a.csv"
        with path.open("wb") as file:
            file.truncate(reading.MAX_FILE_BYTES + 1)

        assert refusal_of(path) == "too_large"

    @pytest.mark.rule(24)
    @pytest.mark.parametrize(
        ("encoding", "delimiter"),
        [
            ("utf-8", ","),
            ("utf-8-sig", ";"),
            ("utf-16", "\t"),
            ("gb18030", ","),
            ("cp1252", ";"),
            ("utf-8", "|"),
        ],
    )
    def test_reads_every_encoding_and_delimiter(self, tmp_path, encoding, delimiter):
        name = {"gb18030": "品牌", "cp1252": "Zoé, Süd"}.get(encoding, "Zoé 品牌")
        path = write_csv(tmp_path / "a.csv", rows_of({"Model": name}), encoding=encoding, delimiter=delimiter)

        found = understood(path)

        assert found.packs[2]["model"] == name
        assert found.summary["delimiter"] == delimiter
        assert codecs.lookup(found.summary["encoding"]) == codecs.lookup(encoding)

    def test_counts_rows_as_a_spreadsheet_does(self, tmp_path):
        path = tmp_path / "a.csv"
        heading, cells = ",".join(HEADING), "Nissan,Leaf,no,none,product"
        path.write_text(
            f'{heading}\r\n\r\n"LF-0001","Nis\r\nsan",Leaf,no,none,product\r\nLF-0002,{cells}\r\n', newline=""
        )

        assert set(understood(path).packs) == {3, 4}


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

        assert understood(path).packs

    def test_does_not_mind_a_validation_of_whole_columns(self, tmp_path):
        def validate(book, sheet):
            sheet.conditional_formatting.add("A1:XFD1048576", Rule(type="expression"))

        assert understood(write_xlsx(tmp_path / "a.xlsx", rows_of({}), change=validate)).packs

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


class TestWorkbook:
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
