"""Records gathered batch by batch as plain arrays, with what could not be parsed counted and named."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grading.domain.cyclers.formats import CLOCK_TIME, NUMBER, REQUIRED, WORD, Column
from grading.domain.cyclers.states import states_of
from grading.domain.cyclers.table import Floats, Ints
from grading.domain.cyclers.values import Mask, clock_of, durations_of, numbers_of

_Kind = TypeVar("_Kind", bound=np.generic)
MAX_NAMED = 100
_GROWTH = 1.125


class Cells(Protocol):
    """The cells of a batch, column by column."""

    rows: Ints
    """Where each record stands in the file, from 1; shape (n,)."""
    cut_off: Mask | None
    """Records that end before their line should; None where there is no such thing."""
    empty: Mask | None
    """Lines that hold nothing at all: no records; None where there is no such thing."""
    has_decimal_comma: bool

    def numbers(self, column: Column) -> pl.Series | None:
        """Return a column as numbers when all of it was written plainly."""

    def text(self, column: Column) -> pl.Series:
        """Return a column as text, whatever it holds."""


@dataclass(slots=True)
class Gathered:
    """The records of one block; every array has the shape (n,)."""

    columns: tuple[Column, ...]
    parts: dict[str, NDArray[Any]] = field(default_factory=dict)
    """Role → its values, of which the first ``count`` are filled."""
    count: int = 0
    unparsed: list[int] = field(default_factory=list)
    unparsed_count: int = 0
    blank: list[int] = field(default_factory=list)
    blank_count: int = 0
    odd_cells: dict[str, int] = field(default_factory=dict)
    """Heading → cells that hold neither a number nor nothing."""
    tests: dict[str, int] = field(default_factory=dict)
    first_clock: str = ""
    last_clock: str = ""
    """The first and the last date as written, where not all of them are read."""

    def take(self, role: str, dtype: type[_Kind]) -> NDArray[_Kind] | None:
        """Hand the array of a role over, and forget it: two copies of 10 million records are one too many."""
        values = self.parts.pop(role, None)
        return None if values is None else values[: self.count].astype(dtype, copy=False)

    def floats(self, role: str) -> Floats | None:
        """Hand a column of numbers over."""
        return self.take(role, np.float64)

    def floats_or_nan(self, role: str) -> Floats:
        """Hand a column of numbers over, NaN throughout where the file has none."""
        found = self.floats(role)
        return np.full(self.count, np.nan) if found is None else found

    def note_unparsed(self, rows: Sequence[int] | Ints) -> None:
        """Count and name rows that are no record."""
        self.unparsed_count += len(rows)
        self.unparsed += [int(row) for row in rows[: MAX_NAMED - len(self.unparsed)]]

    def add(self, cells: Cells) -> None:
        """Add a batch of records."""
        count = len(cells.rows)
        if not count:
            return
        failed = np.zeros(count, dtype=np.bool_) if cells.cut_off is None else cells.cut_off.copy()
        is_blank = np.ones(count, dtype=np.bool_)
        values: dict[str, NDArray[np.generic]] = {}
        for column in self.columns:
            if column.role == "state":
                values["state"] = states_of(cells.text(column))
            elif column.role == "test":
                values["test"] = self._tests_of(cells.text(column))
            elif column.kind != WORD:
                value, is_odd = _value(cells, column)
                if column.role in REQUIRED:
                    is_blank &= np.isnan(value)
                    failed |= is_odd
                elif is_odd.any():
                    self.odd_cells[column.header] = self.odd_cells.get(column.header, 0) + int(is_odd.sum())
                values[column.role] = value
        is_blank &= ~failed
        rows = cells.rows
        if cells.empty is not None and cells.empty.any():
            kept = ~cells.empty
            rows, failed, is_blank = rows[kept], failed[kept], is_blank[kept]
            values = {role: value[kept] for role, value in values.items()}
        self._keep(rows, values, failed, is_blank)

    def _tests_of(self, words: pl.Series) -> NDArray[np.int32]:
        filled = words.fill_null("")
        different = filled.unique(maintain_order=True)
        for word in different:
            self.tests.setdefault(word, len(self.tests))
        numbers = [self.tests[word] for word in different]
        return filled.replace_strict(different, numbers, return_dtype=pl.Int32).to_numpy()

    def _keep(self, rows: Ints, values: dict[str, NDArray[np.generic]], failed: Mask, is_blank: Mask) -> None:
        values["row"] = rows
        if failed.any() or is_blank.any():
            self.note_unparsed(rows[failed])
            self.blank_count += int(is_blank.sum())
            self.blank += [int(row) for row in rows[is_blank][: MAX_NAMED - len(self.blank)]]
            kept = ~(failed | is_blank)
            values = {role: value[kept] for role, value in values.items()}
        end = self.count + len(values["row"])
        for role, value in values.items():
            if role not in self.parts:
                self.parts[role] = np.empty(end, dtype=value.dtype)
            held = self.parts[role]
            if len(held) < end:
                # Grown in place: pieces joined at the end would be held twice.
                held.resize(max(end, int(len(held) * _GROWTH)), refcheck=False)
            held[self.count : end] = value
        self.count = end


def _value(cells: Cells, column: Column) -> tuple[Floats, Mask]:
    if column.kind == NUMBER:
        plain = cells.numbers(column)
        if plain is not None:
            value = plain.to_numpy()
            is_odd = np.isinf(value)
            if not is_odd.any():
                return (value if column.factor == 1.0 else value * column.factor), is_odd
        value, is_odd = numbers_of(cells.text(column), has_decimal_comma=cells.has_decimal_comma)
        return (value if column.factor == 1.0 else value * column.factor), is_odd
    return (durations_of if column.kind == CLOCK_TIME else clock_of)(cells.text(column))
