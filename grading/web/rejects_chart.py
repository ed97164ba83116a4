"""The Pareto chart of rejects."""

from collections.abc import Sequence
from dataclasses import dataclass

from grading.domain.rejects import Bar
from grading.queries.rejects import BY
from rebattery.ui.charts import Axis, Chart, Point, Series

MOST_BARS = 20
"""More could not be read; the table below the chart and the export have all."""


@dataclass(frozen=True)
class Row:
    """One bar with its words and the list of its packs."""

    bar: Bar
    label: str
    url: str


def chart_of(by: str, rows: Sequence[Row]) -> Chart:
    """Return bars with the line of their sums; of many bars the first, of many months the last."""
    shown = rows[-MOST_BARS:] if by == "month" else rows[:MOST_BARS]
    what = "Findings" if by == "finding" else "Rejects"
    cut = f"{len(shown)} of {len(rows)} bars are drawn; the table has all." if len(shown) < len(rows) else ""
    return Chart(
        id="rejects",
        title=f"{what} by {BY[by].lower()}, with their sum in percent of all",
        x=Axis(label=BY[by], kind="category"),
        y=Axis(label=what, places=0, from_zero=True),
        second_y=Axis(label="Sum of all", unit="%", low=0, high=100, has_round_ends=True),
        series=[
            Series(
                name=what,
                kind="bar",
                points=[Point(x=row.label, y=row.bar.count, url=row.url) for row in shown],
            ),
            Series(
                name="Sum so far",
                tone="ink",
                has_symbols=True,
                on_second_axis=True,
                points=[(row.label, row.bar.cumulative_percent) for row in shown],
            ),
        ],
        note=cut,
    )
