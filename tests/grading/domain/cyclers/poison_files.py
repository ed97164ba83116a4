"""Files that look like a tester's and would harm whoever reads them without limits."""

import struct
from pathlib import Path

_PAGE_BYTES = 4096


def write_endless_res(path: Path) -> Path:
    """Write an Access database whose table definition goes on with itself, for ever."""
    head, data, definition = (bytearray(_PAGE_BYTES) for _ in range(3))
    head[:19], head[20] = b"\x00\x01\x00\x00Standard Jet DB", 1
    data[:2], definition[:2] = b"\x01\x01", b"\x02\x01"
    for page in (data, definition):
        struct.pack_into("<I", page, 4, 2)  # of the catalog, which is page 2
    path.write_bytes(bytes(head + data + definition))
    return path
