"""Texts that are damaged: what is no record is counted and named, what is no table is refused."""

import numpy as np
import pytest

from grading.domain.cyclers.table import Unreadable
from grading.domain.cyclers.text import read_text
from tests.grading.domain.cyclers import text_samples as samples
from tests.grading.domain.cyclers.test_text import codes, only
from tests.grading.domain.cyclers.text_samples import written


class TestUnparsedRows:
    def test_counts_and_names_a_damaged_cell(self, tmp_path):
        lines = samples.ARBIN.splitlines(keepends=True)
        lines[4] = lines[4].replace(",3.6,", ",3.x6,")

        reading = only(tmp_path, "".join(lines))

        assert (len(reading), reading.rows_in_file) == (8, 9)
        assert (reading.unparsed_count, reading.unparsed_rows) == (1, (5,))

    def test_counts_and_names_a_truncated_line(self, tmp_path):
        reading = only(tmp_path, samples.ARBIN[:-40])

        assert (len(reading), reading.unparsed_rows) == (8, (10,))

    def test_takes_no_number_with_a_foreign_decimal_sign(self, tmp_path):
        reading = only(tmp_path, samples.BIOLOGIC.replace("3,61\t", "3.61\t"))

        assert reading.unparsed_rows == (9,)

    def test_survives_a_stray_quotation_mark_and_a_stray_line_end(self, tmp_path):
        lines = samples.ARBIN.splitlines(keepends=True)
        lines[3] = '"' + lines[3]
        lines[5] = lines[5].replace(",", ",\r", 1)

        reading = only(tmp_path, "".join(lines))

        assert reading.rows_in_file == 9
        assert len(reading) + reading.unparsed_count == 9

    def test_takes_no_line_that_a_decimal_comma_splits_too_often(self, tmp_path):
        reading = only(tmp_path, samples.BDF.replace("3.61", "3,61"))

        assert reading.unparsed_rows == (6,)

    def test_keeps_a_blank_cell_as_no_number(self, tmp_path):
        reading = only(tmp_path, samples.BDF.replace("10,3.5,", "10,,"))

        assert len(reading) == 9
        assert np.isnan(reading.voltage_v[1])
        assert reading.unparsed_count == 0

    def test_tells_of_blank_rows(self, tmp_path):
        lines = samples.BDF.splitlines(keepends=True)

        reading = only(tmp_path, "".join([*lines[:4], ",,,,,\n", "\n", *lines[4:]]))

        assert (len(reading), reading.rows_in_file, codes(reading)) == (9, 9, ["W_NAN"])
        assert "row 5" in reading.flags[0].message

    def test_leaves_out_a_count_that_is_none(self, tmp_path):
        reading = only(tmp_path, samples.BDF.replace(",1,1,25.0", ",6.283,1,25.0"))

        assert reading.cycle is None
        assert codes(reading) == ["W_COLUMN"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "E_EMPTY"),
            (samples.ARBIN.splitlines()[0] + "\n", "E_EMPTY"),
            (samples.ARBIN.splitlines()[0] + "\n" + "no record of any kind\n" * 3, "E_PARSE"),
            ("time,temperature\n1,25\n2,25\n", "E_FORMAT"),
            (samples.ARBIN.replace("Current(A)", "Current(furlong)"), "E_FORMAT"),
            ("\x00\x01\x02" * 400, "E_FORMAT"),
        ],
    )
    def test_says_why(self, tmp_path, text, code):
        with pytest.raises(Unreadable) as refusal:
            read_text(written(tmp_path, text))

        assert refusal.value.code == code

    @pytest.mark.parametrize("heading", ["", samples.ARBIN])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_refuses_a_line_without_end_before_it_is_taken_apart(self, tmp_path, heading, encoding):
        content = heading + "1,2,3," * (9 << 20 >> (1 if encoding == "utf-16" else 0))

        with pytest.raises(Unreadable, match="longer than 4 MiB") as refusal:
            read_text(written(tmp_path, content, encoding=encoding))

        assert refusal.value.code == "E_FORMAT"
