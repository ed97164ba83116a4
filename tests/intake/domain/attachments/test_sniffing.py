"""What a file is, told by its content."""

import io
import zipfile

import pytest

from intake.domain.attachments.sniffing import (
    CSV,
    JPEG,
    JSON,
    PDF,
    PNG,
    TEXT,
    WEBP,
    XLSX,
    ZIP,
    Refused,
    media_type_of,
)
from tests.intake.pictures import picture


def zip_of(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(
                zipfile.ZipInfo(name), "x"
            )  # with a fixed time: each test worker names tests alike
    return out.getvalue()


OFFICE = "[Content_Types].xml"


@pytest.fixture
def sniff(tmp_path):
    def sniffed(content: bytes) -> str:
        path = tmp_path / "file"
        path.write_bytes(content)
        return media_type_of(path)

    return sniffed


class TestMediaTypeOf:
    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (b"%PDF-1.7\n...", PDF),
            (b"\xef\xbb\xbf\n%PDF-1.4\n\x00\x01", PDF),
            (picture(), JPEG),
            (picture("PNG"), PNG),
            (picture("WEBP"), WEBP),
            (zip_of("a.txt"), ZIP),
            (zip_of(OFFICE, "xl/workbook.xml"), XLSX),
            (b"time;soc\n1;80\n2;79\n", CSV),
            (b"time\tsoc\n1\t80\n", CSV),
            ("Zeit;Spannung (V)\n1;3,6 °C\n".encode("cp1252"), CSV),
            ("a,b\n1,2\n".encode("utf-16"), CSV),
            (b'{"cells": [3.6, 3.7]}', JSON),
            (b"[1, 2]", JSON),
            (b"[12:00:01] started, all well\n[12:00:02] stopped\n", TEXT),
            (b"one line", TEXT),
            (b"BMS log of pack 1\nall well\n", TEXT),  # begins like a bitmap
            (b"MZ is a town\nand a text\n", TEXT),  # begins like a program
            (b"\x1b[32mOK\x1b[0m cell 1\n", TEXT),
            ("Zelle 1: 3,6 V – gut\nZelle 2: –\n".encode(), TEXT),
        ],
    )
    def test_tells_what_it_is(self, sniff, content, media_type):
        assert sniff(content) == media_type

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "empty"),
            (b" \r\n\t", "empty"),
            (b"MZ\x90\x00\x03", "program"),
            (b"\x7fELF\x02\x01\x01\x00", "program"),
            (b"\xcf\xfa\xed\xfe\x00", "program"),
            (b"#!/bin/sh\nrm -rf /\n", "script"),
            (b"<!DOCTYPE html><p>", "HTML"),
            (b"  <HTML><script>alert(1)</script>", "HTML"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "HTML"),
            (b"<?xml version='1.0'?><a/>", "XML"),
            (b"a,b\n1,<script src=x></script>\n", "HTML"),
            ("<html>".encode("utf-16"), "HTML"),
            (zip_of(OFFICE, "xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
            (zip_of(OFFICE, "word/document.xml", "word/VBAPROJECT.BIN"), "macros"),
            (zip_of(OFFICE, "word/document.xml"), "Save it as PDF"),
            (zip_of("a")[:-10], "damaged"),
            (b"PK\x03\x04 nothing", "damaged"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old or encrypted"),
            (b"\x1f\x8b\x08\x00", "Send a zip"),
            (b"Rar!\x1a\x07\x00", "Send a zip"),
            (b"7z\xbc\xaf\x27\x1c\x00", "Send a zip"),
            (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC"),
            (b"GIF89a\x01\x00\x01\x00", "JPEG or PNG"),
            (b"BM\x00\x00\x00\x00", "JPEG or PNG"),
            (b"\x00\x01\x02\x03", "We do not know"),
        ],
    )
    def test_refuses_with_a_sentence(self, sniff, content, why):
        with pytest.raises(Refused, match=why):
            sniff(content)

    def test_does_not_cut_a_character_at_the_edge_of_its_look(self, sniff):
        assert sniff(b"a" + "€".encode() * 30_000) == TEXT
