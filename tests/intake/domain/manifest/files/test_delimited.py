"""CSV as the programs of the world write it."""

import pytest

from tests.intake.manifest_files import HEADING, opened, refusal_of, rows_in

CELLS = ["LF-0001", "Nissan", "Leaf, 40", "no", "none", "product"]


def file_of(tmp_path, text, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


class TestOpenDelimited:
    @pytest.mark.rule(24)
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", ":"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("quote", ["{}", '"{}"'])
    def test_reads_every_delimiter_line_end_and_quoting(self, tmp_path, delimiter, end, quote):
        cells = [*CELLS[:2], "Leaf", *CELLS[3:]]
        lines = [delimiter.join(quote.format(cell) for cell in row) for row in (HEADING, cells)]

        path = file_of(tmp_path, end.join(lines) + end)

        assert rows_in(path) == {1: HEADING, 2: cells}
        assert opened(path).delimiter == delimiter

    def test_reads_mixed_line_ends(self, tmp_path):
        path = file_of(tmp_path, "Pack serial,Make\rA,B\nC,D\r\nE,F")

        assert list(rows_in(path).values()) == [["Pack serial", "Make"], ["A", "B"], ["C", "D"], ["E", "F"]]

    @pytest.mark.parametrize("first", ["sep=;\r\n", "SEP=;\n", '"sep=;"\r\n', "\ufeffsep=;\r\n"])
    def test_does_not_count_the_line_that_names_the_delimiter(self, tmp_path, first):
        path = file_of(tmp_path, first + "Pack serial;Make\r\nA,1;B\r\n")

        assert rows_in(path) == {1: ["Pack serial", "Make"], 2: ["A,1", "B"]}

    def test_believes_a_chosen_delimiter(self, tmp_path):
        path = file_of(tmp_path, "Pack serial,Make;x\nA,B;y\n")

        assert rows_in(path, delimiter=";")[1] == ["Pack serial,Make", "x"]
        assert refusal_of(path, delimiter="ab") == "unknown_delimiter"

    @pytest.mark.parametrize(
        ("text", "cells"),
        [
            ('"LF ""old""",B', ['LF "old"', "B"]),
            ('"A,1",B', ["A,1", "B"]),
            ('"A\r\n1",B', ["A\r\n1", "B"]),
            ('A 12" rim,B', ['A 12" rim', "B"]),
            ("'00123,B", ["00123", "B"]),
            ("A,'=1+1", ["A", "=1+1"]),
            ("O'Brien,B's", ["O'Brien", "B's"]),
            ("'A',B", ["'A'", "B"]),
            ("'s-Hertogenbosch,'1", ["'s-Hertogenbosch", "1"]),
        ],
    )
    def test_reads_quotes(self, tmp_path, text, cells):
        path = file_of(tmp_path, f"Pack serial,Make\r\n{text}\r\n")

        assert rows_in(path)[2] == cells

    def test_reads_single_quotes_when_the_heading_has_them(self, tmp_path):
        path = file_of(tmp_path, "'Pack serial';'Make'\n'A;1';'O''Brien'\n")

        assert rows_in(path) == {1: ["Pack serial", "Make"], 2: ["A;1", "O'Brien"]}

    def test_unwraps_lines_that_are_quoted_whole(self, tmp_path):
        path = file_of(tmp_path, '"Pack serial,Make"\n"A,""B, C"""\n"D,E"\n')

        assert list(rows_in(path).values()) == [["Pack serial", "Make"], ["A", "B, C"], ["D", "E"]]

    def test_is_not_misled_by_times(self, tmp_path):
        path = file_of(tmp_path, "Pack serial;Make;Tested at\nA;B;12:30:15\n")

        assert opened(path).delimiter == ";"

    def test_takes_letters_for_letters(self, tmp_path):
        path = file_of(tmp_path, "BMW pack serial,Make\nMZ-1,BMW\n")

        assert rows_in(path)[2] == ["MZ-1", "BMW"]

    def test_says_where_a_quote_is_open(self, tmp_path):
        path = file_of(tmp_path, 'Pack serial,Make\nA,B\n"C,D\nE,F\n')

        assert refusal_of(path) == "broken_quotes"
