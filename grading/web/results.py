"""Recorded results of all packs: lists that filter, sort and export."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grading.queries import recorded_results as queries
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.ui.day_filters import since, until
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page

TABS = (
    ("results", "Capacity"),
    ("results_resistance", "Resistance"),
    ("results_reported", "Reported SOH"),
)


def _plain(key: str, label: str, path: str, *, sort: str = "", is_code: bool = False) -> Column:
    return Column(key=key, label=label, value=partial(_at, path=path), sort=sort, is_code=is_code)


def _figure(key: str, label: str, path: str = "") -> Column:
    return Column(key=key, label=label, value=partial(_at, path=path or key), is_number=True)


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = getattr(row, name, None)
    return row.normalize() + Decimal(0) if isinstance(row, Decimal) and row.is_finite() else row


def _departures(row: Any) -> str:
    return "; ".join(one["words"] for one in row.departures)


_PACK = (
    _plain("serial", "Serial", "pack.serial", is_code=True),
    _plain("supplier", "Supplier", "pack.supplier.code", is_code=True),
    Column(key="type", label="Type", value=lambda row: str(row.pack.pack_type or "")),
)
_MEANS = (
    _plain("instrument", "Instrument", "instrument.code", is_code=True),
    _plain("channel", "Channel", "channel.code", is_code=True),
    _plain("certificate", "Certificate", "certificate_number", is_code=True),
    Column(
        key="procedure",
        label="Procedure",
        value=lambda row: f"{row.procedure.code} v{row.procedure.version}" if row.procedure else "",
    ),
    _figure("temperature_degc", "Temperature (°C)"),
    _figure("ambient_degc", "Ambient (°C)"),
)
_END = (
    Column(key="stands", label="Stands", value=queries.stands),
    _plain("person", "Recorded by", "person_label"),
    _plain("at", "Recorded", "at", sort="id"),
    _plain("note", "Note", "note"),
    _plain("sha256", "SHA-256 of the source file", "source_sha256", is_code=True),
)
_MEASURED_AT = _plain("measured_at", "Measured", "measured_at", sort="measured_at")
_DEPARTURES = Column(key="departures", label="Departures", value=_departures)
CAPACITY = (
    *_PACK,
    _MEASURED_AT,
    _figure("soh", "SOH (%)", "soh_percent"),
    _figure("u_soh", "Standard uncertainty (points)", "u_soh_points"),
    _figure("measured_capacity_ah", "Measured charge (Ah)"),
    _figure("measured_energy_kwh", "Measured energy (kWh)"),
    _plain("basis", "Basis", "basis"),
    _figure("reference_value", "Reference (Ah or kWh)"),
    _plain("reference_source", "Reference from", "reference_source"),
    _plain("method", "Method", "method"),
    _figure("c_rate", "C-rate (C)"),
    _figure("voltage_from_v", "From (V)"),
    _figure("voltage_to_v", "To (V)"),
    _plain("ended_by_cell_limit", "Ended by a cell's limit", "ended_by_cell_limit"),
    _figure("weakest", "SOH of the weakest member (%)", "weakest_soh_percent"),
    _plain("weakest_kind", "Weakest member", "weakest_kind"),
    _figure("spread", "Spread of members (points)", "spread_points"),
    *_MEANS,
    _DEPARTURES,
    *_END,
)
RESISTANCE = (
    *_PACK,
    _MEASURED_AT,
    _figure("ir_mohm", "Resistance (mΩ)"),
    _figure("u_ir_mohm", "Standard uncertainty (mΩ)"),
    _figure("ir_ratio", "Ratio to baseline"),
    _figure("u_ratio", "Uncertainty of the ratio"),
    _plain("method", "Method", "method"),
    _figure("pulse_duration_s", "Pulse length (s)"),
    _figure("pulse_current_a", "Pulse current (A)"),
    _plain("direction", "Direction", "direction"),
    _figure("soc_percent", "SOC (%)"),
    _figure("baseline_mohm", "Baseline (mΩ)"),
    _plain("baseline_source", "Baseline from", "baseline_source"),
    _figure("baseline_pulse_s", "Baseline pulse (s)"),
    _figure("baseline_soc_percent", "Baseline SOC (%)"),
    _figure("baseline_temperature_degc", "Baseline temperature (°C)"),
    _plain("is_comparable", "Comparable", "is_comparable"),
    _plain("because", "Not comparable because", "incomparable_because"),
    *_MEANS,
    _DEPARTURES,
    *_END,
)
REPORTED = (
    *_PACK,
    _plain("read_at", "Read", "read_at", sort="read_at"),
    Column(key="kind", label="Kind", value=lambda row: row.get_kind_display()),
    _figure("value_percent", "Reported SOH (%)"),
    _plain("firmware", "Firmware", "firmware"),
    _plain("tool", "Tool", "tool"),
    Column(
        key="procedure",
        label="Procedure",
        value=lambda row: f"{row.procedure.code} v{row.procedure.version}" if row.procedure else "",
    ),
    *_END,
)
_ON_PAGE = {
    "results": ("serial", "supplier", "type", "measured_at", "soh", "u_soh", "c_rate", "temperature_degc",
                "instrument", "procedure", "stands", "at"),
    "results_resistance": ("serial", "supplier", "type", "measured_at", "ir_mohm", "u_ir_mohm", "ir_ratio",
                           "method", "pulse_duration_s", "instrument", "procedure", "stands", "at"),
    "results_reported": ("serial", "supplier", "type", "read_at", "kind", "value_percent", "firmware",
                         "tool", "stands", "at"),
}  # fmt: skip
"""What the page shows; the export has every condition."""
_DIGITS = {
    "soh": ("soh_percent", "u_soh_points", 1),
    "u_soh": ("u_soh_points", "u_soh_points", 2),
    "ir_mohm": ("ir_mohm", "u_ir_mohm", 2),
    "u_ir_mohm": ("u_ir_mohm", "u_ir_mohm", 2),
    "ir_ratio": ("ir_ratio", "u_ratio", 2),
}
"""Of a column: its figure, the uncertainty of it, and the places where that is not known."""
_MOST_PLACES = 4


def _filters(column: str, *, has_instrument: bool) -> tuple[Filter, ...]:
    filters = [
        Filter(key="q", label="Serial", apply=queries.of_pack),
        Filter(key="supplier", label="Supplier", apply=queries.of_supplier),
        Filter(key="type", label="Type", apply=queries.of_type),
        Filter(key="procedure", label="Procedure code", apply=queries.of_procedure),
        Filter(key="from", label="From day", apply=since(column)),
        Filter(key="to", label="To day", apply=until(column)),
        Filter(
            key="stands",
            label="Stands",
            apply=queries.standing,
            choices=queries.STANDINGS,
        ),
    ]
    if has_instrument:
        filters.insert(3, Filter(key="instrument", label="Instrument code", apply=queries.of_instrument))
    return tuple(filters)


@require_safe
@requires(Capability.VIEW_INTERNAL)
def capacity(request: HttpRequest) -> HttpResponseBase:
    filters = _filters("measured_at", has_instrument=True)
    return _list(request, "results", queries.capacity_results, CAPACITY, filters)


@require_safe
@requires(Capability.VIEW_INTERNAL)
def resistance(request: HttpRequest) -> HttpResponseBase:
    filters = _filters("measured_at", has_instrument=True)
    return _list(request, "results_resistance", queries.resistance_results, RESISTANCE, filters)


@require_safe
@requires(Capability.VIEW_INTERNAL)
def reported(request: HttpRequest) -> HttpResponseBase:
    filters = _filters("read_at", has_instrument=False)
    return _list(request, "results_reported", queries.reported_results, REPORTED, filters)


def _in_digits_of(row: Any, path: str, uncertainty: str, places: int) -> Any:
    """Return a figure with the digits that its uncertainty justifies: two of the uncertainty's own."""
    value, spread = getattr(row, path), getattr(row, uncertainty)
    if value is None:
        return None
    if spread:
        places = max(0, min(_MOST_PLACES, 1 - spread.adjusted()))
    return f"{value:.{places}f}"


def _shown(column: Column) -> Column:
    """Return a column as the page shows it; the export has all digits."""
    if column.key not in _DIGITS:
        return column
    path, uncertainty, places = _DIGITS[column.key]
    return replace(column, value=partial(_in_digits_of, path=path, uncertainty=uncertainty, places=places))


def _list(
    request: HttpRequest,
    name: str,
    rows_for: Callable[..., QuerySet[Any]],
    columns: Sequence[Column],
    filters: Sequence[Filter],
) -> HttpResponseBase:
    viewer: User = person_of(request)
    rows = rows_for(viewer=viewer)
    if "export" in request.GET:
        file = name.replace("_", "-")
        return list_export(rows, name=file, columns=columns, filters=filters, params=request.GET)
    shown = [_shown(column) for column in columns if column.key in _ON_PAGE[name]]
    page = list_page(rows, columns=shown, filters=filters, params=request.GET)
    return render(request, "grading/results/list.html", {"page": page, "tabs": TABS, "tab": name})
