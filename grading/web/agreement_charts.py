"""Charts of one group's agreement."""

import math
from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from grading.domain.agreement.drift import NEWEST, moving_means
from grading.models import AgreementGroup
from grading.queries.agreement import PairPoint
from rebattery.ui.charts import Axis, Band, Chart, Line, Point, Series, X

MOST_POINTS = 1_000
"""Newest pairs that a chart shows; the table below it and its export have all."""
_PACK = {"point": "Pack"}


def charts_of(group: AgreementGroup, pairs: Sequence[PairPoint]) -> list[Chart]:
    """Return difference against mean, report against measurement, and drift."""
    return [_bland_altman(group, pairs), _against(group, pairs), _drift(group, pairs)]


def _bland_altman(group: AgreementGroup, pairs: Sequence[PairPoint]) -> Chart:
    lines = [Line(label=f"bias {group.bias:+.1f}", value=group.bias, tone="ink")]
    if group.limit_low is not None and group.limit_high is not None:
        lines += [
            Line(label=f"limit {limit:+.1f}", value=limit, tone="danger")
            for limit in (group.limit_low, group.limit_high)
        ]
    return Chart(
        id="bland-altman",
        title=f"Reported less measured SOH against the mean of both, n = {group.n}",
        x=Axis(label="Mean of reported and measured SOH", unit="%"),
        y=_differences(pairs, group.limit_low, group.limit_high),
        series=[
            Series(
                name="Difference",
                kind="scatter",
                points=[_point(pair, float(pair.mean), float(pair.difference)) for pair in pairs],
            )
        ],
        lines=lines,
        labels=_PACK,
        table_note=_note(group, pairs),
    )


def _against(group: AgreementGroup, pairs: Sequence[PairPoint]) -> Chart:
    found = [float(value) for pair in pairs for value in (pair.measured, pair.reported)]
    ends = (min(found), max(found))
    return Chart(
        id="claim-against-measurement",
        title="Reported against measured SOH; on the line both are equal",
        x=Axis(label="Measured SOH", unit="%"),
        y=Axis(label="Reported SOH", unit="%"),
        series=[
            Series(
                name="Reported",
                kind="scatter",
                points=[_point(pair, float(pair.measured), float(pair.reported)) for pair in pairs],
            ),
            Series(name="Equal", tone="quiet", is_dashed=True, points=[(end, end) for end in ends]),
        ],
        labels=_PACK,
        table_note=_note(group, pairs),
    )


def _drift(group: AgreementGroup, pairs: Sequence[PairPoint]) -> Chart:
    means = moving_means([float(pair.difference) for pair in pairs])
    bands = []
    if group.drift_low is not None and group.drift_high is not None:
        bands = [
            Band(
                label="bias ± 2 standard errors",
                start=group.drift_low,
                end=group.drift_high,
                axis="y",
                tone="ok",
            )
        ]
    return Chart(
        id="drift",
        title=f"Differences over time, and the mean of the last {NEWEST}",
        x=Axis(label="Measured", kind="time"),
        y=_differences(pairs, group.drift_low, group.drift_high),
        series=[
            Series(
                name="Difference",
                kind="scatter",
                tone="quiet",
                points=[_point(pair, pair.measured_at, float(pair.difference)) for pair in pairs],
            ),
            Series(
                name=f"Mean of the last {NEWEST}",
                points=[
                    _point(pair, pair.measured_at, mean, is_marked=pair is pairs[-1] and group.has_drifted)
                    for pair, mean in zip(pairs, means, strict=True)
                    if mean is not None
                ],
            ),
        ],
        bands=bands,
        labels=_PACK,
        table_note=_note(group, pairs),
    )


def _differences(pairs: Sequence[PairPoint], *limits: Decimal | None) -> Axis:
    """Return the axis of differences, long enough for the limits drawn across it."""
    shown = [float(pair.difference) for pair in pairs] + [
        float(limit) for limit in limits if limit is not None
    ]
    return Axis(
        label="Reported less measured",
        unit="points",
        low=math.floor(min(shown, default=0)) - 1,
        high=math.ceil(max(shown, default=0)) + 1,
    )


def _point(pair: PairPoint, x: X, y: float, *, is_marked: bool = False) -> Point:
    url = reverse("pack", args=[pair.pack_id])
    return Point(x=x, y=y, label=pair.serial, url=url, is_marked=is_marked)


def _note(group: AgreementGroup, pairs: Sequence[PairPoint]) -> str:
    return f"The newest {len(pairs)} of {group.n} pairs." if len(pairs) < group.n else ""
