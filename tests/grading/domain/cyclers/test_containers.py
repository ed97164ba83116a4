"""What a file is: told by what it holds; what is no test is refused with what to do."""

import zipfile

import pytest

from grading.domain.cyclers import containers
from grading.domain.cyclers.containers import kind_of
from grading.domain.cyclers.table import Unreadable
from tests.grading.domain.cyclers.neware_files import write_nda, write_ndax


def refusal(path):
    with pytest.raises(Unreadable) as caught:
        kind_of(path)
    return caught.value.code, caught.value.message


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


class TestKindOf:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"NEWARE\0\0", "nda"),
            (b"\x00\x01\x00\x00Standard Jet DB\0", "res"),
            (b"\x00\x01\x00\x00Standard ACE DB\0", "res"),
            (b"BIO-LOGIC MODULAR FILE\x1a", "mpr"),
            (b"PAR1....PAR1", "parquet"),
            (b"Rec#\tCyc#\tStep\n", "text"),
            ("工步;电流\n".encode("gb18030"), "text"),
            ("\ufeffTest Time\n".encode("utf-16"), "text"),
        ],
    )
    def test_goes_by_the_first_bytes(self, tmp_path, content, kind):
        path = tmp_path / "misnamed.xlsx"
        path.write_bytes(content)

        assert kind_of(path) == kind

    def test_goes_by_what_an_archive_holds(self, tmp_path):
        assert kind_of(write_ndax(tmp_path / "a.zip")) == "ndax"
        assert kind_of(zipped(tmp_path / "b.nda", xl__workbook="")) == "workbook"

    def test_refuses_an_empty_file(self, tmp_path):
        path = tmp_path / "a.nda"
        path.touch()

        assert refusal(path) == ("E_EMPTY", "The file is empty. Copy it from the tester again.")

    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (b"\x1f\x8b\x08\0", "gzip"),
            (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
            (b"%PDF-1.7", "PDF"),
            (b"\x89HDF\r\n", "HDF5"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx"),
            (b"Data\0\0\0\x01", "text or Excel export"),
        ],
    )
    def test_refuses_what_holds_no_test_and_says_what_to_do(self, tmp_path, content, word):
        path = tmp_path / "a.csv"
        path.write_bytes(content)

        code, message = refusal(path)

        assert code == "E_FORMAT" and word in message
        assert "end" in message or "ave" in message

    def test_refuses_an_archive_that_is_cut_off(self, tmp_path):
        path = write_ndax(tmp_path / "a.ndax")
        path.write_bytes(path.read_bytes()[:-200])

        code, message = refusal(path)

        assert code == "E_FORMAT" and "cut off" in message

    def test_refuses_an_archive_of_other_files(self, tmp_path):
        assert "Unpack it" in refusal(zipped(tmp_path / "a.zip", readme="x"))[1]
        assert refusal(zipped(tmp_path / "b.zip"))[0] == "E_EMPTY"

    def test_refuses_a_file_beyond_the_limit(self, tmp_path):
        path = write_nda(tmp_path / "a.nda")
        with path.open("r+b") as file:
            file.truncate(containers.MAX_FILE_BYTES + 1)  # a hole takes no room

        assert "is the limit" in refusal(path)[1]


class TestBombs:
    def test_refuses_an_archive_that_unpacks_to_far_too_much(self, tmp_path):
        path = zipped(tmp_path / "a.ndax", **{"data.ndc": bytes(80 << 20)})
        assert path.stat().st_size < 200_000

        code, message = refusal(path)

        assert code == "E_FORMAT" and "far more" in message

    def test_takes_an_archive_that_shrank_as_testers_files_do(self, tmp_path):
        assert kind_of(zipped(tmp_path / "a.ndax", **{"data.ndc": bytes(1 << 20)})) == "ndax"

    def test_refuses_too_many_members(self, tmp_path, monkeypatch):
        monkeypatch.setattr(containers, "MAX_MEMBERS", 3)
        path = zipped(tmp_path / "a.ndax", **{"data.ndc": b""}, a=b"", b=b"", c=b"")

        assert "is the limit" in refusal(path)[1]

    def test_unpacks_no_member_beyond_the_size_in_the_directory(self, tmp_path):
        path = zipped(tmp_path / "a.ndax", **{"data.ndc": bytes(5 << 20)})
        content = path.read_bytes()
        lying = content.replace((5 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
        assert lying != content
        path.write_bytes(lying)

        with zipfile.ZipFile(path) as archive, pytest.raises(zipfile.BadZipFile):
            archive.read("data.ndc")
