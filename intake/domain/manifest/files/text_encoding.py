"""The encoding of a text file, detected from its bytes and proven on all of them."""

import codecs
import re
from pathlib import Path

from intake.domain.manifest.problems import Unreadable

# What a person may choose, as shown; the value is what is stored as the answer.
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "gb18030", "shift_jis", "big5")
_CODECS = {"shift_jis": "cp932", "big5": "cp950"}  # as Windows writes them: a superset of the standard
_CHUNK = 1 << 20
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_JUNK = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_JUNK_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
# Runs of the letters that each encoding uses all day: the frequent half of its repertoire, punctuation.
_EVERYDAY = {
    "gb18030": re.compile(rb"(?:[\xa1-\xa3\xb0-\xd7][\xa1-\xfe])+"),
    "big5": re.compile(rb"(?:[\xa1-\xa3][\x40-\x7e\xa1-\xfe]|[\xa4-\xc6][\x40-\x7e\xa1-\xfe])+"),
    "shift_jis": re.compile(
        rb"(?:\x81[\x40-\x9e]|\x82[\x4f-\xf1]|\x83[\x40-\xd6]|[\x88-\x97][\x40-\x7e\x80-\xfc]|[\xa6-\xdf]{3,})+"
    ),
}
# Letters that only one of the three writes often: what a manifest says in it. Breaks the tie of short files.
_WORDS = {
    "gb18030": "电池号品牌车型压容量辆状态产编码制造商里程事故是否无标称额定能命名日期温度类物重",
    "big5": "電池號品牌車型壓容量輛狀態產編碼製造商里程事故是否無標稱額定能命名日期溫度類物重",
    "shift_jis": "電池番号品牌車種型式圧容量状態製造日有無走行距離メーカーバッテリシアルのなしあり",
}
_ENOUGH = 0.6
_LETTER = re.compile(rb"[A-Za-z]")


def _not_text() -> Unreadable:
    return Unreadable("not_text", "The file holds binary data, not a table. Send XLSX, XLS, ODS or CSV.")


def first_fault(path: Path, encoding: str) -> int | None:
    """Return the line of the first byte that is not of the encoding.

    :raises Unreadable: when control characters show that the file is not text.
    """
    decoder = codecs.getincrementaldecoder(codec_of(encoding))()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as fault:
                return line + chunk[: fault.start].count(b"\n")
            if _JUNK.search(text):
                raise _not_text()
            if not chunk:
                return None
            line += text.count("\n")


def codec_of(encoding: str) -> str:
    """Return the codec that reads an encoding."""
    return _CODECS.get(encoding, encoding)


def _is_broken_utf8(sample: bytes) -> bool:
    """Tell whether text beyond ASCII is UTF-8 for the greater part: read otherwise it would be garbled."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(letter > "\x7f" for letter in text) - broken >= broken


def _everyday_share(sample: bytes, encoding: str) -> float:
    """Return the share of the bytes beyond ASCII that stand in everyday letters of an East Asian encoding.

    One such letter alone between Latin ones is no letter but an umlaut with its neighbor.
    """
    explained = 0
    words = list(_EVERYDAY[encoding].finditer(sample))
    has_sequences = any(len(found[0]) > 3 for found in words)
    for found in words:
        before, after = (
            sample[max(0, found.start() - 1) : found.start()],
            sample[found.end() : found.end() + 1],
        )
        is_alone = len(found[0]) < 3
        if is_alone and (_LETTER.match(before) or _LETTER.match(after)):
            continue
        if is_alone and found[0][-1] < 0x80 and not has_sequences:
            continue  # "°C" would pass for a letter
        explained += len(_HIGH.findall(found[0]))
    return explained / max(1, len(_HIGH.findall(sample)))


def _east_asian(sample: bytes) -> list[str]:
    """Return the East Asian encodings that the bytes may well be, the likeliest first."""
    shares = {encoding: _everyday_share(sample, encoding) for encoding in _EVERYDAY}

    def likelihood(encoding: str) -> float:
        text = sample.decode(codec_of(encoding), errors="ignore")
        beyond = sum(letter > "\x7f" for letter in text)
        familiar = sum(text.count(letter) for letter in set(_WORDS[encoding]))
        return shares[encoding] + familiar / max(1, beyond)

    return sorted((name for name, share in shares.items() if share >= _ENOUGH), key=likelihood, reverse=True)


def _unmarked_utf16(sample: bytes) -> str | None:
    """Recognize UTF-16 without its mark by the zero bytes beside the ASCII letters and line ends."""
    pairs = len(sample) // 2
    if pairs < 4 or b"\0" not in sample or b"\0\0\0" in sample:
        return None
    high_le, high_be = sample[1 : 2 * pairs : 2].count(0), sample[0 : 2 * pairs : 2].count(0)
    if high_le > 0.3 * pairs and high_be < 0.02 * pairs + 1:
        return "utf-16-le"
    if high_be > 0.3 * pairs and high_le < 0.02 * pairs + 1:
        return "utf-16-be"
    return None


def _damaged(encoding: str, line: int) -> Unreadable:
    name = encoding.removesuffix("-sig").upper()
    return Unreadable("broken_text", f"The {name} text is damaged at line {line}. Save the file again.")


def _proven(path: Path, encoding: str) -> str:
    if line := first_fault(path, encoding):
        raise _damaged(encoding, line)
    return encoding


def _refuse_utf32(sample: bytes) -> None:
    # Three zero bytes of four: letters of UTF-32, with the mark or without.
    if sample.startswith(_UTF32) or re.match(rb"(?:[^\0]\0\0\0){4}|(?:\0\0\0[^\0]){4}", sample):
        raise Unreadable("unknown_encoding", "The text is UTF-32, which is not read. Save it as CSV UTF-8.")


def chosen_encoding(path: Path, encoding: str) -> str:
    """Return the encoding that a person chose, proven on the whole file.

    :raises Unreadable: when it is not one of ours, or the file is not written in it.
    """
    if encoding.removesuffix("-sig") not in (*ENCODINGS, "utf-16"):
        raise Unreadable("unknown_encoding", f"The encoding “{encoding}” is not known.")
    with path.open("rb") as file:
        sample = file.read(4)
    for mark, marked in _MARKS:
        if sample.startswith(mark) and (marked.startswith(encoding) or encoding.startswith(marked)):
            encoding = marked
    return _proven(path, encoding)


def detect_encoding(path: Path) -> str:
    """Detect UTF-8, UTF-16 with or without its mark, GB18030, Shift-JIS, Big5 or cp1252.

    :raises Unreadable: when the file is not text, or is broken UTF-8 that another encoding would garble.
    """
    with path.open("rb") as file:
        sample = file.read(_CHUNK)
    _refuse_utf32(sample)
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return _proven(path, encoding)
    if encoding := _unmarked_utf16(sample) or "":
        return _proven(path, encoding)
    if _JUNK_BYTES.search(sample):
        raise _not_text()
    if first_fault(path, "utf-8") is None:
        return "utf-8"
    if _is_broken_utf8(sample):
        return _proven(path, "utf-8")
    for encoding in (*_east_asian(sample), "cp1252"):
        if first_fault(path, encoding) is None:
            return encoding
    raise Unreadable("unknown_encoding", "The text encoding is not known. Save the file as CSV UTF-8.")
