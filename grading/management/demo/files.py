"""The files that the demo's suppliers send: manifests in their own words, pictures of labels."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from PIL import Image, ImageDraw

from grading.management.demo.fleet import DECLARABLE, Kind, Source, TruePack, retired_on

HEADINGS = {
    "pack_serial": ("Pack serial", "Seriennummer", "电池包编号"),
    "pack_type_key": ("Catalogue type", "Katalogtyp", "电池包型号"),
    "make": ("Make", "Hersteller", "品牌"),
    "model": ("Model", "Modell", "车型"),
    "chemistry": ("Chemistry", "Zellchemie", "电池类型"),
    "nominal_energy_kwh": ("Nominal energy (kWh)", "Energieinhalt (kWh)", "额定能量 (kWh)"),
    "rated_capacity_ah": ("Rated capacity (Ah)", "Nennkapazität (Ah)", "额定容量 (Ah)"),
    "nominal_voltage_v": ("Nominal voltage (V)", "Nennspannung (V)", "额定电压 (V)"),
    "mass_kg": ("Mass (kg)", "Gewicht (kg)", "重量 (kg)"),
    "soh_declared_percent": ("SOH (%)", "SOH (%)", "健康度 (%)"),
    "soh_method": ("SOH method", "SOH-Verfahren", "测试方式"),
    "soh_date": ("SOH date", "Messdatum", "检测日期"),
    "vin": ("VIN", "FIN", "车架号"),
    "production_date": ("Production date", "Herstelldatum", "生产日期"),
    "retirement_date": ("Retirement date", "Ausbaudatum", "退役日期"),
    "retirement_reason": ("Retirement reason", "Grund", "退役原因"),
    "odometer_km": ("Odometer (km)", "Kilometerstand (km)", "里程 (km)"),
    "bms_readable": ("BMS readable", "BMS lesbar", "BMS可读"),
    "accident_flag": ("Accident", "Unfall", "事故"),
    "airbag_deployed": ("Airbag deployed", "Airbag ausgelöst", "气囊弹出"),
    "flood": ("Flood", "Wasserschaden", "泡水"),
    "fire_exposure": ("Fire exposure", "Brandschaden", "火烧"),
    "ddr_status": ("DDR status", "Zustand", "破损"),
    "storage_conditions": ("Storage conditions", "Lagerung", "存储条件"),
    "received_as": ("Received as", "Abfall", "是否废物"),
}
"""Column headings in English, German and Chinese."""
HISTORY = (
    "vin", "soh_date", "production_date", "retirement_date", "retirement_reason", "odometer_km", "mass_kg",
    "bms_readable", "airbag_deployed", "flood", "fire_exposure", "storage_conditions",
)  # fmt: skip
"""Columns that a supplier without documented history leaves out."""
_WORDS = {
    True: ("yes", "ja", "是"),
    False: ("no", "nein", "否"),
    "none": ("none", "keine", "无"),
    "damaged": ("damaged", "beschädigt", "损坏"),
    "recalled": ("recalled", "Rückruf", "召回"),
    "critical": ("critical", "kritisch", "危险"),
    "product": ("product", "kein Abfall", "产品"),
    "bms": ("BMS", "Auslesung", "BMS读取"),
    "telematics": ("telematics", "Telematik", "远程"),
    "estimate": ("estimate", "Schätzung", "估算"),
    "crash": ("crash", "Unfall", "事故"),
    "recall": ("recall", "Rückruf", "召回"),
    "eol_vehicle": ("end of life", "Altfahrzeug", "报废车"),
    "range": ("range", "Reichweite", "续航不足"),
    "indoor": ("indoor", "Halle", "室内"),
}


@dataclass(frozen=True)
class Dialect:
    """How a supplier's spreadsheet program writes a file."""

    language: int
    delimiter: str
    decimal_comma: bool
    date_format: str
    encoding: str


DIALECTS = {
    "en": Dialect(0, ",", False, "%Y-%m-%d", "utf-8"),
    "de": Dialect(1, ";", True, "%d.%m.%Y", "cp1252"),
    "zh": Dialect(2, ",", False, "%Y-%m-%d", "gb18030"),
}


