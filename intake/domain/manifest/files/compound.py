"""The compound file that wraps an XLS workbook: its streams are taken out, and one is wrapped anew.

The reader of values trusts the chains of sectors and would follow a circle until memory ends. So it never
meets what was sent, only a container made here around the workbook's stream.
"""

import struct
from array import array

from intake.domain.manifest.files.refusals import broken

_END, _FREE, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_HEADER = struct.Struct("<8s16sHHHHH6sIIIIIIIII")
_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = struct.Struct("<64sHBBIII16sI8s8sIQ")
_MAX_ENTRIES = 4096
_SECTOR = 4096
_MINI_CUTOFF = 4096


def _numbers(data: bytes) -> array:
    numbers = array("I")
    numbers.frombytes(data[: len(data) // 4 * 4])
    return numbers


class CompoundFile:
    """The streams of a compound file, by name; nothing is followed further than the file is long.

    :raises Unreadable: when it is damaged.
    """

    def __init__(self, data: bytes):
        if len(data) < 512:
            raise broken()
        shift = int.from_bytes(data[30:32], "little")
        if shift not in (9, 12) or not data.startswith(_MAGIC):
            raise broken()
        self._data = data
        self._size = 1 << shift
        self._fat = self._read_fat()
        (directory,) = struct.unpack_from("<I", data, 48)
        self._entries: dict[str, tuple[int, int]] = {}
        self._root = (_END, 0)
        self._read_directory(self._chain(directory, self._size * _MAX_ENTRIES))
        self.names = frozenset(self._entries)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        sector = self._data[start : start + self._size]
        if not sector:
            raise broken()
        return sector

    def _read_fat(self) -> array:
        places = list(struct.unpack_from("<109I", self._data, 76))
        (more,) = struct.unpack_from("<I", self._data, 68)
        limit = len(self._data) // self._size + 1
        seen = 0
        while more < _FAT_SECTOR and seen < limit:
            numbers = _numbers(self._sector(more))
            places += numbers[:-1]
            more = numbers[-1]
            seen += 1
        fat = array("I")
        for place in places[: limit + 109]:
            if place < _FAT_SECTOR:
                fat += _numbers(self._sector(place))
            if len(fat) > 2 * limit + self._size:
                break
        return fat

    def _chain(self, start: int, limit: int) -> bytes:
        """Return the bytes of a chain of sectors, at most as many as there can be."""
        parts: list[bytes] = []
        number = start
        most = min(limit, len(self._data)) // self._size + 1
        while number < _FAT_SECTOR and len(parts) < most:
            parts.append(self._sector(number))
            number = self._fat[number] if number < len(self._fat) else _END
        return b"".join(parts)

    def _read_directory(self, directory: bytes) -> None:
        for at in range(0, len(directory) - 127, 128):
            length = int.from_bytes(directory[at + 64 : at + 66], "little")
            kind, start = directory[at + 66], int.from_bytes(directory[at + 116 : at + 120], "little")
            size = int.from_bytes(directory[at + 120 : at + 124], "little")
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == 5:
                self._root = (start, size)
            elif kind in (1, 2):
                self._entries.setdefault(name, (start, size))

    def stream(self, name: str) -> bytes:
        """Return a stream whole.

        :raises Unreadable: when it is damaged.
        """
        start, size = self._entries[name]
        if size >= _MINI_CUTOFF:
            return self._chain(start, size)[:size]
        mini = self._chain(*self._root)
        (first,) = struct.unpack_from("<I", self._data, 60)
        links = _numbers(self._chain(first, len(self._data)))
        content = bytearray()
        while start < _FAT_SECTOR and len(content) < size and 64 * start < len(mini):
            content += mini[64 * start : 64 * start + 64]
            start = links[start] if start < len(links) else _END
        return bytes(content[:size])


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    none = _FREE
    return _ENTRY.pack(
        text, len(text) if name else 0, kind, 1, none, none, child, b"", 0, b"", b"", start, size
    )


def wrap(name: str, content: bytes) -> bytes:
    """Return a compound file with one stream, of at least 4,096 bytes, and nothing else."""
    content = content.ljust(_MINI_CUTOFF, b"\0")
    count = -(-len(content) // _SECTOR)
    per_fat = _SECTOR // 4
    fats = 1
    while fats * per_fat < fats + 2 + count:
        fats += 1
    # In order: the table of sectors, the directory, an empty sector for short streams, the stream.
    first = fats + 2
    fat = array("I", [_FAT_SECTOR] * fats + [_END, _END])
    fat.extend(range(first + 1, first + count))
    fat.append(_END)
    fat.extend([_FREE] * (fats * per_fat - len(fat)))
    header = (
        _HEADER.pack(
            _MAGIC, b"", 0x3E, 4, 0xFFFE, 12, 6, b"", 1, fats, fats, 0, _MINI_CUTOFF, _END, 0, _END, 0
        )
        + array("I", [*range(fats), *[_FREE] * (109 - fats)]).tobytes()
    )
    directory = _entry("Root Entry", 5, 1, fats + 1, 0) + _entry(name, 2, _FREE, first, len(content))
    directory = directory.ljust(_SECTOR, b"\0")
    return b"".join(
        (
            header.ljust(_SECTOR, b"\0"),
            fat.tobytes(),
            directory,
            bytes(_SECTOR),
            content.ljust(count * _SECTOR, b"\0"),
        )
    )
