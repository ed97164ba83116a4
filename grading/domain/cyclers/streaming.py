"""A text file as UTF-8, piece by piece, each piece ending with a line."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from grading.domain.cyclers.table import Unreadable

CHUNK_BYTES = 8 << 20
HEAD_BYTES = 1 << 20
MAX_LINE_BYTES = 4 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHINESE = ("电压", "电流", "容量", "工步", "时间", "循环")


def encoding_of(head: bytes) -> str | None:
    """Return the codec of a text by its first bytes; None when they are no text.

    A few control characters are let pass: one maker writes its buffer's rest behind a comment.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        pairs = max(1, len(head) // 2)
        if head[1::2].count(0) > 0.8 * pairs:
            return "utf-16-le"
        return "utf-16-be" if head[::2].count(0) > 0.8 * pairs else None
    odd = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13))
    if odd > 20 + len(head) // 100:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    chinese = head.decode("gb18030", errors="ignore")
    return "gb18030" if sum(word in chinese for word in _CHINESE) > 1 else "cp1252"


def chunks(path: Path, encoding: str) -> Iterator[bytes]:
    """Yield a file as UTF-8 in pieces of whole lines; only the last may lack its line end.

    Old line ends (a carriage return alone) become new ones.

    :raises Unreadable: E_FORMAT for a line that no table has: taking it apart would hold up other files.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0)
        if encoding.startswith("utf-16") or b"\n" not in head:
            yield from _decoded_chunks(file, encoding)
        else:
            yield from _line_chunks(file, encoding)


def _line_chunks(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Yield the pieces of a file whose line ends are bytes of their own, without copying them again."""
    start = file.tell()
    while True:
        file.seek(start + CHUNK_BYTES)
        line = file.readline(MAX_LINE_BYTES)
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            raise _endless()
        file.seek(start)
        piece = file.read(CHUNK_BYTES + len(line))
        if not piece:
            return
        start += len(piece)
        if encoding == "utf-8" or piece.isascii():
            yield piece  # what is damaged of it becomes visible where it is parsed
        else:
            yield piece.decode(encoding, errors="replace").encode()


def _decoded_chunks(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = b""
    while content := file.read(CHUNK_BYTES):
        piece = rest + decoder.decode(content).removeprefix("\ufeff").encode()
        if b"\r" in piece and b"\n" not in piece:
            piece = piece.replace(b"\r", b"\n")
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield piece[:cut]
        rest = piece[cut:]
        if len(rest) > MAX_LINE_BYTES:
            raise _endless()
    rest += decoder.decode(b"", final=True).encode()
    if rest.strip():
        yield rest


def _endless() -> Unreadable:
    message = (
        f"A line of the file is longer than {MAX_LINE_BYTES >> 20} MiB, as in no table of a tester: the file"
        " is damaged. Copy it from the tester again, or export it anew."
    )
    return Unreadable("E_FORMAT", message)
