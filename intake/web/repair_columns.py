"""The table of columns: what each heading was read as, and what people may say instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake.domain.manifest.corrections import EXTRA, IGNORE
from intake.domain.manifest.fields import FIELDS, REQUIRED, Field, Kind
from intake.domain.manifest.values.units import unit_of
from intake.models import Manifest

Choice = tuple[str, str]
_GROUPS = {
    "line_no": "Identity and type",
    "chemistry": "Battery",
    "production_date": "First life",
    "soh_declared_percent": "Condition",
    "accident_flag": "Safety",
    "module_count": "Build",
    "un383_ref": "Transport",
    "received_as": "Product or waste",
    "owner": "Trade and notes",
}
"""First field of each group, in the order of FIELDS."""
_UNITS = {
    "kWh": "Wh kWh MWh",
    "Ah": "mAh Ah",
    "V": "mV V",
    "mΩ": "mΩ Ω kΩ MΩ",
    "kΩ": "mΩ Ω kΩ MΩ",
    "km": "km mi",
    "kg": "g kg lb t",
    "°C": "°C °F",
    "mm": "mm cm",
}
"""Units that suppliers write instead of a field's own; every one is known to ``unit_of`` (a test says so)."""
_CONFIDENCE = {
    "exact": "Heading known",
    "normalized": "Heading close to a known one",
    "answered": "You said so",
}
_INSTEAD = {"make": "pack_type_key", "model": "pack_type_key"}
"""Fields that another one stands for."""


@dataclass(frozen=True, kw_only=True)
class ColumnLine:
    """One column of the file in the table."""

    index: int
    header: str
    chosen: str
    """A field's name, extra, ignore, or nothing while it is open."""
    unit: str
    confidence: str
    samples: list[str]
    filled: int | None
    distinct: int | None
    conversions: list[str]
    question: Mapping[str, Any] | None
    """What we ask about the column, if anything."""
    likely: list[Choice]
    """Fields that the heading could mean, as choices to be offered first."""


@dataclass(frozen=True, kw_only=True)
class Fill:
    """A required field that no column gives."""

    name: str
    label: str
    choices: Sequence[Choice]
    """Empty for free text."""
    value: str
    can_be_filled: bool
    """False for a serial: every pack has its own."""


def field_choices() -> list[tuple[str, list[Choice]]]:
    """Return every canonical field by group."""
    groups: dict[str, list[Choice]] = {}
    title = ""
    for name, known in FIELDS.items():
        title = _GROUPS.get(name, title)
        groups.setdefault(title, []).append((name, known.label + (" *" if known.required else "")))
    return list(groups.items())


def unit_choices() -> dict[str, list[str]]:
    """Return the units that a column may be in, by the field's own unit."""
    return {unit: spellings.split() for unit, spellings in _UNITS.items()}


def units_of_fields() -> dict[str, str]:
    """Return field to its own unit, for fields with a choice of units."""
    return {name: known.unit for name, known in FIELDS.items() if known.unit in _UNITS}


def column_lines(manifest: Manifest, now: Mapping[str, str]) -> list[ColumnLine]:
    """Return the columns of a file, those that need an answer first."""
    asked = {question["id"]: question for question in questions_of(manifest)}
    remembered = {entry["id"] for entry in manifest.summary.get("remembered", ())}
    lines = [_line(stored, now, asked, remembered) for stored in manifest.summary.get("columns", ())]
    return sorted(lines, key=lambda line: (line.question is None, line.index))


def _line(
    stored: Mapping[str, Any],
    now: Mapping[str, str],
    asked: Mapping[str, Mapping[str, Any]],
    remembered: set[str],
) -> ColumnLine:
    index = stored["index"]
    question = asked.get(f"column:{index}")
    candidates = [name for name in stored.get("candidates") or () if name in FIELDS]
    return ColumnLine(
        index=index,
        header=stored["header"],
        chosen="" if question else now.get(f"column:{index}", ""),
        unit=_spelling(now.get(f"unit:{index}", "")),
        confidence="From your last file of this layout"
        if {f"column:{index}", f"unit:{index}"} & remembered
        else _CONFIDENCE.get(str(stored.get("confidence") or ""), ""),
        samples=[str(sample) for sample in stored.get("samples") or ()],
        filled=stored.get("filled"),
        distinct=stored.get("distinct"),
        conversions=list(stored.get("conversions") or ()),
        question=question,
        likely=[(name, FIELDS[name].label) for name in candidates],
    )


def _spelling(unit: str) -> str:
    """Return the unit among our choices that means the same, such as kWh for KWH."""
    meant = unit_of(unit)
    offered = [each for spellings in unit_choices().values() for each in spellings]
    return next((each for each in offered if meant and unit_of(each) == meant), unit)


def questions_of(manifest: Manifest) -> list[dict[str, Any]]:
    """Return the open questions about the file as a whole."""
    return list(manifest.summary.get("questions", ()))


def fills_of(manifest: Manifest, now: Mapping[str, str]) -> list[Fill]:
    """Return the required fields that no column gives, with what was said for all packs."""
    given = {column.get("field") for column in manifest.summary.get("columns", ())}
    return [
        _fill(FIELDS[name], now)
        for name in REQUIRED
        if name not in given and _INSTEAD.get(name) not in given - {None}
    ]


def _fill(known: Field, now: Mapping[str, str]) -> Fill:
    choices: list[Choice] = [(word, word) for word in known.words]
    if known.kind is Kind.FLAG:
        choices = [("no", "no"), ("yes", "yes")]
    return Fill(
        name=known.name,
        label=known.label,
        choices=choices,
        value=now.get(f"fill:{known.name}", ""),
        can_be_filled=known.kind is not Kind.SERIAL,
    )


def is_open(manifest: Manifest, now: Mapping[str, str]) -> bool:
    """Tell whether a column needs an answer, or a required field a column or a value."""
    asked = any(question["id"].startswith("column:") for question in questions_of(manifest))
    return asked or any(not fill.value for fill in fills_of(manifest, now))


USES = ((EXTRA, "Keep it beside the pack, not read"), (IGNORE, "Leave it out"))
"""What a column can be besides a field."""
