"""The records in one piece of a text, parsed by polars."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from grading.domain.cyclers.formats import NUMBER, REQUIRED, Column
from grading.domain.cyclers.recognizing import Layout
from grading.domain.cyclers.table import Ints, Unreadable
from grading.domain.cyclers.values import Mask


class Chunk:
    """Whole lines of a text as cells; see :class:`grading.domain.cyclers.gathering.Cells`."""

    def __init__(self, content: bytes, *, first_line: int, layout: Layout, columns: Sequence[Column]):
        self.has_decimal_comma = layout.has_decimal_comma
        self._content = content
        self._layout = layout
        self._quote: str | None = '"' if b'"' in content else None
        self._names = [f"column_{number}" for number in range(1, layout.width + 2)]
        needed = [column.index for column in columns if column.role in REQUIRED]
        self._tail = min(max(layout.last_filled, *needed[:1]), layout.width - 1)
        types = {column.index: self._type_of(column) for column in columns if column.index < layout.width}
        if self._tail >= 0 and self._tail not in types:
            types[self._tail] = pl.String
        self._overflow = (
            layout.width
        )  # one column more: a value in it shows that its line was split too often
        types[self._overflow] = pl.String
        # Without quotation marks a line is a row; with them, a stray one may have swallowed lines.
        if self._quote is None:
            self._frame = self._read(types)
            self.lines = self._frame.height
        else:
            self.lines = content.count(b"\n") + (not content.endswith(b"\n"))
            self._frame = self._parse(types)
        self._texts: dict[int, pl.Series] = {}
        self.rows: Ints = np.arange(first_line, first_line + self.lines, dtype=np.int64)
        self.cut_off: Mask | None = None
        self.empty: Mask | None = None
        self.is_plain = not self.has_decimal_comma and not any(
            series.null_count() for series in self._frame if series.dtype == pl.Float64
        )
        """Whether every cell of a column of numbers is one."""
        self._look_at_short_lines()

    def _type_of(self, column: Column) -> type[pl.DataType]:
        is_plain = column.kind == NUMBER and not self.has_decimal_comma
        return pl.Float64 if is_plain else pl.String

    def _parse(self, types: dict[int, type[pl.DataType]]) -> pl.DataFrame:
        """Return the wanted columns, one row for every line.

        :raises Unreadable: when lines and rows cannot be brought together.
        """
        frame = self._read(types)
        if frame.height != self.lines and self._quote:
            self._quote = None  # a stray quotation mark had swallowed lines
            frame = self._read(types)
        if frame.height != self.lines:
            raise Unreadable(
                "E_PARSE", "The lines of the table cannot be told apart. Export it as CSV again."
            )
        return frame

    def _read(self, types: dict[int, type[pl.DataType]]) -> pl.DataFrame:
        try:
            return pl.read_csv(
                self._content,
                has_header=False,
                separator=self._layout.separator,
                quote_char=self._quote,
                schema={name: types.get(index, pl.String) for index, name in enumerate(self._names)},
                columns=[self._names[index] for index in sorted(types)],
                ignore_errors=True,
                truncate_ragged_lines=True,
                missing_columns="insert",
                encoding="utf8-lossy",
            )
        except pl.exceptions.PolarsError as fault:
            message = "The table is damaged: its lines cannot be split into cells. Export it as CSV again."
            raise Unreadable("E_PARSE", message) from fault

    def _look_at_short_lines(self) -> None:
        """Find the lines that are empty, split wrongly, or end before the last column that all fill."""
        overflow = self._frame[self._names[self._overflow]]
        if overflow.null_count() < self.lines:
            self.cut_off = overflow.is_not_null().to_numpy()
        if self._quote is None and b'"' in self._content:
            # Nothing tells any more where a cell in quotation marks ends.
            quoted = np.array([b'"' in line for line in self._content.split(b"\n")][: self.lines])
            self.cut_off = quoted if self.cut_off is None else self.cut_off | quoted
        if self._tail < 0 or not self._frame[self._names[self._tail]].null_count():
            return
        is_empty = self._frame[self._names[self._tail]].is_null().to_numpy()
        lines = self._content.split(b"\n")
        separator = self._layout.separator.encode()
        if self.cut_off is None:
            self.cut_off = np.zeros(self.lines, dtype=np.bool_)
        self.cut_off = self.cut_off.copy()
        self.empty = np.zeros(self.lines, dtype=np.bool_)
        for index in np.flatnonzero(is_empty):
            line = lines[index]
            self.empty[index] = not line.strip()
            self.cut_off[index] |= not self.empty[index] and line.count(separator) < self._tail

    def numbers(self, column: Column) -> pl.Series | None:
        """Return a column as numbers, or None when any of it is something else."""
        if column.index >= len(self._names):
            return None
        series = self._frame[self._names[column.index]]
        return None if series.dtype != pl.Float64 or series.null_count() else series

    def text(self, column: Column) -> pl.Series:
        """Return a column as text."""
        index = column.index
        if index >= len(self._names):
            return pl.Series([None] * self.lines, dtype=pl.String)
        if self._frame[self._names[index]].dtype == pl.String:
            return self._frame[self._names[index]]
        if index not in self._texts:
            self._texts[index] = self._parse({index: pl.String})[self._names[index]]
        return self._texts[index]
