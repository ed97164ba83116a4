"""XLS workbooks for tests, written byte by byte: the records of Excel 97 in a compound file."""

import datetime
import struct
from array import array

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
GENERAL, PERCENT, DATE = 0, 1, 2
_FORMATS = (0, 9, 14)  # the built-in numbers of the three styles above
_ERRORS = {"#N/A": 0x2A, "#REF!": 0x17, "#DIV/0!": 0x07}


def record(kind, content=b""):
    """Return one record."""
    return struct.pack("<HH", kind, len(content)) + content


def text(value, *, length="<H"):
    """Return a text as records hold it."""
    return struct.pack(length, len(value)) + b"\1" + value.encode("utf-16-le")


def cell(row, column, value, style=None):
    """Return the record of a cell: text, number, date, truth, error; ("=", cached value) for a formula."""
    place = struct.pack("<HH", row, column)
    if isinstance(value, tuple):
        cached = value[1]
        kind = b"\0" if cached else b"\3"  # text follows, or there is none
        result = kind + b"\0\0\0\0\0\xff\xff" if isinstance(cached, str) else struct.pack("<d", cached)
        formula = place + struct.pack("<H", 0) + result + bytes(6) + struct.pack("<H", 3) + b"\x1e\1\0"
        return record(0x06, formula) + (
            record(0x207, text(cached)) if cached and isinstance(cached, str) else b""
        )
    if isinstance(value, datetime.date):
        value, style = (value - datetime.date(1899, 12, 30)).days, DATE if style is None else style
    style = struct.pack("<H", style or 0)
    if isinstance(value, bool):
        return record(0x205, place + style + bytes([value, 0]))
    if value in _ERRORS:
        return record(0x205, place + style + bytes([_ERRORS[value], 1]))
    if isinstance(value, str):
        return record(0x204, place + style + text(value))
    return record(0x203, place + style + struct.pack("<d", value))


def sheet_of(rows, *, extra=b"", styles=None):
    """Return the records of a sheet; styles give the format of a cell by (row, column)."""
    cells = [
        cell(row, column, value, (styles or {}).get((row, column)))
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value not in ("", None)
    ]
    start = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
    return start + extra + b"".join(cells) + record(0x0A)


def hidden_row(row):
    """Return the record that hides a row."""
    return record(0x208, struct.pack("<HHHHHHHH", row, 0, 9, 255, 0, 0, 0x20, 0))


def hidden_column(column):
    """Return the record that hides a column."""
    return record(0x7D, struct.pack("<HHHHHH", column, column, 2000, 0, 1, 0))


def merged(top, left, bottom, right):
    """Return the record of one merged range."""
    return record(0xE5, struct.pack("<HHHHH", 1, top, bottom, left, right))


def workbook_of(sheets, *, extra=b"", is_1904=False):
    """Return the stream of a workbook: sheets are (name, records, state), state 0 for a visible one."""
    styles = b"".join(record(0xE0, struct.pack("<HH", 0, number) + bytes(16)) for number in _FORMATS)
    head = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + extra
    head += record(0x22, struct.pack("<H", is_1904)) + styles
    bound = [
        record(0x85, bytes(4) + bytes([state, 0]) + text(name, length="<B")) for name, _, state in sheets
    ]
    at = len(head) + sum(map(len, bound)) + 4
    for index, (_, records, _) in enumerate(sheets):
        bound[index] = bound[index][:4] + struct.pack("<I", at) + bound[index][8:]
        at += len(records)
    return head + b"".join(bound) + record(0x0A) + b"".join(records for _, records, _ in sheets)


def _entry(name, kind, child, start, size):
    encoded = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<IIII", FREE, FREE, child, 0) + bytes(32)
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + links
        + struct.pack("<IQ", start, size)
    ).ljust(128, b"\0")


def compound_of(streams):
    """Return a compound file of sectors of 512 bytes with the streams by name."""
    contents = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    directories = -(-(len(contents) + 1) // 4)
    sectors = sum(-(-len(content) // 512) for content in contents.values())
    fats = next(n for n in range(1, 109) if n * 128 >= n + directories + sectors)
    chain = [FAT] * fats + [*range(fats + 1, fats + directories), END]
    entries = [_entry("Root Entry", 5, 1, END, 0)]
    body = b""
    for name, content in contents.items():
        start, count = len(chain), -(-len(content) // 512)
        entries.append(_entry(name, 2, FREE, start, len(content)))
        chain += [*range(start + 1, start + count), END]
        body += content.ljust(count * 512, b"\0")
    chain += [FREE] * (fats * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<9I", 0, fats, fats, 0, 4096, END, 0, END, 0)
    header += array("I", [*range(fats), *[FREE] * (109 - fats)]).tobytes()
    directory = b"".join(entries).ljust(directories * 512, b"\0")
    return header + array("I", chain).tobytes() + directory + body


def write_xls(path, rows, *, extra=b"", styles=None, is_1904=False, streams=None):
    """Write rows as an XLS workbook of one sheet."""
    stream = workbook_of([("Sheet", sheet_of(rows, extra=extra, styles=styles), 0)], is_1904=is_1904)
    path.write_bytes(compound_of({"Workbook": stream, **(streams or {})}))
    return path
