"""Tell what a file is by its content, never by its name, and refuse what nobody should open."""

import json
import re
import zipfile
import zlib
from pathlib import Path

PDF, CSV, TEXT, JSON = "application/pdf", "text/csv", "text/plain", "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
ZIP = "application/zip"
PICTURES = frozenset({JPEG, PNG, WEBP})

ZIP_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError
)  # fmt: skip
"""What the reader of zips raises for a damaged one."""
_HEAD_BYTES = 64 * 1024
_JSON_CHECKED_BYTES = 8 * 1024 * 1024
_MOST_PARTS = 5_000
_WE_TAKE = "We take PDF, XLSX, CSV, JSON, text, JPEG, PNG, WebP, and a zip of these."
_REFUSED = (
    (b"MZ", "It is a program."),
    (b"\x7fELF", "It is a program."),
    (b"\xca\xfe\xba\xbe", "It is a program."),
    (b"\xfe\xed\xfa\xce", "It is a program."),
    (b"\xfe\xed\xfa\xcf", "It is a program."),
    (b"\xce\xfa\xed\xfe", "It is a program."),
    (b"\xcf\xfa\xed\xfe", "It is a program."),
    (b"#!", "It is a script."),
    (b"Rar!\x1a\x07", "It is an archive that we do not open. Send a zip."),
    (b"7z\xbc\xaf\x27\x1c", "It is an archive that we do not open. Send a zip."),
    (b"\x1f\x8b", "It is an archive that we do not open. Send a zip."),
    (b"BZh", "It is an archive that we do not open. Send a zip."),
    (b"\xfd7zXZ\x00", "It is an archive that we do not open. Send a zip."),
    (b"\xd0\xcf\x11\xe0", "It is an old or encrypted Office file. Save it as XLSX or PDF without password."),
    (b"GIF8", "This kind of picture is not taken. Save it as JPEG or PNG."),
    (b"BM", "This kind of picture is not taken. Save it as JPEG or PNG."),
    (b"II*\x00", "This kind of picture is not taken. Save it as JPEG or PNG."),
    (b"MM\x00*", "This kind of picture is not taken. Save it as JPEG or PNG."),
)
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"}
_MARKUP = re.compile(r"<\s*(?:!doctype|html|svg|script|\?xml|body|iframe|object|\?php)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DELIMITERS = ",;\t|"


class Refused(Exception):
    """This file is not taken in; the text says why and what to do."""


def media_type_of(path: Path) -> str:
    """Return what the file is.

    :raises Refused: for an empty file, a program, markup, macros, and every kind that we do not know.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head:
        raise Refused("It is empty.")
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    if picture := _picture(head):
        return picture
    if b"%PDF-" in head[:1024]:
        return PDF
    text = _text(head)
    # "BM" and "MZ" may begin a text as well; a text is judged as text.
    for magic, why in _REFUSED:
        if head.startswith(magic) and (text is None or magic == b"#!"):
            raise Refused(why)
    if text is None:
        raise Refused(f"We do not know what it is. {_WE_TAKE}")
    return _kind_of_text(path, text)


def _picture(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        raise Refused("It is a HEIC photo, which we cannot read. Save it as JPEG.")
    return ""


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except ZIP_DAMAGE as fault:
        raise Refused("The zip is damaged. Make it again.") from fault
    lower = {name.casefold() for name in names[:_MOST_PARTS]}
    if "[content_types].xml" not in lower:
        return ZIP
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in lower):
        raise Refused("It holds macros. Save it without them, as XLSX or PDF.")
    if "xl/workbook.xml" not in lower:
        raise Refused(f"It is an Office file of a kind that we do not take. Save it as PDF. {_WE_TAKE}")
    return XLSX


def _text(head: bytes) -> str | None:
    """Return the beginning as text, None when it is none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        try:
            head[:-4].decode("utf-8-sig")  # the last character may be cut in two
            encoding = "utf-8-sig"
        except UnicodeDecodeError:
            encoding = "cp1252"
    text = head.decode(encoding, "replace")
    return None if _CONTROL.search(text) or text.count("\ufffd") > len(text) // 100 + 1 else text


def _kind_of_text(path: Path, text: str) -> str:
    if not text.strip("\ufeff \t\r\n"):
        raise Refused("It is empty.")
    if _MARKUP.search(text):
        raise Refused("It is HTML, SVG or XML, which is not taken. Save it as PDF, CSV or text.")
    if text.lstrip("\ufeff \t\r\n")[0] in "{[" and _is_json(path):
        return JSON
    return CSV if _is_table(text) else TEXT


def _is_json(path: Path) -> bool:
    if path.stat().st_size > _JSON_CHECKED_BYTES:
        return True  # by its first character
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()][:20]
    counts = ({line.count(delimiter) for line in lines} for delimiter in _DELIMITERS)
    return len(lines) > 1 and any(len(found) == 1 and found != {0} for found in counts)
