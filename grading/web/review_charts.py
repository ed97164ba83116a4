"""Pictures beside a review: the pack among its type, and the curve of its test."""

from collections.abc import Sequence
from decimal import Decimal

from grading.models import Derivation
from grading.queries.review_evidence import BIN_POINTS, TypeDistribution
from grading.services.tester_files.tables import table_of
from grading.web.tester_files_charts import evidence_charts
from rebattery.jobs import Job, send
from rebattery.ui.charts import Axis, Chart, Line, Point, Series


def curve_charts(row: Derivation | None) -> list[Chart]:
    """Return the curves of the test behind a decision; asks for its table where that is not there."""
    if row is None:
        return []
    if not table_of(row).exists() and row.result["rows"]:
        send(Job.KEEP_TESTER_TABLES, derivation_id=row.pk)
        return []
    return evidence_charts(row)


def distribution_chart(
    found: TypeDistribution, *, soh_percent: Decimal | None, limits: Sequence[Decimal]
) -> Chart | None:
    """Return how the SOH of a type is distributed, with this pack and ``limits`` as lines."""
    if not found.is_picture:
        return None
    count = len(found.values)
    which = f"the newest {count:,}" if found.is_cut else f"{count:,}"
    return Chart(
        id="chart-type",
        title=f"SOH of {which} packs of this type, {found.basis}; median {found.median:.1f} %",
        x=Axis(label="SOH", unit="%", places=0),
        y=Axis(label="Packs", places=0, from_zero=True),
        series=[
            Series(
                name="Packs",
                points=[
                    Point(x=low + BIN_POINTS / 2, y=number, label=f"{low} to {low + BIN_POINTS} %")
                    for low, number in found.bins
                ],
                kind="bar",
                tone="quiet",
            )
        ],
        lines=_lines(soh_percent, limits),
        size="small",
        labels={"point": "Range"},
    )


def _lines(soh_percent: Decimal | None, limits: Sequence[Decimal]) -> list[Line]:
    found = [
        Line(label=f"limit {limit.normalize():f}", value=limit, axis="x", tone="warn") for limit in limits
    ]
    if soh_percent is not None:
        found.append(Line(label="this pack", value=soh_percent, axis="x", tone="accent"))
    return found
