"""Neware's report in one table: lines of cycles, of their steps and of the steps' records."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from grading.domain.cyclers.chunk import Chunk
from grading.domain.cyclers.formats import NUMBER, WORD, Column
from grading.domain.cyclers.gathering import Gathered
from grading.domain.cyclers.headings import split_heading
from grading.domain.cyclers.recognizing import Layout, cells_of
from grading.domain.cyclers.table import Ints, Unreadable
from grading.domain.cyclers.values import Mask

_STATE = ("stepname", "steptype", "status", "工步类型", "状态")


class Report:
    """Gathers the records of a report and hands each its cycle, step and state."""

    def __init__(self, layout: Layout, columns: Sequence[Column]):
        self._layout = layout
        self._columns = tuple(column for column in columns if column.role not in ("cycle", "step", "state"))
        keys = [split_heading(heading).key for heading in layout.report[1]]
        self._state_index = next((keys.index(key) for key in _STATE if key in keys), None)
        self._cycle = 0.0
        self._step = 0.0
        self._word = ""

    def columns(self) -> tuple[Column, ...]:
        """Return the columns that a record has, those of the lines above it included."""
        cycles, steps = self._layout.report
        above = [Column("cycle", 0, cycles[0], "", 1.0, NUMBER), Column("step", 1, steps[1], "", 1.0, NUMBER)]
        if self._state_index is not None:
            above.append(Column("state", self._state_index, steps[self._state_index], "", 1.0, WORD))
        return (*self._columns, *above)

    def add(self, content: bytes, line: int, gathered: Gathered) -> None:
        """Add the records of whole lines; the step of a record is the number of its line of steps."""
        separator = self._layout.separator.encode()
        rows: list[int] = []
        records: list[bytes] = []
        cycles: list[float] = []
        steps: list[float] = []
        words: list[str] = []
        for number, text in enumerate(content.removesuffix(b"\n").split(b"\n"), start=line):
            if text.startswith(separator + separator):
                rows.append(number)
                records.append(text)
                cycles.append(self._cycle)
                steps.append(self._step)
                words.append(self._word)
            elif text.strip():
                self._note(text, number, gathered)
        if not records:
            return
        chunk = Chunk(b"\n".join(records), first_line=line, layout=self._layout, columns=self._columns)
        above = {"cycle": np.array(cycles), "step": np.array(steps)}
        gathered.add(_Records(chunk, np.array(rows, dtype=np.int64), above, words))

    def _note(self, text: bytes, number: int, gathered: Gathered) -> None:
        line = text.decode("utf-8", errors="replace").rstrip("\r")
        cells = [cell.strip() for cell in cells_of(line, self._layout.separator)]
        try:
            if cells[0]:
                self._cycle = float(cells[0])
            else:
                float(cells[1])
                self._step += 1
                index = self._state_index
                self._word = cells[index] if index is not None and index < len(cells) else ""
        except (ValueError, IndexError):
            gathered.note_unparsed([number])


class _Records:
    """The records of a chunk, with what stands in the lines above each."""

    def __init__(self, chunk: Chunk, rows: Ints, above: dict[str, np.ndarray], words: list[str]):
        if len(rows) != chunk.lines:
            raise Unreadable(
                "E_PARSE", "The lines of the report cannot be told apart. Export it as CSV again."
            )
        self.rows = rows
        self.cut_off: Mask | None = chunk.cut_off
        self.empty: Mask | None = None
        self.has_decimal_comma = chunk.has_decimal_comma
        self._chunk = chunk
        self._above = above
        self._words = words

    def numbers(self, column: Column) -> pl.Series | None:
        """Return a column as numbers when all of it was written plainly."""
        if column.role in self._above:
            return pl.Series(self._above[column.role])
        return self._chunk.numbers(column)

    def text(self, column: Column) -> pl.Series:
        """Return a column as text."""
        if column.role == "state":
            return pl.Series(self._words, dtype=pl.String)
        return self._chunk.text(column)
