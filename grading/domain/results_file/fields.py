"""The kinds of rows that a results file can hold, and every column of each with its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grading.domain.measurement import PLAUSIBLE, Range


class Kind(StrEnum):
    """What a row is; each kind has its own sheet."""

    CAPACITY = "capacity"
    RESISTANCE = "resistance"
    MEMBERS = "members"
    REPORTED = "reported"


class Type(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    SERIAL = "serial"
    NUMBER = "number"
    TIME = "time"
    YES_NO = "yes_no"
    CHOICE = "choice"


ROW_LIMIT = 5_000
"""Rows of one file, all sheets together."""
PREFILLED = ("serial", "supplier")
"""What the template is handed out with: a row with nothing else is empty."""
SHEETS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CAPACITY: ("Capacity", "Kapazität", "容量"),
    Kind.RESISTANCE: ("Resistance", "Widerstand", "内阻"),
    Kind.MEMBERS: ("Members", "Module und Zellen", "模块与电芯"),
    Kind.REPORTED: ("Reported SOH", "Gemeldeter SOH", "上报SOH"),
}
"""Names of the sheets, in English, German and Chinese; the first is ours."""
LABELS: Mapping[Kind, str] = {
    Kind.CAPACITY: "capacity tests",
    Kind.RESISTANCE: "resistance tests",
    Kind.MEMBERS: "members",
    Kind.REPORTED: "reported states of health",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column: its name in the services, its heading, its unit, what else it may be called."""

    name: str
    heading: str
    also: tuple[str, ...] = ()
    """Other headings in English, German and Chinese, without units."""
    type: Type = Type.TEXT
    unit: str = ""
    is_needed: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Code to the words that stand for it."""
    note: str = ""

    @property
    def title(self) -> str:
        """The heading with its unit, as we write it."""
        return f"{self.heading} ({self.unit})" if self.unit else self.heading


def _text(name: str, heading: str, *also: str, note: str = "", is_needed: bool = False) -> Field:
    return Field(name=name, heading=heading, also=also, note=note, is_needed=is_needed)


def _number(name: str, heading: str, unit: str, *also: str, note: str = "", is_needed: bool = False) -> Field:
    return Field(
        name=name, heading=heading, unit=unit, also=also, note=note, is_needed=is_needed, type=Type.NUMBER
    )


def _choice(
    name: str,
    heading: str,
    choices: Mapping[str, tuple[str, ...]],
    *also: str,
    note: str = "",
    is_needed: bool = False,
) -> Field:
    return Field(
        name=name,
        heading=heading,
        choices=choices,
        also=also,
        note=note,
        is_needed=is_needed,
        type=Type.CHOICE,
    )


ZONE_RULE = "Without a time zone a time is UTC. Write 2026-11-22 14:30, or 2026-11-22T14:30+01:00."
_SERIAL = Field(
    name="serial",
    heading="Pack serial",
    also=("serial", "serial number", "pack", "pack id", "id", "idx", "seriennummer", "packnummer", "序列号",
          "电池包序列号", "电池包编号"),
    type=Type.SERIAL,
    is_needed=True,
    note="As on the pack's label.",
)  # fmt: skip
_SUPPLIER = _text(
    "supplier", "Supplier", "supplier code", "lieferant", "供应商",
    note="Code. Needed only where two suppliers use the same serial.",
)  # fmt: skip
_NOTE = _text("note", "Note", "remark", "comment", "bemerkung", "notiz", "kommentar", "备注")
_REASON = _text(
    "reason", "Reason for a new result", "reason", "begründung", "grund", "原因",
    note="Needed where it takes the place of a result of the same kind. Both stay visible.",
)  # fmt: skip

_CONFIRMATION = _text(
    "confirmation", "Why a hardly plausible value is right", "confirmation", "bestätigung", "确认",
    note="Needed only where a value is hardly plausible: read it again first.",
)  # fmt: skip


def _time(name: str, heading: str, *also: str) -> Field:
    return Field(name=name, heading=heading, also=also, type=Type.TIME, is_needed=True, note=ZONE_RULE)


_MADE_WITH = (
    _text("instrument", "Instrument", "instrument code", "tester", "gerät", "prüfgerät", "messgerät", "仪器",
          "设备编号", note="Its code.", is_needed=True),
    _text("channel", "Channel", "channel code", "kanal", "通道",
          note="Code of a channel of the instrument; the uncertainty follows from it."),
    _text("procedure", "Procedure", "procedure code", "verfahren", "prüfverfahren", "试验程序", "程序",
          note="Code and version, such as iso12405-capacity v1."),
    _text("procedure_version", "Procedure version", "version", "version des verfahrens", "程序版本",
          note="Only where the column before holds the code alone."),
    _time("measured_at", "Measured at (UTC)", "measured at", "measured", "test date", "date", "gemessen am",
          "messzeitpunkt", "prüfdatum", "datum", "测量时间", "测试时间", "日期"),
    _number("temperature_degc", "Temperature", "°C", "cell temperature", "temperatur", "zelltemperatur",
            "温度", "电芯温度", is_needed=True),
    _number("ambient_degc", "Ambient temperature", "°C", "ambient", "umgebungstemperatur", "环境温度"),
)  # fmt: skip
METHODS = {
    "cc_discharge": ("discharge", "cc discharge", "constant-current discharge, full to empty", "entladung",
                     "放电", "恒流放电"),
    "cccv_charge": ("charge", "cc-cv charge", "cccv charge", "cc-cv charge, empty to full", "ladung", "充电",
                    "恒流恒压充电"),
}  # fmt: skip
BASES = {"ah": ("charge", "charge (ah)", "ladung"), "kwh": ("energy", "energy (kwh)", "energie")}
REFERENCES = {
    "pack_type": ("catalog", "catalogue", "pack type", "katalog", "目录"),
    "nameplate": ("supplier's nameplate", "typenschild", "铭牌"),
    "label": ("label on the pack", "etikett", "标签"),
}
MEMBER_KINDS = {
    "cell": ("zelle", "电芯"),
    "series_group": ("series group", "group", "gruppe", "zellgruppe", "串联组"),
    "module": ("modul", "模块", "模组"),
}
_SOH_CHECK = _number(
    "soh_check", "SOH to compare", "%", "soh", "state of health", "gesundheitszustand", "健康状态",
    note="Never taken: SOH is computed. A value that disagrees with charge and reference is refused.",
)  # fmt: skip
_CAPACITY = (
    _SERIAL,
    _SUPPLIER,
    *_MADE_WITH,
    _choice("method", "Method", METHODS, "methode", "方法", is_needed=True),
    _choice("basis", "Basis", BASES, "grundlage", "基准", is_needed=True,
            note="ah: SOH from charge; kwh: from energy."),
    _number("measured_capacity_ah", "Measured charge", "Ah", "q", "capacity", "measured capacity",
            "discharge capacity", "kapazität", "gemessene kapazität", "entladekapazität", "实测容量",
            "放电容量", "容量"),
    _number("measured_energy_kwh", "Measured energy", "kWh", "energy", "energie", "gemessene energie",
            "实测能量", "能量"),
    _choice("reference_source", "Reference", REFERENCES, "reference source", "bezug", "referenz", "参考来源",
            is_needed=True, note="What 100 % means; its value is looked up unless it is the label's."),
    Field(name="reference_value", heading="Value on the label (Ah or kWh)",
          also=("qn", "nominal capacity", "reference value", "nennkapazität", "bezugswert", "标称容量",
                "额定容量", "value on the label"),
          type=Type.NUMBER, note="Only when the label is the reference; in the unit of the basis."),
    _number("c_rate", "C-rate", "C", "c rate", "rate", "c-rate", "倍率", is_needed=True),
    _number("voltage_from_v", "Voltage at the start", "V", "start voltage", "startspannung", "起始电压",
            is_needed=True),
    _number("voltage_to_v", "Voltage at the end", "V", "end voltage", "endspannung", "终止电压",
            is_needed=True),
    Field(name="ended_by_cell_limit", heading="Ended by a cell's limit", type=Type.YES_NO, is_needed=True,
          also=("ended by cell limit", "zellgrenze erreicht", "单体截止"),
          note="yes or no: did the test end because a cell reached its voltage limit?"),
    _number("weakest_soh_percent", "SOH of the weakest member", "%", "weakest soh", "schwächstes glied",
            "最弱单体soh", note="Leave empty where members have rows of their own."),
    _choice("weakest_kind", "The weakest member is a", MEMBER_KINDS, "weakest kind", "最弱单体类型"),
    _SOH_CHECK,
    _NOTE,
    _CONFIRMATION,
    _REASON,
)  # fmt: skip
_RESISTANCE = (
    _SERIAL,
    _SUPPLIER,
    *_MADE_WITH,
    _choice("method", "Method",
            {"dc_pulse": ("dc", "pulse", "dc pulse", "dc-puls", "直流脉冲"),
             "ac_1khz": ("ac", "ac 1 khz", "acir", "交流1khz")},
            "methode", "方法", is_needed=True),
    _number("ir_mohm", "Internal resistance", "mΩ", "ir", "dcir", "resistance", "innenwiderstand",
            "widerstand", "内阻", "直流内阻", is_needed=True),
    _number("soc_percent", "State of charge", "%", "soc", "ladezustand", "荷电状态", is_needed=True),
    _number("pulse_duration_s", "Pulse length", "s", "pulse duration", "pulsdauer", "脉冲时长"),
    _number("pulse_current_a", "Pulse current", "A", "pulsstrom", "脉冲电流"),
    _choice("direction", "Direction of the pulse",
            {"discharge": ("entladung", "放电"), "charge": ("ladung", "充电")},
            "direction", "richtung", "脉冲方向"),
    _choice("baseline_source", "Baseline",
            {"type_catalogue": ("catalog", "catalogue", "katalog", "目录", "catalog value of its type"),
             "pack_datasheet": ("data sheet", "datasheet", "datenblatt", "规格书",
                                "data sheet of this pack")},
            "baseline source", "vergleichswert", "基线来源", note="Its resistance when new."),
    _number("baseline_mohm", "Data sheet resistance", "mΩ", "baseline resistance", "规格书内阻"),
    _number("baseline_pulse_s", "Data sheet pulse length", "s", "baseline pulse length"),
    _number("baseline_soc_percent", "Data sheet state of charge", "%", "baseline soc"),
    _number("baseline_temperature_degc", "Data sheet temperature", "°C", "baseline temperature"),
    _NOTE,
    _CONFIRMATION,
    _REASON,
)  # fmt: skip
_MEMBERS = (
    _SERIAL,
    _SUPPLIER,
    _choice("basis", "Basis", BASES, "grundlage", "基准",
            note="Only where the pack has two capacity rows in this file."),
    _choice("kind", "Member", MEMBER_KINDS, "member kind", "glied", "成员类型", is_needed=True),
    _text("label", "Name in the pack", "label", "member", "member label", "bezeichnung", "cell", "module",
          "编号", is_needed=True, note="Its name or number."),
    _number("measured_capacity_ah", "Measured charge", "Ah", "q", "capacity", "kapazität", "实测容量"),
    _number("rated_capacity_ah", "Rated charge", "Ah", "qn", "rated capacity", "nennkapazität", "额定容量",
            note="Needed for the charge of a module."),
    _number("soh_percent", "SOH", "%", "state of health", "健康状态",
            note="Only where there is no charge to compute it from."),
    _number("dcir_mohm", "Internal resistance", "mΩ", "dcir", "ir", "innenwiderstand", "内阻"),
    _number("voltage_v", "Voltage", "V", "spannung", "电压"),
)  # fmt: skip
_REPORTED = (
    _SERIAL,
    _SUPPLIER,
    _choice("kind", "Kind of report",
            {"bms": ("battery management system", "电池管理系统"), "telematics": ("telematik", "远程"),
             "pulse_screen": ("pulse screen", "schnelltest", "脉冲筛查"),
             "soce": ("state of certified energy",)},
            "report kind", "source of soh", "quelle", "来源", is_needed=True),
    _number("value_percent", "Reported SOH", "%", "bms soh", "soh", "state of health", "gemeldeter soh",
            "上报soh", is_needed=True),
    _time("read_at", "Read at (UTC)", "read at", "readout", "ausgelesen am", "date", "datum", "读取时间",
          "日期"),
    _text("firmware", "Firmware", "bms firmware", "固件"),
    _text("tool", "Tool", "read out with", "werkzeug", "auslesegerät", "工具"),
    _text("procedure", "Procedure", "procedure code", "verfahren", "程序",
          note="Of a pulse screen only: code and version."),
    _text("procedure_version", "Procedure version", "version", "程序版本"),
    _NOTE,
    _REASON,
)  # fmt: skip
FIELDS: Mapping[Kind, Mapping[str, Field]] = {
    kind: {one.name: one for one in fields}
    for kind, fields in (
        (Kind.CAPACITY, _CAPACITY),
        (Kind.RESISTANCE, _RESISTANCE),
        (Kind.MEMBERS, _MEMBERS),
        (Kind.REPORTED, _REPORTED),
    )
}
_RANGES: Mapping[tuple[Kind, str], str] = {
    (Kind.CAPACITY, "soh_check"): "soh_percent",
    (Kind.REPORTED, "value_percent"): "declared_soh_percent",
    (Kind.CAPACITY, "reference_value"): "reference_capacity_ah",
}
"""Whose plausible range a field has where it is not its own name's (see domain.measurement)."""


def limits_of(kind: Kind, field: Field) -> Range | None:
    """Return the plausible range of a field's numbers; None where there is none."""
    return PLAUSIBLE.get(_RANGES.get((kind, field.name), field.name))
