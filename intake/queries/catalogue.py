"""Pack types, for pages and for the reading of manifests."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from intake.models import PackType

MEASURES = (
    ("nominal_energy_kwh", "Nominal energy", "kWh"),
    ("usable_energy_kwh", "Usable energy", "kWh"),
    ("rated_capacity_ah", "Rated capacity", "Ah"),
    ("nominal_voltage_v", "Nominal voltage", "V"),
    ("voltage_min_v", "Lowest voltage", "V"),
    ("voltage_max_v", "Highest voltage", "V"),
    ("series_count", "Cells in series", ""),
    ("parallel_count", "Cells in parallel", ""),
    ("module_count", "Modules", ""),
    ("mass_kg", "Mass", "kg"),
    ("baseline_ir_mohm", "Baseline resistance", "mΩ"),
    ("baseline_ir_pulse_s", "Baseline pulse length", "s"),
    ("baseline_ir_soc_percent", "Baseline state of charge", "%"),
    ("baseline_ir_temperature_degc", "Baseline temperature", "°C"),
    ("calendar_life_years", "Calendar life by the maker", "years"),
)
"""Measured or published figures of a pack type: column, label, unit."""
BASELINE_METHODS = (("dc_pulse", "DC pulse"), ("ac_1khz", "AC 1 kHz"))
"""How a baseline resistance was measured; a resistance test compares only within one method."""
_READ = (
    "key", "make", "model", "variant", "chemistry",
    "nominal_energy_kwh", "rated_capacity_ah", "nominal_voltage_v", "mass_kg",
)  # fmt: skip
"""What the manifest reader knows of a type."""


def pack_types() -> QuerySet[PackType]:
    """Return the whole catalogue."""
    return PackType.objects.all()


def unconfirmed(queryset: QuerySet[PackType]) -> QuerySet[PackType]:
    """Keep the active types of which some figure is nobody's word yet."""
    return queryset.filter(is_active=True).exclude(unconfirmed_fields="")


def matching(queryset: QuerySet[PackType], text: str) -> QuerySet[PackType]:
    """Keep the types whose key, make, model or variant contains ``text``."""
    found = Q()
    for name in ("key", "make", "model", "variant"):
        found |= Q(**{f"{name}__icontains": text})
    return queryset.filter(found)


def catalogue_for_reading() -> list[dict[str, Any]]:
    """Return the active types as the manifest reader takes them: decimals as text, None if not confirmed."""
    return [as_read(row) for row in PackType.objects.filter(is_active=True).order_by("pk").values(*_READ)]


def as_read(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of the catalogue as the manifest reader takes it."""
    return {name: str(v) if isinstance(v := row.get(name), Decimal) else v for name in _READ}


def figures_of(*, pack_type: PackType) -> list[tuple[str, object, str]]:
    """Return label, value and unit of every figure; the value is None where nobody has confirmed one."""
    return [(label, short_figure(getattr(pack_type, name)), unit) for name, label, unit in MEASURES]


def baseline_method_of(*, pack_type: PackType) -> str:
    """Return the method of the baseline resistance in words, "" when nobody has confirmed one."""
    return dict(BASELINE_METHODS).get(pack_type.baseline_ir_method, "")


def short_figure(value: Decimal | int | None) -> Decimal | int | None:
    """Return ``value`` without zeros that only the column's width has put behind its decimal point."""
    if not isinstance(value, Decimal):
        return value
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()
