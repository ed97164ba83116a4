"""Charts of a tester file, thinned for what is seen of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from grading.domain.tester_files.charge_path import charge_path
from grading.domain.tester_files.curves import (
    SLOPE_EDGE,
    SLOPE_POINTS,
    SLOPE_WINDOW,
    X,
    curves,
    discharge,
    scale_of,
    slope,
    span_of,
)
from grading.models import Derivation
from grading.queries.tester_files import derivation_for
from grading.services.tester_files.tables import table_of
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.charts import Axis, Band, Chart, Line, Series, window

_DRAWN: dict[str, tuple[str, X, str, str, int]] = {
    "voltage": ("voltage_v", "hours", "Voltage", "V", 3),
    "current": ("current_a", "hours", "Current, + charge", "A", 2),
    "temperature": ("temperature_degc", "hours", "Temperature", "°C", 1),
    "charge": ("voltage_v", "ah", "Voltage", "V", 3),
}
_THINNED = {
    "hours": "Thinned: each stretch keeps its first, lowest, highest and last value.",
    "ah": "In the order of time, thinned: each stretch keeps its first, last, lowest and highest values.",
}
_SLOPE = (
    f"Voltage at {SLOPE_POINTS} equal steps of charge, without its first and last {SLOPE_EDGE * 100:g} %; "
    f"slope of the parabola through {SLOPE_WINDOW} steps (Savitzky and Golay, Anal. Chem. 36 (1964) 1627)."
)
_X = {"hours": ("Time", "h", 3), "ah": ("Charge since the beginning", "Ah", 2)}


@require_safe
@requires(Capability.VIEW_INTERNAL)
def tester_file_points(request: HttpRequest, tester_file_id: int, test_index: int) -> JsonResponse:
    """Answer with the points of the visible part of one chart."""
    row = derivation_for(viewer=person_of(request), tester_file_id=tester_file_id, index=test_index)
    of = request.GET.get("of", "voltage")
    if row is None or of not in _DRAWN:
        raise Http404
    if not table_of(row).exists():
        return JsonResponse({"series": []})
    lines = _lines(row, [of], _number(request, "from"), _number(request, "to"))
    return JsonResponse(window(list(lines.values())))


def charts_of(row: Derivation, *, others: Sequence[Derivation]) -> dict[str, list[Chart]]:
    """Return the charts of one test by where they stand; nothing where its table is not there."""
    if not table_of(row).exists():
        return {}
    used = _used(row.result)
    over_time = _charts(row, ("voltage", "current", "temperature"))
    # They stand over each other: the axis and the zoom of the last are those of all.
    over_time = [
        replace(chart, is_stacked=chart is not over_time[-1], size="strip", bands=_bands(used))
        for chart in over_time
    ]
    return {
        "time": over_time,
        "charge": [*_charts(row, ("charge",)), *_discharges(row, used, others)],
    }


def _charts(row: Derivation, names: Sequence[str]) -> list[Chart]:
    """Return charts that share their x axis, out of one reading of the table."""
    x = _DRAWN[names[0]][1]
    span = span_of(table_of(row), x=x, scale=scale_of(row.parameters["answers"]))
    if span is None:
        return []
    found = []
    name, x_unit, x_places = _X[x]
    address = reverse("tester_file_points", args=[row.tester_file_id, row.test_index])
    for of, line in _lines(row, names, None, None).items():
        _, _, label, unit, places = _DRAWN[of]
        if not line.points:
            continue
        found.append(
            Chart(
                id=f"chart-{row.test_index}-{of}",
                title=f"{label} against {name.lower()}",
                x=Axis(label=name, unit=x_unit, places=x_places, low=span.low, high=span.high),
                y=Axis(label=label, unit=unit, places=places),
                series=[line],
                zoom=True,
                zoom_url=f"{address}?of={of}",
                group=f"time-{row.test_index}" if x == "hours" else "",
                is_way=x == "ah",
                table_note=_THINNED[x],
            )
        )
    return found


def pulse_chart(row: Derivation) -> Chart | None:
    """Return R of every pulse against its length."""
    pulses = [pulse for pulse in row.result["pulses"] if pulse["r_mohm"]]
    if not pulses:
        return None
    series = [
        Series(
            name=f"Pulse {place} ({pulse['direction']}{_at_soc(pulse)})",
            points=[(float(length), r) for length, r in pulse["r_mohm"].items()],
            has_symbols=True,
        )
        for place, pulse in enumerate(pulses[:12], start=1)
    ]
    return Chart(
        id=f"chart-{row.test_index}-pulses",
        title="Resistance of the pulses against the time after their onset",
        x=Axis(label="Time after the onset", unit="s", places=1),
        y=Axis(label="Resistance", unit="mΩ", places=3),
        series=series,
        size="small",
    )


def histogram_chart(bins: Sequence[tuple[float, int]], soh_percent: float | None) -> Chart | None:
    """Return how the SOH of this type is distributed, with this test's beside it."""
    if not bins:
        return None
    lines = (
        [] if soh_percent is None else [Line(label="this test", value=soh_percent, axis="x", tone="accent")]
    )
    return Chart(
        id="chart-type",
        title="Standing SOH of this pack type, all packs",
        x=Axis(label="SOH", unit="%", places=1),
        y=Axis(label="Packs", places=0, from_zero=True),
        series=[Series(name="Packs", points=list(bins), kind="bar", tone="quiet")],
        lines=lines,
        size="small",
    )


