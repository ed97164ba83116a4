"""The drift of an instrument as a chart."""

from decimal import Decimal

from grading.queries.instruments_controls import Drift
from rebattery.ui.charts import Axis, Chart, Line, Point, Series


def drift_chart(drift: Drift, instrument_code: str) -> Chart:
    """Return the deviations from one reference item over time, with the tolerance of today."""
    item = drift.item
    tolerance = item.tolerance_percent
    points = [
        Point(
            x=row.measured_at,
            y=row.deviation_percent,
            label=f"Channel {row.channel.code}" if row.channel else "",
            is_marked=not row.has_passed,
        )
        for row in drift.measurements
    ]
    reach = max([tolerance, *(abs(row.deviation_percent) for row in drift.measurements)]) * Decimal("1.25")
    words = f"{tolerance.normalize():f} %"
    return Chart(
        id=f"drift-{item.pk}",
        title=f"Deviation of {instrument_code} from {item.code} over time, with its tolerance of {words}",
        x=Axis(label="Measured", kind="time"),
        y=Axis(label="Deviation", unit="%", places=2, low=-reach, high=reach),
        series=[Series(name="Deviation", points=points, has_symbols=True)],
        lines=[
            Line(label=f"+{words}", value=tolerance, tone="danger"),
            Line(label=f"−{words}", value=-tolerance, tone="danger"),
        ],
        labels={"point": "By"},
        size="small",
    )
