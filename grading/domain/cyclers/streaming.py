"""A text file as UTF-8, piece by piece, each piece ending with a line."""

import codecs
from collections.abc import Iterator
from pathlib import Path

CHUNK_BYTES = 16 << 20
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


def _as_utf8(path: Path, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file:
        for mark, marked in _MARKS:
            if marked == encoding and file.read(len(mark)) != mark:
                file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            if encoding == "utf-8" or (encoding == "cp1252" and chunk.isascii()):
                yield chunk  # what is damaged of it becomes visible where it is parsed
            else:
                yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()


def chunks(path: Path, encoding: str) -> Iterator[bytes]:
    """Yield a file as UTF-8 in pieces of whole lines; only the last may lack its line end.

    Old line ends (a carriage return alone) become new ones.
    """
    rest = b""
    for piece in _as_utf8(path, encoding):
        if b"\r" in piece and b"\n" not in piece:
            piece = piece.replace(b"\r", b"\n")
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield b"".join((rest, memoryview(piece)[:cut]))
            rest = piece[cut:]
        else:
            rest += piece
            if len(rest) > MAX_LINE_BYTES + CHUNK_BYTES:
                yield rest + b"\n"  # no table has such lines: whoever reads it will find none
                rest = b""
    if rest.strip():
        yield rest
