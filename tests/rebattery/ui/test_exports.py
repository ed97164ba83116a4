"""Exports: no cell is ever a formula, numbers stay numbers, nothing is lost."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from rebattery.ui import exports
from rebattery.ui.exports import csv_response, export_cell, xlsx_response

DANGEROUS = "=+-@\t\r\n＝＋－＠"
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\ufeff=1",
    "\u200b=1",
    "\xa0=1",
    "＝1",
    "\n=1",
]
# PostgreSQL stores neither NUL nor lone surrogates, so no cell can hold them.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
nasty = st.lists(st.sampled_from([*"=+-@;,|\t\r\n\"' ＝", "a", "1", "\ufeff"]), max_size=12).map("".join)


def csv_text(*rows) -> str:
    response = csv_response(name="list", headings=["One", "Two"], rows=rows)
    return b"".join(response.streaming_content).decode("utf-8-sig")


def cells_of(text: str, delimiter: str = ",") -> list[str]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [cell for line in list(lines)[1:] for cell in line]


def sheet_of(*rows):
    response = xlsx_response(name="list", headings=["One", "Two"], rows=rows)
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def is_dangerous(cell: str) -> bool:
    visible = cell.lstrip(" \xa0\ufeff\u200b")
    return visible.startswith(tuple(DANGEROUS))


@pytest.mark.rule(25)
class TestCsv:
    @settings(deadline=None)
    @given(text=texts | nasty)
    @example(text='a;=cmd|"/c calc"!A0')
    @example(text='a\n=1;"=2')
    def test_no_cell_starts_a_formula_whatever_separator_is_expected(self, text):
        written = csv_text([text, "end"])

        for delimiter in ",;\t|":
            # A cell that a wrong separator leaves whole starts with our quotation mark.
            assert not [cell for cell in cells_of(written, delimiter) if is_dangerous(cell)]

    @given(text=texts)
    def test_the_text_is_the_stored_one_but_for_the_guard(self, text):
        [cell, _] = cells_of(csv_text([text, "end"]))

        assert cell.replace("'", "") == text.replace("'", "")

    @pytest.mark.rule(17)
    @given(text=st.text(st.characters(categories=["L", "N", "Zs"])))
    def test_plain_words_come_back_as_they_were(self, text):
        assert cells_of(csv_text([text, "end"]))[0] == text

    @pytest.mark.rule(17)
    @given(number=st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers())
    def test_numbers_come_back_as_they_were(self, number):
        assert Decimal(cells_of(csv_text([number, 1]))[0]) == number

    def test_is_written_line_by_line(self):
        def rows():
            yield ["one", 1]
            raise AssertionError("the second row was read before the first was sent")

        lines = iter(csv_response(name="x", headings=["One", "Two"], rows=rows()).streaming_content)

        assert next(lines).decode("utf-8-sig") == '"One","Two"\r\n'
        assert next(lines) == b'"one","1"\r\n'


@pytest.mark.rule(25)
class TestXlsx:
    @settings(deadline=None, max_examples=60)
    @given(values=st.lists(texts | nasty, min_size=1, max_size=20))
    @example(values=HOSTILE)
    @example(values=["_x0041_", "http://example.com", "1e5", "00123", "\x0b", "a\r\nb"])
    def test_no_cell_is_a_formula_and_the_text_is_the_stored_one(self, values):
        sheet = sheet_of(*[[value, "end"] for value in values]).active

        rows = list(sheet.iter_rows(min_row=2))
        assert len(rows) == len(values)
        for (cell, end), value in zip(rows, values, strict=True):
            assert cell.data_type != "f"
            assert not cell.hyperlink
            assert not is_dangerous(unescape(cell.value or ""))
            read = unescape(cell.value or "").removeprefix("'").replace("\r\n", "\n")
            assert read in (value.replace("\r\n", "\n"), value.replace("\r\n", "\n").removeprefix("'"))
            assert end.value == "end"

    @pytest.mark.parametrize("number", [0, -5, 42, Decimal("-74.25"), Decimal("0.001")])
    def test_numbers_stay_numbers(self, number):
        cell = sheet_of([number, "x"]).active["A2"]

        assert cell.data_type == "n"
        assert Decimal(str(cell.value)) == number

    def test_goes_on_on_a_second_sheet(self, monkeypatch):
        monkeypatch.setattr(exports, "XLSX_ROW_LIMIT", 3)

        book = sheet_of(*[[number, "x"] for number in range(7)])

        assert book.sheetnames == ["list", "list 2", "list 3"]
        values = [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)]
        assert values == list(range(7))
        assert all(sheet["A1"].value == "One" for sheet in book)

    def test_says_that_a_text_was_longer_than_a_cell(self):
        cell = sheet_of(["x" * 40_000, "end"]).active["A2"]

        assert len(cell.value) == 32_767
        assert cell.value.endswith("x…")


class TestExportCell:
    @pytest.mark.rule(25)
    @pytest.mark.parametrize("text", HOSTILE)
    def test_guards_what_a_program_would_run(self, text):
        assert export_cell(text) == f"'{text}"

    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, ""),
            (True, "yes"),
            (False, "no"),
            (Decimal("74.50"), Decimal("74.50")),
            (date(2026, 11, 22), "2026-11-22"),
            (datetime(2026, 11, 22, 14, 5, tzinfo=UTC), "2026-11-22 14:05:00 UTC"),
            (datetime(2026, 11, 22, 14, 5, tzinfo=timezone(timedelta(hours=2))), "2026-11-22 12:05:00 UTC"),
            ("2026-11-22", "2026-11-22"),
            ("RB-104", "RB-104"),
        ],
    )
    def test_writes_each_kind_in_one_way(self, value, cell):
        assert export_cell(value) == cell
