"""The fields of a result as people type them: their names, their units, how their text is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from grading.domain.measurement import PLAUSIBLE
from grading.domain.results_file.headings import fold
from grading.domain.results_file.wordings import read_reference, words_of
from rebattery.numbers import NumberUnreadable, read_number

NOTHING = "-"
"""Typed in a row where the run's head says something: this row has none."""
LONGEST = 2_000
"""Characters of one field, a table of members aside."""
_MOMENTS = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")
_YES, _NO = {"yes", "y", "true", "1", "ja", "是"}, {"no", "n", "false", "0", "nein", "否"}


def as_kept(text: str) -> str:
    """Return a typed text as it is kept: browsers end the lines of one and the same text in two ways."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


class Unreadable(ValueError):
    """A text that its field cannot hold; the message says what would do."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a result as a column, a cell, or a line of a run's head."""

    name: str
    label: str
    kind: str = "number"
    """number, choice, yes_no, moment, text, code or members."""
    unit: str = ""
    choices: Mapping[str, str] | None = None
    """Code to words; either may be typed."""
    is_of_head: bool = True
    """May stand in the head of a run, where it applies to every row without one of its own."""

    @property
    def hint(self) -> str:
        """What is plausible, or what may be typed."""
        if self.name in PLAUSIBLE:
            return PLAUSIBLE[self.name].hint
        if self.choices:
            return " / ".join(self.choices.values())
        return {"moment": "UTC, such as 2026-11-22 14:05", "yes_no": "yes or no"}.get(self.kind, "")

    def read(self, text: str) -> Any:
        """Return what ``text`` means; None or "" for a blank.

        :raises Unreadable: when it cannot be read.
        """
        return _READERS[self.kind](self, text.strip())


def _number(field: Field, text: str) -> Decimal | None:
    if not text:
        return None
    if field.unit and text.lower().endswith(field.unit.lower()):
        text = text[: -len(field.unit)].strip()
    try:
        return read_number(text)
    except NumberUnreadable as exc:
        raise Unreadable(str(exc)) from None


def _choice(field: Field, text: str) -> str:
    wanted = fold(text)
    known = field.choices or {}
    if not text:
        return ""
    if field.name == "reference" and (parts := read_reference(text)) and parts[1]:
        return ":".join(parts)
    for code, words in known.items():
        if wanted in {fold(each) for each in (words, *words_of(code))}:
            return code
    raise Unreadable(f"Enter one of: {', '.join(known.values())}.")


def _yes_no(field: Field, text: str) -> bool | None:
    if not text:
        return None
    if text.casefold() in _YES | _NO:
        return text.casefold() in _YES
    raise Unreadable("Enter yes or no.")


