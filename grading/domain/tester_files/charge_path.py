"""The way of one test through charge and voltage, in the order of time."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from grading.domain.tester_files.curves import EXACT_ROWS, Scale, axes_of, seven_digits

if TYPE_CHECKING:
    import polars as pl

WINDOWS = 400
CHUNK_ROWS = 1_000_000
"""So many rows are held at once, however long the table is."""
Way = list[tuple[float, float | None]]


def charge_path(path: Path, *, scale: Scale, low: float | None, high: float | None) -> Way:
    """Return voltage against charge as the test went through them, so that a loop shows as a loop.

    A long test is cut into ``WINDOWS`` of equal numbers of records; each keeps its first and last record and
    those with the lowest and highest voltage and charge, in the order of time. Between ``low`` and ``high``
    (Ah) the way may leave the view and come back: a point without a voltage parts the pieces.
    """
    import polars as pl

    rows = axes_of(path, scale).select("ah", "voltage_v").drop_nulls().drop_nans().with_row_index("place")
    if low is not None and high is not None:
        rows = rows.filter(pl.col("ah").is_between(low, high))
    count: int = rows.select(pl.len()).collect(engine="streaming").item()
    size = 1 if count <= EXACT_ROWS else -(-count // WINDOWS)
    way: Way = []
    piece_before: int | None = None
    for charge, voltage, piece in _kept(rows, count, size):
        if piece_before not in (None, piece):
            way.append((charge, None))
        way.append((charge, voltage))
        piece_before = piece
    return way


def _kept(rows: "pl.LazyFrame", count: int, size: int) -> Iterator[tuple[float, float, int]]:
    """Yield charge, voltage and the number of its piece for what each window of ``size`` records keeps."""
    import polars as pl

    chunk = max(size, CHUNK_ROWS // size * size)
    at = pl.col("at")
    ends = [at.first().alias("first"), at.last().alias("last")]
    for name in ("ah", "voltage_v"):
        ends += [at.get(pl.col(name).arg_min()).alias(f"{name}_low")]
        ends += [at.get(pl.col(name).arg_max()).alias(f"{name}_high")]
    for offset in range(0, count, chunk):
        frame = rows.slice(offset, chunk).collect(engine="streaming").with_row_index("at")
        if size > 1:
            windows = frame.group_by(at // size).agg(ends).drop("at")
            kept = windows.unpivot().get_column("value").unique().sort()
            frame = frame[kept]
        for here, place, charge, voltage in frame.select("at", "place", "ah", "voltage_v").iter_rows():
            # Records that are seen without a gap are as far from the first of all as from the first seen.
            yield seven_digits(charge), seven_digits(voltage), place - here - offset
