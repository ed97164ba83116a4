"""The canonical fields of a manifest: one table that mapping, normalizing, checking and history read."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

WATT_HOURS_FROM = 1000  # a traction pack of more than 1000 kWh does not exist, one of 1000 Wh does


class Kind(StrEnum):
    """How the value of a field is read."""

    TEXT = "TEXT"
    SERIAL = "SERIAL"
    VIN = "VIN"
    TRACTION_CODE = "TRACTION_CODE"
    CHEMISTRY = "CHEMISTRY"
    NUMBER = "NUMBER"
    COUNT = "COUNT"
    DATE = "DATE"
    FLAG = "FLAG"
    WORD = "WORD"
    ALIAS = "ALIAS"
    LIST = "LIST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One canonical field.

    name: the machine name, ending in its unit.    label: the name on pages.
    unit: the canonical unit; values are converted to it.    required: a pack without it is refused.
    hard: values outside are refused.    soft: values outside are reported.
    words: the allowed values of a WORD.    safety: blank never means "no".
    history_weight: its part in the history completeness score.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    required: bool = False
    hard: tuple[Decimal, Decimal] | None = None
    soft: tuple[Decimal, Decimal] | None = None
    words: tuple[str, ...] = ()
    safety: bool = False
    history_weight: int = 0

    @property
    def may_mix_wh(self) -> bool:
        """Tell whether a large value among small ones must be Wh: no pack has so many kWh."""
        return self.unit == "kWh" and self.hard is not None and self.hard[1] <= WATT_HOURS_FROM


def _number(name, label, unit, low, high, soft=None, *, kind=Kind.NUMBER, weight=0) -> Field:
    bounds = (Decimal(low), Decimal(high))
    soft_bounds = soft and (Decimal(soft[0]), Decimal(soft[1]))
    return Field(
        name=name, label=label, kind=kind, unit=unit, hard=bounds, soft=soft_bounds, history_weight=weight
    )


def _date(name, label, weight=0) -> Field:
    return Field(name=name, label=label, kind=Kind.DATE, history_weight=weight)


def _flag(name, label, *, required=False, safety=False, weight=0) -> Field:
    return Field(
        name=name, label=label, kind=Kind.FLAG, required=required, safety=safety, history_weight=weight
    )


def _word(name, label, words, *, required=False, safety=False, weight=0) -> Field:
    options = tuple(words.split())
    return Field(
        name=name,
        label=label,
        kind=Kind.WORD,
        words=options,
        required=required,
        safety=safety,
        history_weight=weight,
    )


def _text(name, label, kind=Kind.TEXT, *, required=False, weight=0) -> Field:
    return Field(name=name, label=label, kind=kind, required=required, history_weight=weight)


_ALL = (
    _number("line_no", "Line", "", 0, 10_000_000, kind=Kind.COUNT),
    _text("pack_serial", "Pack serial", Kind.SERIAL, required=True),
    _text("traction_battery_code", "Traction battery code", Kind.TRACTION_CODE, weight=1),
    _text("pack_type_key", "Catalogue type"),
    _text("make", "Make", Kind.ALIAS, required=True),
    _text("model", "Model", Kind.ALIAS, required=True),
    _text("variant", "Variant"),
    _text("vin", "VIN", Kind.VIN, weight=2),
    _text("chemistry", "Chemistry", Kind.CHEMISTRY, weight=3),
    _number("nominal_voltage_v", "Nominal voltage", "V", 10, 1000, weight=1),
    _number("nominal_energy_kwh", "Nominal energy", "kWh", "0.2", 700, weight=3),
    _number("usable_energy_kwh", "Usable energy", "kWh", "0.1", 735),
    _number("rated_capacity_ah", "Rated capacity", "Ah", 1, 2000, weight=2),
    _date("production_date", "Production date", 3),
    _date("first_use_date", "First use", 2),
    _date("retirement_date", "Retirement date", 2),
    _word(
        "retirement_reason",
        "Retirement reason",
        "crash warranty range eol_vehicle recall overstock test other",
        weight=2,
    ),
    _number("odometer_km", "Odometer", "km", 0, 2_000_000, (5_000, 400_000), weight=3),
    _number("cycle_count", "Full equivalent cycles", "", 0, 20_000, weight=2),
    _number("energy_throughput_kwh", "Energy throughput", "kWh", 0, 10_000_000, weight=1),
    _number("capacity_throughput_ah", "Charge throughput", "Ah", 0, 40_000_000, weight=1),
    _number("soh_declared_percent", "Declared SOH", "%", 0, 105, (40, 100), weight=3),
    _word("soh_method", "SOH method", "bms telematics bench estimate", weight=2),
    _date("soh_date", "SOH date", 1),
    _text("soh_tool", "SOH tool", weight=1),
    _number("soc_percent", "State of charge", "%", 0, 100, (10, 60), weight=1),
    _number("pack_voltage_v", "Pack voltage", "V", 0, 1100, weight=1),
    _number("cell_v_min", "Lowest cell voltage", "V", 0, "4.5", weight=1),
    _number("cell_v_max", "Highest cell voltage", "V", 0, "4.5", weight=1),
    _text("ocv_time", "Time of voltage reading"),
    _number("ir_mohm", "Internal resistance", "mΩ", "0.1", 2000, weight=2),
    _text("ir_method", "Resistance method"),
    _number("ir_temperature_degc", "Resistance temperature", "°C", -40, 70),
    _number("ir_soc_percent", "Resistance SOC", "%", 0, 100),
    _number("isolation_kohm", "Isolation resistance", "kΩ", 0, 100_000_000, weight=1),
    _number("isolation_test_v", "Isolation test voltage", "V", 0, 5000),
    _text("dtc_codes", "Fault codes", Kind.LIST, weight=2),
    _flag("bms_readable", "BMS readable", weight=1),
    _flag("bms_locked", "BMS locked", weight=1),
    _text("bms_version", "BMS version"),
    _text("bms_file", "BMS file"),
    _flag("accident_flag", "Accident", required=True, safety=True),
    _flag("airbag_deployed", "Airbag deployed", safety=True, weight=1),
    _flag("flood", "Flood", safety=True, weight=1),
    _flag("fire_exposure", "Fire exposure", safety=True, weight=1),
    _word(
        "ddr_status",
        "Damaged, defective or recalled",
        "none damaged defective recalled critical",
        required=True,
        safety=True,
    ),
    _text("recall_campaigns", "Recall campaigns", Kind.LIST, weight=1),
    _text("storage_conditions", "Storage conditions", weight=2),
    _number("module_count", "Modules", "", 1, 200, kind=Kind.COUNT),
    _text("module_serials", "Module serials", Kind.LIST),
    _number("mass_kg", "Mass", "kg", 2, 2500, weight=1),
    Field(name="dimensions_mm", label="Dimensions", unit="mm"),
    _text("un383_ref", "UN 38.3 test summary", weight=1),
    _date("un383_date", "UN 38.3 date"),
    _word(
        "transport_class",
        "Transport class",
        "normal prototype damaged_defective critical waste_disposal sodium_ion",
        weight=1,
    ),
    _text("un_number", "UN number"),
    _text("packing_instruction", "Packing instruction"),
    _word("received_as", "Received as", "product waste", required=True),
    _text("ewc_code", "Waste code"),
    _text("shipment_doc_no", "Shipment document"),
    _text("owner", "Owner", weight=1),
    _text("title_doc", "Title document", weight=1),
    _number("price_ask", "Asking price", "", 0, 10_000_000),
    _text("currency", "Currency"),
    _text("incoterm", "Incoterm"),
    _text("warranty_oem_until", "OEM warranty until"),
    _text("history_files", "History files", Kind.LIST),
    _text("storage_location", "Storage location"),
    _text("notes", "Notes"),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}
REQUIRED: tuple[str, ...] = tuple(field.name for field in _ALL if field.required)
