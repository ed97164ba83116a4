"""Files of every kind, damaged at random: they are read or refused, nothing else happens."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.sandbox import FileRefused, understand
from tests.intake.manifest_files import CATALOGUE, TODAY, opened, rows_of, write_csv, write_xlsx
from tests.intake.old_workbooks import PERCENT, hidden_row, merged, write_xls
from tests.intake.open_documents import cell, sheet, write_ods

ROWS = rows_of({"SOH": 0.82, "Notes": "Zoé 品牌"}, {"Mileage": "61.200", "Notes": "x"}, {})
FLIPS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12)
# What damages a part of an archive: pieces of XML and numbers that mean something to a reader.
PIECES = st.sampled_from(
    [b"<", b">", b'"', b"&#88;", b"999999999", b'r="XFD1"', b"<row>", b"<c/>", b' t="s"', b' t="e"', b"\0"]
    + [b"<v>", b"</c>", b'table:number-rows-repeated="65000"', b"<!--", b"]]>", b"nan", b"-1", b"1e999", b""]
)
SPLICES = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1), PIECES), min_size=1, max_size=6)
# One example may write and read several files on a machine that does other things as well.
quietly = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _merge(_, written):
    written.merge_cells("B2:B3")
    written["G2"].number_format = "0%"
    written.row_dimensions[3].hidden = True
    written["H3"] = "=1+1"


def written(kind, path):
    """Write a small file of a kind, with something of all that its reader looks for."""
    if kind == "csv":
        return write_csv(path, ROWS)
    if kind == "utf-16.csv":
        return write_csv(path, ROWS, encoding="utf-16", delimiter="\t")
    if kind == "gb.csv":
        return write_csv(path, ROWS, encoding="gb18030", delimiter=";")
    if kind == "xlsx":
        return write_xlsx(path, ROWS, change=_merge)
    if kind == "xls":
        return write_xls(path, ROWS, styles={(1, 6): PERCENT}, extra=hidden_row(2) + merged(1, 1, 2, 1))
    spanned = cell("Nissan", 'table:number-rows-spanned="2" table:formula="of:=1"')
    return write_ods(
        path, sheets=[sheet([*ROWS, ["A", spanned, "50%"], ["B"]]), sheet(ROWS, name="2", is_hidden=True)]
    )


def read_or_refused(path):
    """Read a file to its end; return whether it was refused."""
    try:
        table = opened(path)
        numbers = [number for number, row in table.rows() if all(type(cell) in (str, float) for cell in row)]
    except Unreadable as refusal:
        assert refusal.message.endswith(".")
        return True
    assert numbers == list(range(1, len(numbers) + 1))
    assert table.hidden_rows <= set(numbers)
    return False


@pytest.mark.parametrize("kind", ["csv", "utf-16.csv", "gb.csv", "xlsx", "xls", "ods"])
class TestOpenTable:
    def test_reads_the_file_undamaged(self, tmp_path, kind):
        assert not read_or_refused(written(kind, tmp_path / f"a.{kind}"))

    @quietly
    @given(flips=FLIPS, cut=st.one_of(st.just(1.0), st.floats(0, 1)))
    @example(flips=[], cut=0.5)
    def test_survives_bytes_that_changed(self, tmp_path, kind, flips, cut):
        path = written(kind, tmp_path / f"a.{kind}")
        content = bytearray(path.read_bytes())
        for place, byte in flips:
            content[int(place * (len(content) - 1))] = byte
        path.write_bytes(content[: max(1, int(len(content) * cut))])

        read_or_refused(path)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
class TestOpenArchive:
    @quietly
    @given(splices=SPLICES)
    def test_survives_parts_that_changed(self, tmp_path, kind, splices):
        path = written(kind, tmp_path / f"a.{kind}")
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        for number, place, piece in splices:
            name = sorted(parts)[number % len(parts)]
            at = int(place * len(parts[name]))
            parts[name] = parts[name][:at] + piece + parts[name][at + len(piece) // 2 :]
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        path.write_bytes(content.getvalue())

        read_or_refused(path)

    @quietly
    @given(number=st.integers(0, 40))
    def test_survives_a_part_that_is_missing(self, tmp_path, kind, number):
        path = written(kind, tmp_path / f"a.{kind}")
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        del parts[sorted(parts)[number % len(parts)]]
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)

        read_or_refused(path)


class TestUnderstand:
    @pytest.mark.parametrize("kind", ["csv", "xlsx", "xls", "ods"])
    @pytest.mark.parametrize("cut", [1.0, 0.9, 0.4])
    def test_survives_them_in_the_reading_process(self, tmp_path, kind, cut):
        path = written(kind, tmp_path / f"a.{kind}")
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * cut)])

        try:
            lines = list(understand(path, file_name=path.name, catalogue=CATALOGUE, today=TODAY))
        except FileRefused as refusal:
            assert cut < 1
            assert refusal.code
        else:
            assert "summary" in lines[-1]
