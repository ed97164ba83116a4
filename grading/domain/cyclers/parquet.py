"""Parquet tables of records, by the names of their columns."""

from pathlib import Path

import numpy as np
import polars as pl

from grading.domain.cyclers.assembling import Readings, finished, readings_of
from grading.domain.cyclers.formats import (
    CLOCK_TIME,
    DATE,
    Column,
    Match,
    columns_to_read,
    match_heading,
    without_needless,
)
from grading.domain.cyclers.gathering import Gathered
from grading.domain.cyclers.known import PARQUET
from grading.domain.cyclers.recognizing import UNUSED
from grading.domain.cyclers.table import Ints, Unreadable
from grading.domain.cyclers.values import Mask

MAX_ROWS = 20_000_000
"""A column that repeats one value packs any number of rows into a few bytes."""
_BATCH_ROWS = 1_000_000
_CLOCK_FORM = "%Y-%m-%d %H:%M:%S%.6f"


class FrameCells:
    """Some rows of a table with types; see :class:`grading.domain.cyclers.gathering.Cells`."""

    cut_off: Mask | None = None
    empty: Mask | None = None
    has_decimal_comma = False

    def __init__(self, frame: pl.DataFrame, first_row: int):
        self.rows: Ints = np.arange(first_row, first_row + frame.height, dtype=np.int64)
        self._frame = frame

    def numbers(self, column: Column) -> pl.Series | None:
        """Return a column as numbers, NaN where null, or None when it holds text."""
        series = self._frame[column.header]
        if series.dtype == pl.Duration:
            return series.dt.total_microseconds().cast(pl.Float64) / 1e6
        if series.dtype == pl.String:
            return None
        return series.cast(pl.Float64, strict=False).fill_null(np.nan)

    def text(self, column: Column) -> pl.Series:
        """Return a column as text."""
        series = self._frame[column.header]
        if series.dtype == pl.Datetime:
            return series.dt.strftime(_CLOCK_FORM)
        if series.dtype.is_float():
            return series.map_elements(repr, return_dtype=pl.String)
        return series.cast(pl.String, strict=False)


def read_parquet(path: Path) -> Readings:
    """Return the tests of a parquet file.

    :raises Unreadable: E_FORMAT when it is damaged or its columns are not known, E_EMPTY without a record.
    """
    try:
        schema = pl.read_parquet_schema(path)
        count = pl.scan_parquet(path).select(pl.len()).collect().item()
        match = _match(schema)
        if not count:
            raise Unreadable("E_EMPTY", "The table holds no record. Check that the test had begun.")
        if count > MAX_ROWS:
            message = f"The table has {count:,} rows; {MAX_ROWS:,} is the limit. Split the test."
            raise Unreadable("E_FORMAT", message)
        gathered = _gather(path, list(schema), match, count)
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise Unreadable("E_FORMAT", "The parquet file is damaged. Write it again.") from fault
    return finished(list(readings_of(gathered, match, kind="parquet", told={})))


def _match(schema: dict[str, pl.DataType]) -> Match:
    match = match_heading(list(schema), PARQUET, above=list)
    if match is None:
        names = ", ".join(list(schema)[:8])
        message = f"The columns ({names}) tell no time, voltage and current. Name them as in BDF."
        raise Unreadable("E_FORMAT", message)
    match = without_needless(match.without(*UNUSED))
    for role in ("time_s", "step_time_s"):
        column = match.column(role)
        kind = schema[list(schema)[column.index]] if column else None
        if isinstance(kind, pl.Datetime):
            match = match.with_kind(role, DATE)
        elif kind == pl.String:
            match = match.with_kind(role, CLOCK_TIME)
    return match


def _gather(path: Path, names: list[str], match: Match, count: int) -> Gathered:
    gathered = Gathered(columns_to_read(match))
    for column in match.columns:
        if names[column.index] != column.header:
            message = (
                f"The column “{names[column.index]}” has blanks or quotes about its name. Name it plainly."
            )
            raise Unreadable("E_FORMAT", message)
    wanted = [column.header for column in gathered.columns]
    clock = match.column("clock")
    if clock and clock.header not in wanted:
        known = pl.scan_parquet(path).select(pl.col(clock.header).drop_nulls())
        ends = pl.concat([known.head(1), known.tail(1)]).collect()
        texts = FrameCells(ends, 1).text(clock).to_list()
        gathered.first_clock, gathered.last_clock = (texts[0], texts[-1]) if texts else ("", "")
    for start in range(0, count, _BATCH_ROWS):
        frame = pl.scan_parquet(path).select(wanted).slice(start, _BATCH_ROWS).collect()
        gathered.add(FrameCells(frame, start + 1))
    return gathered
