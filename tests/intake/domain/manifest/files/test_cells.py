"""Sets of cells in bitmaps."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from intake.domain.manifest.files.cells import CellSet
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS

CELLS = st.sets(st.tuples(st.integers(1, MAX_ROWS), st.integers(0, MAX_COLUMNS - 1)), max_size=20)


class TestCellSet:
    @given(cells=CELLS)
    def test_is_a_set(self, cells):
        found = CellSet(cells)

        assert set(found) == cells
        assert found == cells
        assert len(found) == len(cells)
        assert bool(found) == bool(cells)
        assert found.last_row == max((row for row, _ in cells), default=0)
        assert all(cell in found for cell in cells)
        assert all(column in found.in_row(row) for row, column in cells)

    def test_keeps_nothing_beyond_the_limits(self):
        beyond = [(0, 0), (-1, 0), (MAX_ROWS + 1, 0), (1, -1), (1, MAX_COLUMNS)]

        found = CellSet(beyond)

        assert not found
        assert not any(cell in found for cell in beyond)
        assert found.in_row(0) == found.in_row(MAX_ROWS + 1) == []

    def test_stays_small(self):
        found = CellSet((row, 5) for row in range(1, MAX_ROWS + 1))

        assert len(found) == MAX_ROWS
        assert sys.getsizeof(found._columns[5]) < 30_000