def manifest_of(*, source: Source, packs: Sequence[TruePack], on: date) -> bytes:
    """Return the file in which ``source`` announces ``packs`` on the day ``on``."""
    return _written(source, [_values(pack, source, on) for pack in packs])


def flawed_manifest_of(*, source: Source, packs: Sequence[TruePack], on: date) -> bytes:
    """Return a file with three kinds of mistakes: a serial twice, a date that is none, an SOH of 780 %."""
    rows = [_values(pack, source, on) for pack in packs]
    rows[1]["pack_serial"] = rows[0]["pack_serial"]
    rows[2]["production_date"] = "31.02.2020"
    rows[3]["soh_declared_percent"] = Decimal(780)
    return _written(source, rows)


def label_picture(kind: Kind) -> bytes:
    """Return a JPEG of the rating label on a pack of this kind."""
    values = (f"{kind.energy_kwh} kWh  {kind.rated_ah} Ah", f"{kind.nominal_v} V DC")
    return _picture("RATING LABEL (demo picture)", (f"{kind.make} {kind.model}", *values), "#e8ecef")


def damage_picture(hazard: str) -> bytes:
    """Return a JPEG that stands for the photo of a damage."""
    return _picture("DAMAGE (demo picture)", (hazard.replace("_", " "),), "#f3d6cf")


def _picture(title: str, lines: Sequence[str], ground: str) -> bytes:
    image = Image.new("RGB", (480, 320), ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((16, 16, 464, 304), outline="black", width=3)
    draw.text((32, 32), title, fill="black", font_size=18)
    for number, line in enumerate(lines):
        draw.text((32, 90 + 60 * number), line, fill="black", font_size=32)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _values(pack: TruePack, source: Source, on: date) -> dict[str, object]:
    kind = pack.kind
    ddr_status = DECLARABLE.get(pack.declared_damage, "damaged") if pack.declared_damage else "none"
    reason = "range" if pack.odometer_km % 3 else "eol_vehicle"
    return {
        "pack_serial": pack.serial,
        "pack_type_key": kind.key if source.code == "DEMO" else None,
        "make": kind.make,
        "model": kind.model,
        "chemistry": kind.chemistry,
        "nominal_energy_kwh": Decimal(kind.energy_kwh),
        "rated_capacity_ah": Decimal(kind.rated_ah),
        "nominal_voltage_v": Decimal(kind.nominal_v),
        "mass_kg": kind.mass_kg,
        "soh_declared_percent": pack.claimed_soh_percent,
        "soh_method": source.soh_method,
        "soh_date": on - timedelta(days=5 + pack.odometer_km % 40),
        "vin": pack.vin,
        "production_date": pack.produced,
        "retirement_date": retired_on(pack, sent=on),
        "retirement_reason": {"crash": "crash", "recalled": "recall"}.get(pack.declared_damage, reason),
        "odometer_km": pack.odometer_km,
        "bms_readable": pack.odometer_km % 9 > 0,
        "accident_flag": pack.declared_damage == "crash",
        "airbag_deployed": False,
        "flood": pack.declared_damage == "water",
        "fire_exposure": False,
        "ddr_status": ddr_status,
        "storage_conditions": "indoor",
        "received_as": "product",
    }


def _written(source: Source, rows: Sequence[dict[str, object]]) -> bytes:
    dialect = DIALECTS[source.dialect]
    hidden = () if source.tells_history else HISTORY
    fields = [name for name in HEADINGS if name not in hidden and any(row[name] is not None for row in rows)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerow([HEADINGS[name][dialect.language] for name in fields])
    writer.writerows([_cell(row[name], dialect) for name in fields] for row in rows)
    return text.getvalue().encode(dialect.encoding)


def _cell(value: object, dialect: Dialect) -> str:
    if isinstance(value, bool | str) and value in _WORDS:
        return _WORDS[value][dialect.language]
    if isinstance(value, date):
        return value.strftime(dialect.date_format)
    if isinstance(value, Decimal) and dialect.decimal_comma:
        return str(value).replace(".", ",")
    return "" if value is None else str(value)
