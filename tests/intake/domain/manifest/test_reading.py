"""Files that are no table, or that would harm the server."""

import codecs

import pytest

from intake.domain.manifest import reading
from tests.intake.manifest_files import HEADING, refusal_of, rows_of, understood, write_csv


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
            ("a.xlsm", b"Pack serial,Make", "macros"),
            ("a.xlsb", b"PK\x03\x04", "binary_workbook"),
            ("a.numbers", b"PK\x03\x04", "unknown_type"),
            ("a.xls", b"  <html><table>", "unknown_type"),
            ("a.xls", b"\xef\xbb\xbf<?xml version='1.0'?>", "unknown_type"),
            ("a.xls", b"Pack serial\tMake", "wrong_extension"),
            ("a.ods", b"Pack serial,Make", "wrong_extension"),
            ("a.ods", b"PK\x03\x04 broken", "broken_workbook"),
            ("a.csv", b"BM\x00\x01", "unknown_type"),
            ("a.csv", b"MZ\x90\x00", "unknown_type"),
            ("a.csv", b"{\\rtf1 ...", "unknown_type"),
            ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken_workbook"),
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
