"""Hostile uploads in the limited process: each is answered, and none harms whoever started it."""

import hashlib
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from intake.domain.attachments.archive import MAX_MEMBERS, clean_name
from intake.domain.limited_process import lines_of
from tests.intake.pictures import phone_photo, picture


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


class Told:
    """The lines of one run, sorted by what they are."""

    def __init__(self, lines: list[dict]):
        self.files = {line["file"]["name"]: line["file"] for line in lines if "file" in line}
        self.left_out = {x["left_out"]["name"]: x["left_out"]["why"] for x in lines if "left_out" in x}
        self.progress = [line["progress"] for line in lines if "progress" in line]
        self.end = lines[-1]


@pytest.fixture
def take(tmp_path):
    def taken(content: bytes, name: str = "all.zip") -> Told:
        (tmp_path / "sent").write_bytes(content)
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        order = {"path": str(tmp_path / "sent"), "file_name": name, "folder": str(folder)}
        return Told(list(lines_of("intake.domain.attachments.child", order, timeout_s=60)))

    return taken


class TestDocument:
    def test_is_handed_out_as_it_came(self, take):
        content = b"a;b\n1;2\n"

        told = take(content, "RB-0001.csv")

        found = told.files["RB-0001.csv"]
        assert found["sha256"] == hashlib.sha256(content).hexdigest()
        assert Path(found["path"]).read_bytes() == content
        assert (found["media_type"], found["kind"], told.end) == ("text/csv", "bms_dump", {"complete": True})

    def test_photo_keeps_its_time_and_nothing_else(self, take):
        told = take(phone_photo(), "RB-0001.jpg")

        found = told.files["RB-0001.jpg"]
        shown = Path(found["path"]).read_bytes()
        assert found["captured_at"] == "2026-11-22T07:59:30"
        assert found["sha256"] == hashlib.sha256(phone_photo()).hexdigest()
        assert b"SpyPhone" not in shown and b"script" not in shown and b"Exif" not in shown

    @pytest.mark.parametrize(
        ("content", "why"),
        [(b"MZ\0\0", "program"), (phone_photo()[:200], "damaged"), (b"", "empty")],
    )
    def test_is_refused(self, take, content, why):
        assert why in take(content, "a.jpg").end["refused"]

    def test_picture_of_too_many_pixels_is_refused(self, take):
        header = b"\x89PNG\r\n\x1a\n"
        ihdr = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
        png = header + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))

        assert "pixel" in take(png + picture("PNG")[33:], "a.png").end["refused"]


class TestZip:
    def test_tells_each_member(self, take):
        told = take(zipped({"a/RB-1.txt": b"x", "b.jpg": picture(), "c.exe": b"MZ\0", "d/": b""}))

        assert set(told.files) == {"a/RB-1.txt", "b.jpg"}
        assert told.left_out == {"c.exe": "It is a program."}
        assert told.progress == [[1, 3], [2, 3], [3, 3]]
        assert told.end == {"complete": True}

    @pytest.mark.parametrize("name", ["../x.txt", "a/../../x.txt", "/etc/x.txt", "C:\\x.txt", "..\\x.txt"])
    def test_leaves_out_a_name_that_leads_away(self, take, name, tmp_path):
        told = take(zipped({name: b"text", "good.txt": b"text"}))

        assert list(told.left_out.values()) == ["Its name leads out of the zip."]
        assert list(told.files) == ["good.txt"]
        assert {path.name for path in tmp_path.iterdir()} == {"sent", "folder"}

    def test_leaves_out_a_zip_in_a_zip(self, take):
        told = take(zipped({"inner.zip": zipped({"a.txt": b"x"}), "a.txt": b"x"}))

        assert told.left_out == {"inner.zip": "It is a zip in a zip. Send it by itself."}

    def test_leaves_out_what_is_encrypted(self, take):
        content = bytearray(zipped({"a.txt": b"secret", "b.txt": b"open"}, zipfile.ZIP_STORED))
        content[6] |= 1  # the flag in the first member's own header, and in the directory
        content[content.index(b"PK\x01\x02") + 8] |= 1

        told = take(bytes(content))

        assert told.left_out == {"a.txt": "It is encrypted. Send it without a password."}
        assert list(told.files) == ["b.txt"]

    def test_leaves_out_what_is_damaged(self, take):
        content = zipped({"a.txt": b"some text", "b.txt": b"open"}, zipfile.ZIP_STORED)

        told = take(content.replace(b"some text", b"same text"))

        assert told.left_out == {"a.txt": "It is damaged in the zip."}
        assert list(told.files) == ["b.txt"]

    def test_leaves_out_links_and_files_of_the_system(self, take):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            link = zipfile.ZipInfo("link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
            archive.writestr("__MACOSX/._a.pdf", "x")
            archive.writestr("Thumbs.db", "x")

        told = take(out.getvalue())

        assert told.left_out["link"] == "It is a link, not a file."
        assert len(told.left_out) == 3 and not told.files

    def test_keeps_two_members_of_one_name(self, take):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "one")
            archive.writestr("a.txt", "two")

        assert take(out.getvalue()).progress[-1] == [2, 2]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (zipped({}), "empty"),
            (zipped({"only/": b""}), "empty"),
            (zipped({"a.txt": b"x" * 1000})[:-30], "damaged"),
            (zipped({f"{n}.txt": b"x" for n in range(10_000)}), "10,000 files; at most 1,000"),
            (zipped({"bomb.txt": bytes(60_000_000)}), "unpacks to far more"),
            (zipped({f"{n}.txt": bytes(9_000_000) for n in range(9)}), "unpacks to far more"),
        ],
    )
    def test_is_refused_whole(self, take, content, why):
        told = take(content)

        assert why in told.end["refused"]

    def test_as_many_as_allowed_are_taken(self, take):
        told = take(zipped({f"{n}.txt": b"x" for n in range(MAX_MEMBERS)}))

        assert len(told.files) == MAX_MEMBERS


class TestCleanName:
    @pytest.mark.parametrize(
        ("name", "clean"),
        [
            ("a.pdf", "a.pdf"),
            ("a\\b.pdf", "a/b.pdf"),
            ("./a//b.pdf", "a/b.pdf"),
            ("evil\u202egpj.exe", "evil gpj.exe"),
            ("a\r\nb\0.pdf", "a  b .pdf"),
            ("n" * 400, "n" * 300),
            ("", ""),
        ],
    )
    def test_is_harmless_text(self, name, clean):
        assert clean_name(name) == clean
