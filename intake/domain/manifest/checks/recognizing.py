"""Which catalogue type a row means, remembered per combination of what the row states."""

from collections.abc import Mapping
from typing import Any

from intake.domain.manifest.checks.catalogue import Catalogue, PackType
from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.problems import Issue, error, warning
from intake.domain.manifest.values.normalizing import MEMO_LIMIT

_FILLED = ("make", "model", "chemistry")


class Recognizer:
    """Resolve the type of each row; tell what of it the supplier left blank or states differently."""

    def __init__(self, catalogue: Catalogue):
        self.catalogue = catalogue
        self._known: dict[tuple[object, ...], tuple[PackType | None, list[tuple[str, Issue]]]] = {}

    def recognize(self, values: dict[str, Any], found: list[tuple[str, Any, Issue]]) -> None:
        """Add type and blanks to the values, marked as filled, and what disagrees to the findings."""
        known, disagreements = self._lookup(values)
        if known:
            values["pack_type_key"] = known.key
            self._fill(known, values)
            for name, issue in disagreements:
                found.append((name, values[name], issue))
        elif self.catalogue.by_key:
            self._report_unknown(values, found)
        for name in ("make", "model"):
            if name not in values:
                message = f"“{FIELDS[name].label}” is blank, and the catalogue does not tell it."
                found.append((name, "", error("required_blank", message, "Fill it in.")))

    def _lookup(self, values: Mapping[str, Any]) -> tuple[PackType | None, list[tuple[str, Issue]]]:
        get = values.get
        words = (get("pack_type_key"), get("make"), get("model"), get("chemistry"))
        key = (*words, get("nominal_energy_kwh"), get("nominal_voltage_v"), get("rated_capacity_ah"))
        if key not in self._known:
            if len(self._known) >= MEMO_LIMIT:
                self._known.clear()
            found = self.catalogue.resolve(values)
            self._known[key] = (found, self.catalogue.disagreements(found, values) if found else [])
        return self._known[key]

    def _fill(self, known: PackType, values: dict[str, Any]) -> None:
        blank = [name for name in _FILLED if name not in values]
        for name in blank:
            values[name] = str(getattr(known, name))
        if blank:
            values["filled_from_catalogue"] = blank

    def _report_unknown(self, values: dict[str, Any], found: list[tuple[str, Any, Issue]]) -> None:
        key = values.pop("pack_type_key", None)
        stated = key or " ".join(filter(None, (values.get("make"), values.get("model"))))
        if stated and (key or not self.catalogue.candidates(values)):
            message = f"{stated} is not in the catalogue. The pack is taken without a type."
            found.append(("pack_type_key" if key else "model", stated, warning("type_unknown", message)))
