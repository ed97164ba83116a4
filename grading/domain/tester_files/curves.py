"""Curves of a canonical table, thinned to what the visible part of a chart can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grading.domain.cyclers.parameters import CURRENT_UNITS_A, TIME_UNITS_S

if TYPE_CHECKING:
    import polars as pl

BUCKETS = 400
EXACT_ROWS = 1_600
"""A window of no more rows is shown as it is."""
SLOPE_POINTS = 200
SLOPE_WINDOW = 9
SLOPE_EDGE = 0.01
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
    current = CURRENT_UNITS_A.get(answers.get("current_unit", ""), 1.0)
    time = TIME_UNITS_S.get(answers.get("time_unit", ""), 1.0)
    return Scale(time=time, current=-current if answers.get("sign") == "inverted" else current)


def span_of(path: Path, *, x: X, scale: Scale) -> Span | None:
    """Return from where to where a table goes along ``x``, to hundredths; None for nothing."""
    import polars as pl

    found = axes_of(path, scale).select(pl.col(x).min().alias("low"), pl.col(x).max().alias("high")).collect()
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

    rows = axes_of(path, scale).select(x, *names)
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
    """Return dV/dQ (V per Ah) along the charge taken out between two rows.

    Voltage is taken at ``SLOPE_POINTS`` equal steps of charge; each slope is that of the least-squares
    parabola through ``SLOPE_WINDOW`` of them (A. Savitzky and M. J. E. Golay, Anal. Chem. 36 (1964) 1627,
    doi:10.1021/ac60214a047). The first and the last ``SLOPE_EDGE`` of the charge are left out: there the
    current sets in and the voltage falls off, and their slopes would dwarf all others.
    """
    import numpy as np

    table = _range(path, row_from, row_to, scale)
    charge, voltage = np.abs(table["ah"] - table["ah"][0]).to_numpy(), table["voltage_v"].to_numpy()
    rising = np.concatenate(([True], np.diff(np.maximum.accumulate(charge)) > 0))
    charge, voltage = charge[rising], voltage[rising]
    if len(charge) < SLOPE_POINTS // 4 or charge[-1] <= 0:
        return []
    even = np.linspace(SLOPE_EDGE * charge[-1], (1 - SLOPE_EDGE) * charge[-1], SLOPE_POINTS)
    half = SLOPE_WINDOW // 2
    weights = np.arange(-half, half + 1) / (2 * sum(place**2 for place in range(1, half + 1)))
    slopes = np.correlate(np.interp(even, charge, voltage), weights, mode="valid") / (even[1] - even[0])
    return _pairs(even[half:-half].tolist(), slopes.tolist())


def discharge(path: Path, *, row_from: int, row_to: int, scale: Scale) -> Curve:
    """Return voltage along the charge taken out between two rows, from zero, to lay over others."""
    table = _range(path, row_from, row_to, scale)
    charge = (table["ah"] - table["ah"][0]).abs()
    step = max(1, len(charge) // BUCKETS)
    return _pairs(charge.gather_every(step).to_list(), table["voltage_v"].gather_every(step).to_list())


def axes_of(path: Path, scale: Scale) -> "pl.LazyFrame":
    """Return the columns that charts draw, with a person's answers applied."""
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

    rows = axes_of(path, scale).filter(pl.col("row").is_between(row_from, row_to))
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
    return [
        (seven_digits(a), seven_digits(b))
        for a, b in zip(x, y, strict=True)
        if a is not None and b is not None and b == b
    ]


def seven_digits(value: float) -> float:
    """Return a figure finer than any screen shows, and half as long to send."""
    return float(f"{value:.7g}") + 0.0  # no minus nothing