def evidence_charts(row: Derivation) -> list[Chart]:
    """Return the charts by which somebody judges a result: the discharge that counts, and the whole test."""
    if not table_of(row).exists():
        return []
    used = _used(row.result)
    over_time = [
        replace(chart, bands=_bands(used), size="small", zoom=False, zoom_url="")
        for chart in _charts(row, ("voltage",))
    ]
    counted = [replace(_discharge_chart(row, others=()), size="small")] if used else []
    return [*counted, *over_time]


def _discharges(row: Derivation, used: Mapping[str, Any] | None, others: Sequence[Derivation]) -> list[Chart]:
    if used is None:
        return []
    charts = [_discharge_chart(row, others=others)]
    curve = slope(
        table_of(row),
        row_from=used["row_from"],
        row_to=used["row_to"],
        scale=scale_of(row.parameters["answers"]),
    )
    if curve:
        charts.append(
            Chart(
                id=f"chart-{row.test_index}-slope",
                title="dV/dQ of the discharge that counts",
                x=Axis(label="Charge taken out", unit="Ah", places=2, from_zero=True),
                y=Axis(label="dV/dQ", unit="V/Ah", places=4, from_zero=True),
                series=[Series(name="dV/dQ", points=curve)],
                note=_SLOPE,
            )
        )
    return charts


def _discharge_chart(row: Derivation, *, others: Sequence[Derivation]) -> Chart:
    series = [Series(name="This test", points=_discharge(row))]
    for other in others:
        if table_of(other).exists():
            day = other.derived_at.date().isoformat()
            points = _discharge(other)
            series.append(
                Series(
                    name=f"{other.tester_file.file_name}, read {day}",
                    points=points,
                    tone="quiet",
                    is_dashed=True,
                )
            )
    over = ", over those of the same pack's other files" if others else ""
    return Chart(
        id=f"chart-{row.test_index}-discharge",
        title=f"The discharge that counts{over}",
        x=Axis(label="Charge taken out", unit="Ah", places=2, from_zero=True),
        y=Axis(label="Voltage", unit="V", places=3),
        series=series,
    )


def _discharge(row: Derivation) -> list[tuple[float, float]]:
    used = _used(row.result)
    if used is None:
        return []
    scale = scale_of(row.parameters["answers"])
    return discharge(table_of(row), row_from=used["row_from"], row_to=used["row_to"], scale=scale)


def _used(result: Mapping[str, Any]) -> Mapping[str, Any] | None:
    place = result["capacity_chain"]
    return None if place is None else result["capacity_chains"][place]


def _bands(used: Mapping[str, Any] | None) -> list[Band]:
    # A chain's times are in seconds, with the answers applied already.
    if used is None:
        return []
    return [Band(label="used", start=used["t_full_s"] / 3600, end=used["t_empty_s"] / 3600)]


def _lines(row: Derivation, names: Sequence[str], low: float | None, high: float | None) -> dict[str, Series]:
    """Return the lines of charts that share their x axis, by the names of the charts."""
    x, scale = _DRAWN[names[0]][1], scale_of(row.parameters["answers"])
    if x == "ah":
        path = charge_path(table_of(row), scale=scale, low=low, high=high)
        return {of: Series(name=_DRAWN[of][2], points=path) for of in names}
    columns = {of: _DRAWN[of][0] for of in names}
    found = curves(table_of(row), x=x, names=list(columns.values()), scale=scale, low=low, high=high)
    return {of: Series(name=_DRAWN[of][2], points=found[column]) for of, column in columns.items()}


def _at_soc(pulse: Mapping[str, Any]) -> str:
    return "" if pulse["soc_percent"] is None else f" at {pulse['soc_percent']:.0f} % SOC"


def _number(request: HttpRequest, name: str) -> float | None:
    try:
        value = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None
