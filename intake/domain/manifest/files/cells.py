"""Sets of cells that stay small however many cells they hold."""

import re
from collections.abc import Iterable, Iterator

_BITS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))
_FILLED = re.compile(rb"[^\0]")


class CellSet:
    """A set of (row number, zero-based column), one bit for a cell: some kilobytes for a column.

    Cells beyond the limits of a table are not kept; a table that holds them is refused anyway.
    """

    __slots__ = ("_columns", "_max_columns", "_max_rows")

    def __init__(self, cells: Iterable[tuple[int, int]] = (), *, max_rows: int = 200_000):
        self._columns: dict[int, bytearray] = {}
        self._max_rows = max_rows
        self._max_columns = 120
        for row, column in cells:
            self.add(row, column)

    def add(self, row: int, column: int) -> None:
        """Add a cell."""
        if not (0 < row <= self._max_rows and 0 <= column < self._max_columns):
            return
        bits = self._columns.get(column)
        if bits is None:
            bits = self._columns[column] = bytearray((self._max_rows >> 3) + 1)
        bits[row >> 3] |= 1 << (row & 7)

    def in_row(self, row: int) -> list[int]:
        """Return the columns of a row's cells that are in the set."""
        if not 0 < row <= self._max_rows:
            return []
        at, bit = row >> 3, 1 << (row & 7)
        return sorted(column for column, bits in self._columns.items() if bits[at] & bit)

    @property
    def last_row(self) -> int:
        """Return the number of the last row that has a cell in the set, 0 when it is empty."""
        return max((self._last(bits) for bits in self._columns.values()), default=0)

    @staticmethod
    def _last(bits: bytearray) -> int:
        at = len(bits.rstrip(b"\0")) - 1
        return (at << 3) + _BITS[bits[at]][-1]

    def __contains__(self, cell: object) -> bool:
        if not (isinstance(cell, tuple) and len(cell) == 2):
            return False
        bits = self._columns.get(cell[1])
        return (
            bits is not None
            and 0 < cell[0] <= self._max_rows
            and bool(bits[cell[0] >> 3] >> (cell[0] & 7) & 1)
        )

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield the cells column by column, each from the top."""
        for column in sorted(self._columns):
            for found in _FILLED.finditer(self._columns[column]):
                for bit in _BITS[found[0][0]]:
                    yield (found.start() << 3) + bit, column

    def __len__(self) -> int:
        return sum(int.from_bytes(bits, "little").bit_count() for bits in self._columns.values())

    def __bool__(self) -> bool:
        return bool(self._columns)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, CellSet):
            return self._columns == other._columns
        return isinstance(other, (set, frozenset)) and set(self) == other

    __hash__ = None  # type: ignore[assignment]  # it can grow

    def __repr__(self) -> str:
        return f"CellSet({len(self)} cells in {len(self._columns)} columns)"