def _moment(field: Field, text: str) -> datetime | None:
    if not text:
        return None
    plain = text.removesuffix("UTC").strip()
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        found = next(filter(None, (_as(plain, pattern) for pattern in _MOMENTS)), None)  # type: ignore[assignment]
    if found is None or len(plain) <= len("2026-11-22"):
        raise Unreadable("Enter day and time in UTC, such as 2026-11-22 14:05.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _as(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC)
    except ValueError:
        return None


def _text(field: Field, text: str) -> str:
    if len(text) > LONGEST:
        raise Unreadable(f"At most {LONGEST} characters.")
    return text


_READERS: Mapping[str, Callable[[Field, str], Any]] = {
    "number": _number, "choice": _choice, "yes_no": _yes_no, "moment": _moment,
    "text": _text, "code": _text, "members": lambda field, text: text,
}  # fmt: skip

_CAPACITY_METHODS = {
    "cc_discharge": "Constant-current discharge, full to empty",
    "cccv_charge": "CC-CV charge, empty to full",
}
_RESISTANCE_METHODS = {"dc_pulse": "DC pulse", "ac_1khz": "AC 1 kHz"}
_REFERENCES = {
    "pack_type:ah": "Catalog Ah", "pack_type:kwh": "Catalog kWh", "nameplate:ah": "Nameplate Ah",
    "nameplate:kwh": "Nameplate kWh", "label:ah": "Label Ah", "label:kwh": "Label kWh",
}  # fmt: skip
_WEAKEST = {"cell": "Cell", "series_group": "Series group", "module": "Module"}
_DIRECTIONS = {"discharge": "Discharge", "charge": "Charge"}
_BASELINES = {"type_catalogue": "Catalog value of its type", "pack_datasheet": "Data sheet of this pack"}


def _own(name: str, label: str) -> Field:
    """Return a number that is measured of one pack, so that no head can give it."""
    return Field(name=name, label=label, unit=PLAUSIBLE[name].unit, is_of_head=False)


def _shared(name: str, label: str) -> Field:
    return Field(name=name, label=label, unit=PLAUSIBLE[name].unit)


_MEANS = (
    Field(name="instrument", label="Instrument", kind="code"),
    Field(name="channel", label="Channel", kind="code"),
    Field(name="procedure", label="Procedure", kind="code"),
    Field(name="measured_at", label="Measured at (UTC)", kind="moment"),
)
_WORDS = (
    Field(name="confirmation", label="Why a hardly plausible value is right", kind="text", is_of_head=False),
    Field(name="note", label="Note", kind="text", is_of_head=False),
    Field(name="reason", label="Why it takes the place of the current result", kind="text", is_of_head=False),
)
CAPACITY: tuple[Field, ...] = (
    _own("measured_capacity_ah", "Measured charge"),
    _own("measured_energy_kwh", "Measured energy"),
    Field(name="ended_by_cell_limit", label="Ended because a cell reached its voltage limit", kind="yes_no"),
    _shared("temperature_degc", "Temperature"),
    _shared("voltage_from_v", "Voltage at the start"),
    _shared("voltage_to_v", "Voltage at the end"),
    _own("weakest_soh_percent", "SOH of the weakest member"),
    Field(name="weakest_kind", label="Weakest member", kind="choice", choices=_WEAKEST, is_of_head=False),
    Field(name="members", label="Members", kind="members", is_of_head=False),
    *_MEANS,
    Field(name="method", label="Method", kind="choice", choices=_CAPACITY_METHODS),
    Field(name="reference", label="Reference: what 100 % means", kind="choice", choices=_REFERENCES),
    Field(name="reference_value", label="Value on the label (Ah or kWh)", is_of_head=False),
    _shared("c_rate", "C-rate"),
    _shared("ambient_degc", "Ambient temperature"),
    *_WORDS,
)
RESISTANCE: tuple[Field, ...] = (
    _own("ir_mohm", "Internal resistance"),
    _shared("soc_percent", "State of charge"),
    _shared("temperature_degc", "Temperature"),
    *_MEANS,
    Field(name="method", label="Method", kind="choice", choices=_RESISTANCE_METHODS),
    _shared("pulse_duration_s", "Pulse length"),
    _shared("pulse_current_a", "Pulse current"),
    Field(name="direction", label="Direction of the pulse", kind="choice", choices=_DIRECTIONS),
    _shared("ambient_degc", "Ambient temperature"),
    Field(name="baseline_source", label="Baseline", kind="choice", choices=_BASELINES),
    _own("baseline_mohm", "Data sheet resistance"),
    _own("baseline_pulse_s", "Data sheet pulse length"),
    _own("baseline_soc_percent", "Data sheet state of charge"),
    _own("baseline_temperature_degc", "Data sheet temperature"),
    *_WORDS,
)
FIELDS: Mapping[str, Mapping[str, Field]] = {
    "capacity": {field.name: field for field in CAPACITY},
    "resistance": {field.name: field for field in RESISTANCE},
}
"""All fields of a kind of run, in the order of the grid."""
OUTCOMES = {"capacity": ("measured_capacity_ah", "measured_energy_kwh"), "resistance": ("ir_mohm",)}
"""What was measured: a row without any of it is still empty."""
