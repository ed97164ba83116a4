"""Curves of a canonical table, thinned to what the visible part of a chart can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

BUCKETS = 400
EXACT_ROWS = 1_600
"""A window of no more rows is shown as it is."""
SLOPE_POINTS = 200
X = Literal["hours", "ah"]
Curve = list[tuple[float, float]]
_SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Scale:
    """By what a person's answers multiply what the file wrote."""

    time: float = 1.0
    current: float = 1.0


@dataclass(frozen=True)
class Span:
    """First and last value of an axis."""

    low: float
    high: float


def scale_of(answers: dict[str, str]) -> Scale:
    """Return what a person's answers make of the numbers of a table."""
    current = {"mA": 1e-3, "uA": 1e-6}.get(answers.get("current_unit", ""), 1.0)
    time = {"ms": 1e-3, "min": 60.0, "h": _SECONDS_AN_HOUR}.get(answers.get("time_unit", ""), 1.0)
    return Scale(time=time, current=-current if answers.get("sign") == "inverted" else current)


def span_of(path: Path, *, x: X, scale: Scale) -> Span | None:
    """Return from where to where a table goes along ``x``, to hundredths; None for nothing."""
    import polars as pl

    found = _axes(path, scale).select(pl.col(x).min().alias("low"), pl.col(x).max().alias("high")).collect()
    low, high = found.row(0)
    return None if low is None or low == high else Span(floor(low * 100) / 100, ceil(high * 100) / 100)


def curves(
    path: Path, *, x: X, names: Sequence[str], scale: Scale, low: float | None, high: float | None
) -> dict[str, Curve]:
    """Return the visible part of each of ``names`` along ``x``.

    A long part is cut into ``BUCKETS``; each keeps its first, lowest, highest and last value, so that no peak
    and no pulse is lost.
    """
    import polars as pl

    rows = _axes(path, scale).select(x, *names)
    if low is not None and high is not None:
        rows = rows.filter(pl.col(x).is_between(low, high))
    ends = rows.select(
        pl.len().alias("count"), pl.col(x).min().alias("low"), pl.col(x).max().alias("high")
    ).collect(engine="streaming")
    count, first, last = ends.row(0)
    if not count or first is None:
        return {name: [] for name in names}
    if count <= EXACT_ROWS or first == last:
        frame = rows.collect()
        return {name: _pairs(frame[x].to_list(), frame[name].to_list()) for name in names}
    bucket = ((pl.col(x) - first) / (last - first) * BUCKETS).floor().clip(0, BUCKETS - 1).cast(pl.Int32)
    wanted = [pl.col(x).first().alias("x_first"), pl.col(x).last().alias("x_last")]
    for name in names:
        known = pl.col(name).drop_nans().drop_nulls()
        wanted += [
            known.first().alias(f"{name}_first"),
            known.min().alias(f"{name}_min"),
            known.max().alias(f"{name}_max"),
            known.last().alias(f"{name}_last"),
        ]
    frame = (
        rows.with_columns(bucket.alias("bucket"))
        .group_by("bucket")
        .agg(wanted)
        .sort("bucket")
        .collect(engine="streaming")
    )
    return {name: _thinned(frame, name) for name in names}


def slope(path: Path, *, row_from: int, row_to: int, scale: Scale) -> Curve:
    """Return dV/dQ (V per Ah) along the charge taken out between two rows, smoothed over ``SLOPE_POINTS``."""
    import numpy as np

    table = _range(path, row_from, row_to, scale)
    charge, voltage = np.abs(table["ah"] - table["ah"][0]).to_numpy(), table["voltage_v"].to_numpy()
    rising = np.concatenate(([True], np.diff(np.maximum.accumulate(charge)) > 0))
    charge, voltage = charge[rising], voltage[rising]
    if len(charge) < SLOPE_POINTS // 4 or charge[-1] <= 0:
        return []
    even = np.linspace(charge[0], charge[-1], SLOPE_POINTS + 1)
    steps = np.interp(even, charge, voltage)
    middle = (even[1:] + even[:-1]) / 2
    return _pairs(middle.tolist(), (np.diff(steps) / np.diff(even)).tolist())


def discharge(path: Path, *, row_from: int, row_to: int, scale: Scale) -> Curve:
    """Return voltage along the charge taken out between two rows, from zero, to lay over others."""
    table = _range(path, row_from, row_to, scale)
    charge = (table["ah"] - table["ah"][0]).abs()
    step = max(1, len(charge) // BUCKETS)
    return _pairs(charge.gather_every(step).to_list(), table["voltage_v"].gather_every(step).to_list())


def _axes(path: Path, scale: Scale) -> "pl.LazyFrame":
    import polars as pl

    return pl.scan_parquet(path).select(
        (pl.col("time_s") * (scale.time / _SECONDS_AN_HOUR)).alias("hours"),
        (pl.col("net_ah") * (scale.time * scale.current)).alias("ah"),
        "voltage_v",
        (pl.col("current_a") * scale.current).alias("current_a"),
        "temperature_degc",
        "row",
    )


def _range(path: Path, row_from: int, row_to: int, scale: Scale) -> "pl.DataFrame":
    import polars as pl

    rows = _axes(path, scale).filter(pl.col("row").is_between(row_from, row_to))
    return rows.select("ah", "voltage_v").drop_nulls().collect()


def _thinned(frame: Any, name: str) -> Curve:
    curve: Curve = []
    columns = ("x_first", "x_last", *(f"{name}_{part}" for part in ("first", "min", "max", "last")))
    for x_first, x_last, first, low, high, last in frame.select(columns).iter_rows():
        if first is None:
            continue
        middle = (x_first + x_last) / 2
        inner = [low, high] if abs(first - low) <= abs(first - high) else [high, low]
        curve += _pairs([x_first, middle, middle, x_last], [first, *inner, last])
    return curve


def _pairs(x: Sequence[float | None], y: Sequence[float | None]) -> Curve:
    # Seven digits are finer than any screen, and half as much to send.
    return [
        (float(f"{a:.7g}"), float(f"{b:.7g}"))
        for a, b in zip(x, y, strict=True)
        if a is not None and b is not None and b == b
    ]
