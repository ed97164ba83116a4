"""CSV in the encodings and with the delimiters that suppliers use, streamed."""

import codecs
import csv
import re
from io import StringIO
from pathlib import Path

from intake.domain.manifest.mapping import HEADER_SEARCH_ROWS, find_header
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS, Rows, Table

MAX_CELL_CHARACTERS = 32_767  # what a spreadsheet cell can hold; more means that a quote was never closed
_DELIMITERS = ",;\t|"
_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_JUNK = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_JUNK_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_GB2312_RUN = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")


def _first_fault(path: Path, encoding: str) -> int | None:
    """Return the line of the first byte that is not of the encoding.

    :raises Unreadable: when control characters show that the file is not text.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as fault:
                return line + chunk[: fault.start].count(b"\n")
            if _JUNK.search(text):
                raise Unreadable("not_text", "The file holds binary data, not a table. Send CSV or XLSX.")
            if not chunk:
                return None
            line += text.count("\n")


def _is_broken_utf8(sample: bytes) -> bool:
    """Tell whether text beyond ASCII is UTF-8 for the greater part: read otherwise it would be garbled."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(letter > "\x7f" for letter in text) - broken >= broken


def _is_chinese(sample: bytes) -> bool:
    """Tell whether the bytes beyond ASCII come in pairs, as in GB18030 but hardly ever in cp1252."""
    runs = _HIGH_RUN.findall(sample)
    paired = sum(len(run) for run in runs if _GB2312_RUN.fullmatch(run))
    return paired >= 0.8 * sum(map(len, runs))


def _damaged(encoding: str, line: int) -> Unreadable:
    name = encoding.removesuffix("-sig").upper()
    return Unreadable("broken_text", f"The {name} text is damaged at line {line}. Save the file again.")


def detect_encoding(path: Path) -> str:
    """Detect UTF-8, UTF-16 by its mark, GB18030 or cp1252.

    :raises Unreadable: when the file is not text, or is broken UTF-8 that another encoding would garble.
    """
    with path.open("rb") as file:
        sample = file.read(_CHUNK)
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            if line := _first_fault(path, encoding):
                raise _damaged(encoding, line)
            return encoding
    if _JUNK_BYTES.search(sample):
        raise Unreadable("not_text", "The file holds binary data, not a table. Send CSV or XLSX.")
    line = _first_fault(path, "utf-8")
    if line is None:
        return "utf-8"
    if _is_broken_utf8(sample):
        raise _damaged("utf-8", line)
    for encoding in ("gb18030", "cp1252") if _is_chinese(sample) else ("cp1252",):
        if _first_fault(path, encoding) is None:
            return encoding
    raise Unreadable("unknown_encoding", "The text encoding is not known. Save the file as CSV UTF-8.")


def _detect_delimiter(sample: str) -> str:
    """Choose the delimiter that makes the best heading, then the widest one."""

    def fitness(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(StringIO(sample, newline=""), delimiter=delimiter))
        return find_header(rows)[1], max((len(row) for row in rows[:HEADER_SEARCH_ROWS]), default=0)

    return max(_DELIMITERS, key=fitness)


def _sample(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        lines = [file.readline(MAX_CELL_CHARACTERS) for _ in range(HEADER_SEARCH_ROWS + 10)]
    return "".join(lines)


def _rows(path: Path, encoding: str, delimiter: str) -> Rows:
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        try:
            for number, row in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
                if number > MAX_ROWS:
                    raise Unreadable("too_many_rows", f"The file has more than {MAX_ROWS:,} rows. Split it.")
                if len(row) > MAX_COLUMNS:
                    raise Unreadable("too_many_columns", f"Row {number} has more than {MAX_COLUMNS} columns.")
                yield number, row
        except csv.Error as fault:
            message = (
                f"Near row {number + 1} a quotation mark is opened and not closed. Repair it and try again."
            )
            raise Unreadable("broken_quotes", message) from fault


def open_delimited(path: Path) -> Table:
    """Open a CSV file as a streamed table."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    encoding = detect_encoding(path)
    try:
        delimiter = _detect_delimiter(_sample(path, encoding))
    except csv.Error as fault:
        raise Unreadable(
            "broken_quotes", "A quotation mark is opened and not closed near the top."
        ) from fault
    return Table(
        kind="csv", encoding=encoding, delimiter=delimiter, rows=lambda: _rows(path, encoding, delimiter)
    )
