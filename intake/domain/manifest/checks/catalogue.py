"""The catalogue of pack types as a manifest meets it: which type a supplier's words mean."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from intake.domain.chemistry import Chemistry, resolve_chemistry
from intake.domain.manifest.problems import Issue, warning
from intake.domain.manifest.values.words import fold_name

ENERGY_TOLERANCE = Decimal("0.10")
_TOLERANCES = {
    "nominal_energy_kwh": ENERGY_TOLERANCE,
    "nominal_voltage_v": Decimal("0.05"),
    "rated_capacity_ah": Decimal("0.05"),
}
_BRACKETS = re.compile(r"\([^)]*\)")
_ENERGY_IN_NAME = re.compile(r"\s*\d+(?:[.,]\d+)?\s*kwh\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackType:
    """One catalogue type, in the words and numbers that a manifest can be compared with."""

    key: str
    make: str
    model: str
    chemistry: Chemistry
    measures: Mapping[str, Decimal]


def _names(text: str) -> set[str]:
    """Return the folded names in a catalogue entry such as "Kona / e-Niro" or "Atto 3 (Blade)"."""
    parts = _BRACKETS.sub("", text).split("/")
    return {fold_name(part) for part in [text, *parts] if part.strip()}


def _near(value: Decimal, nominal: Decimal, tolerance: Decimal) -> bool:
    return abs(value - nominal) <= nominal * tolerance


class Catalogue:
    """Find pack types by make, model and energy."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]):
        self.by_key: dict[str, PackType] = {}
        self.by_model: dict[str, list[PackType]] = {}
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Mapping[str, Any]) -> None:
        measures = {
            name: Decimal(str(entry[name])) for name in _TOLERANCES if entry.get(name) not in (None, "")
        }
        chemistry, _ = resolve_chemistry(str(entry.get("chemistry") or "").replace("_", ""))
        found = PackType(
            key=entry["key"], make=entry["make"], model=entry["model"], chemistry=chemistry, measures=measures
        )
        self.by_key[fold_name(found.key)] = found
        for name in _names(found.model):
            self.by_model.setdefault(name, []).append(found)

    def candidates(self, values: Mapping[str, Any]) -> list[PackType]:
        """Return the types of the stated make and model; without a make, those of the model."""
        name = _ENERGY_IN_NAME.sub("", values.get("model") or "")
        found = self.by_model.get(fold_name(name), [])
        if make := values.get("make"):
            found = [each for each in found if fold_name(make) in _names(each.make)]
        return found

    def resolve(self, values: Mapping[str, Any]) -> PackType | None:
        """Return the one type that the values mean, None when none or several do.

        A stated catalogue key decides. Otherwise make and model must match, the energy within 10 %;
        of several the chemistry class narrows, then an energy that equals the nominal one.
        """
        if key := values.get("pack_type_key"):
            return self.by_key.get(fold_name(key))
        found = self.candidates(values)
        if energy := values.get("nominal_energy_kwh"):
            stated = Decimal(energy)
            found = [
                each
                for each in found
                if (nominal := each.measures.get("nominal_energy_kwh"))
                and _near(stated, nominal, ENERGY_TOLERANCE)
            ]
            found = [each for each in found if each.chemistry == values.get("chemistry")] or found
            found = [each for each in found if each.measures["nominal_energy_kwh"] == stated] or found
        return found[0] if len(found) == 1 else None

    def disagreements(self, found: PackType, values: Mapping[str, Any]) -> list[tuple[str, Issue]]:
        """Return what the supplier states differently from the type, with the field of each."""
        issues = []
        stated = values.get("chemistry")
        if (
            stated not in (None, Chemistry.UNKNOWN, found.chemistry)
            and found.chemistry is not Chemistry.UNKNOWN
        ):
            message = f"Type {found.key} is {found.chemistry} in the catalogue; the file says {stated}."
            issues.append(
                ("chemistry", warning("chemistry_conflict", message, "Check the label or data sheet."))
            )
        for name, nominal in found.measures.items():
            if name in values and not _near(Decimal(values[name]), nominal, _TOLERANCES[name]):
                message = f"Type {found.key} has {nominal} in the catalogue; the file says {values[name]}."
                issues.append((name, warning("catalogue_disagrees", message, "Check the value.")))
        return issues
