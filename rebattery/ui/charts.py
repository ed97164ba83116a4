"""Charts as data: what is drawn, and the same figures as a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

X = datetime | Decimal | float | int | str
Tone = Literal["accent", "ink", "quiet", "ok", "warn", "danger", "grade-a", "grade-b", "grade-c"]
MOST_TABLE_ROWS = 500
"""A longer table is no help; the export or the file has every point."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis with its quantity and unit."""

    label: str
    unit: str = ""
    kind: Literal["number", "time", "category"] = "number"
    places: int = 1
    """Decimals in the table and beside the pointer."""
    low: X | None = None
    high: X | None = None
    from_zero: bool = False
    """Begin at zero even when the figures are far from it."""
    has_round_ends: bool = False
    """``low`` and ``high`` are round figures themselves and have their labels."""

    @property
    def title(self) -> str:
        """Name the quantity and its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point; plain ``(x, y)`` pairs do where there is nothing else to say."""

    x: X
    y: Decimal | float | None
    label: str = ""
    """What it stands for, such as a serial."""
    url: str = ""
    """Where a click on it leads."""
    is_marked: bool = False
    """Drawn as an outlier: another shape and color."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points that belong together."""

    name: str
    points: Sequence[Point | tuple[X, Decimal | float | None]]
    kind: Literal["line", "scatter", "step", "bar"] = "line"
    tone: Tone = "accent"
    is_dashed: bool = False
    has_symbols: bool = False
    """Show each point of a line."""
    on_second_axis: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A straight line at one value of an axis, such as a limit."""

    label: str
    value: X
    axis: Literal["x", "y"] = "y"
    tone: Tone = "quiet"


@dataclass(frozen=True, kw_only=True)
class Band:
    """A range that is marked over the whole height or width, such as the rows that were used."""

    label: str
    start: X
    end: X
    axis: Literal["x", "y"] = "x"
    tone: Tone = "accent"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart; the tag ``chart`` shows it with its table, ``chart_scripts`` loads what draws it."""

    id: str
    title: str
    """One sentence that says what it shows; also its accessible name."""
    x: Axis
    y: Axis
    series: Sequence[Series]
    second_y: Axis | None = None
    lines: Sequence[Line] = ()
    bands: Sequence[Band] = ()
    zoom: bool = False
    zoom_url: str = ""
    """Answers ``?from=…&to=…`` (values of the x axis) with ``window`` of the visible part; give the x
    axis ``low`` and ``high`` then, so that it keeps its length."""
    group: str = ""
    """Charts of one page with the same group zoom and point together."""
    is_stacked: bool = False
    """The next chart of its group stands right below, with the x axis and the zoom of both."""
    is_way: bool = False
    """The points are a way through both quantities: the table keeps their order."""
    note: str = ""
    """How the figures were computed, in sight below the caption."""
    table_note: str = ""
    size: Literal["", "strip", "small", "large"] = ""
    labels: dict[str, str] = field(default_factory=dict)
    """Reserved words in another wording: ``point`` heads the column of the points' labels."""

    def to_json(self) -> dict[str, Any]:
        """Return what ``ui/chart.js`` draws."""
        return {
            "title": self.title,
            "x": _axis(self.x),
            "y": [_axis(axis) for axis in (self.y, self.second_y) if axis],
            **window(self.series),
            "lines": [
                {"label": item.label, "value": _plain(item.value), "axis": item.axis, "tone": item.tone}
                for item in self.lines
            ],
            "bands": [
                {
                    "label": item.label,
                    "range": [_plain(item.start), _plain(item.end)],
                    "axis": item.axis,
                    "tone": item.tone,
                }
                for item in self.bands
            ],
            "zoom": self.zoom,
            "zoomUrl": self.zoom_url,
            "group": self.group,
            "stacked": self.is_stacked,
        }

    @property
    def table(self) -> "Table":
        """Return the same figures as a table."""
        return _table(self)


@dataclass(frozen=True)
class Table:
    """The twin of a chart."""

    headings: list[str]
    rows: list[tuple[str, str, str, list[str]]]
    """Label of the point, its address, x in words, and a value of each series."""
    note: str
    has_labels: bool


def window(series: Sequence[Series]) -> dict[str, Any]:
    """Return the points alone, which is what ``zoom_url`` answers."""
    return {"series": [_series(item) for item in series]}


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "title": axis.title,
        "kind": axis.kind,
        "places": axis.places,
        "low": _plain(axis.low),
        "high": _plain(axis.high),
        "fromZero": axis.from_zero,
        "roundEnds": axis.has_round_ends,
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "name": series.name,
        "kind": series.kind,
        "tone": series.tone,
        "dashed": series.is_dashed,
        "symbols": series.has_symbols,
        "second": series.on_second_axis,
        "points": [_point(point) for point in series.points],
    }


def _point(point: Point | tuple[X, Decimal | float | None]) -> Any:
    if not isinstance(point, Point):
        return [_plain(point[0]), _plain(point[1])]
    pair = [_plain(point.x), _plain(point.y)]
    if not (point.label or point.url or point.is_marked):
        return pair
    return {"value": pair, "label": point.label, "url": point.url, "marked": point.is_marked}


def _plain(value: Any) -> Any:
    # A picture needs no exact decimals; the table beside it shows them.
    if isinstance(value, Decimal):
        return float(value)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _table(chart: Chart) -> Table:
    rows: dict[tuple[Any, str, int], tuple[Point, list[str]]] = {}
    for place, series in enumerate(chart.series):
        axis = chart.second_y if series.on_second_axis and chart.second_y else chart.y
        seen: dict[tuple[Any, str], int] = {}
        for item in series.points:
            point = item if isinstance(item, Point) else Point(x=item[0], y=item[1])
            again = seen[(point.x, point.label)] = seen.get((point.x, point.label), -1) + 1
            _, values = rows.setdefault((point.x, point.label, again), (point, ["–"] * len(chart.series)))
            values[place] = _figure(point.y, axis)
    found = list(rows.values())
    if chart.x.kind != "category" and not chart.is_way:
        found.sort(key=lambda row: row[0].x)
    step = -(-len(found) // MOST_TABLE_ROWS) or 1
    note = chart.table_note or (f"One point of {step} is shown; there are {len(found)}." if step > 1 else "")
    has_labels = any(point.label for point, _ in found)
    head = [chart.labels.get("point", "Point")] if has_labels else []
    return Table(
        [*head, chart.x.title, *(_heading(chart, series) for series in chart.series)],
        [(point.label, point.url, _figure(point.x, chart.x), values) for point, values in found[::step]],
        note,
        has_labels,
    )


def _heading(chart: Chart, series: Series) -> str:
    axis = chart.second_y if series.on_second_axis and chart.second_y else chart.y
    return f"{series.name} ({axis.unit})" if axis.unit else series.name


def _figure(value: Any, axis: Axis) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    return value if isinstance(value, str) else f"{value:.{axis.places}f}"
