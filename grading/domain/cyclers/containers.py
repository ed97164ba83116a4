"""What a file is, told by its first bytes and by what an archive holds, never by its name."""

import zipfile
import zlib
from pathlib import Path

from grading.domain.cyclers.biologic_mpr import MAGIC as MPR_MAGIC
from grading.domain.cyclers.table import Unreadable

NDA, NDAX, RES, MPR, PARQUET, WORKBOOK, TEXT = "nda", "ndax", "res", "mpr", "parquet", "workbook", "text"
MAX_FILE_BYTES = 2 << 30
MAX_UNPACKED_BYTES = 1 << 30
"""An .ndax of 10 million records takes about half of it."""
MAX_RATIO = 200
"""Neware's archives shrink by up to 60: long rests repeat themselves."""
RATIO_MATTERS_FROM_BYTES = 64 << 20
MAX_MEMBERS = 2_000
_HEAD_BYTES = 64
_ACCESS = (b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB")
_NO_TEST = (
    (b"\x1f\x8b", "The file is packed with gzip. Unpack it and send what it holds."),
    (b"7z\xbc\xaf\x27\x1c", "The file is a 7-Zip archive. Unpack it and send what it holds."),
    (b"Rar!", "The file is a RAR archive. Unpack it and send what it holds."),
    (b"BZh", "The file is packed with bzip2. Unpack it and send what it holds."),
    (b"\xfd7zXZ", "The file is packed with xz. Unpack it and send what it holds."),
    (b"%PDF", "The file is a PDF. Send the tester's own file or its text export."),
    (b"\x89PNG", "The file is a picture. Send the tester's own file or its text export."),
    (b"\xff\xd8\xff", "The file is a picture. Send the tester's own file or its text export."),
    (b"\x89HDF", "The file is HDF5 or MATLAB. Send the tester's own file or a CSV of its records."),
    (b"MATLAB", "The file is MATLAB's. Send the tester's own file or a CSV of its records."),
    (b"SQLite format 3", "The file is an SQLite database. Send the tester's text or Excel export."),
    (b"\xd0\xcf\x11\xe0", "The file is an old Office document. Save the workbook as .xlsx and send that."),
)


def kind_of(path: Path) -> str:
    """Return which kind of reader a file needs.

    :raises Unreadable: when it is empty, too large, damaged, a bomb, or nothing that holds a test.
    """
    size = path.stat().st_size
    if not size:
        raise Unreadable("E_EMPTY", "The file is empty. Copy it from the tester again.")
    if size > MAX_FILE_BYTES:
        message = (
            f"The file has {size >> 20:,} MiB; {MAX_FILE_BYTES >> 20:,} MiB is the limit. Split the test."
        )
        raise Unreadable("E_FORMAT", message)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"NEWARE"):
        return NDA
    if head.startswith(_ACCESS):
        return RES
    if head.startswith(MPR_MAGIC):
        return MPR
    if head.startswith(b"PAR1"):
        return PARQUET
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_archive(path)
    for magic, message in _NO_TEST:
        if head.startswith(magic):
            raise Unreadable("E_FORMAT", message)
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = (
            "The file is binary and no tester's known format. Send the tester's text or Excel export instead;"
            " of Maccor, Landt, Basytec and Digatron only exports can be read."
        )
        raise Unreadable("E_FORMAT", message)
    return TEXT


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "data.ndc" in names:
                _refuse_bomb(archive, path.stat().st_size)
                return NDAX
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as fault:
        message = (
            "The archive is damaged, cut off or has a password. Copy it from the tester again, or export the"
            " test as CSV."
        )
        raise Unreadable("E_FORMAT", message) from fault
    if any(name.startswith("xl/") for name in names):
        return WORKBOOK  # its reader guards what it unpacks
    if not names:
        raise Unreadable("E_EMPTY", "The archive holds nothing. Copy the file from the tester again.")
    raise Unreadable(
        "E_FORMAT", "The archive holds no tester file that is known. Unpack it and send its files."
    )


def _refuse_bomb(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    """Add up the sizes in the directory: zipfile unpacks no member beyond the size that stands there."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Unreadable("E_FORMAT", f"The archive holds {len(infos):,} files; {MAX_MEMBERS:,} is the limit.")
    total = sum(info.file_size for info in infos)
    is_odd = total > MAX_RATIO * packed_bytes and total > RATIO_MATTERS_FROM_BYTES
    if total > MAX_UNPACKED_BYTES or is_odd:
        message = "The archive unpacks to far more than a test can hold. Export the test as CSV."
        raise Unreadable("E_FORMAT", message)
