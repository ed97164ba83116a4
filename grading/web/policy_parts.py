"""The parts of a policy that are edited as forms."""

import copy
from collections.abc import Mapping
from typing import Any

from django import forms

from grading.domain.policy_own_tables import with_own_tables
from grading.web.policy_fields import put, value_at
from grading.web.policy_groups import GROUPS

PARTS = (
    ("name", "Name and sources"),
    ("limits", "Floors and guard band"),
    ("evidence", "Evidence"),
    ("chemistries", "Chemistries"),
    ("overlays", "Overlays"),
    ("routes", "Routes and review"),
    ("applications", "Applications"),
    ("warranty", "Warranty"),
    ("validity", "Validity of grades"),
    ("texts", "Sentences"),
)


class PartForm(forms.Form):
    """One part of a draft."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, part: str, document: Mapping[str, Any], *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.document, self.groups = document, list(GROUPS[part](document))
        for group in self.groups:
            for spec in group.specs:
                self.fields[spec.name] = spec.form_field(document)
            if group.removal:
                self.fields[group.removal] = forms.BooleanField(required=False, label="Remove it")

    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the titles with their fields."""
        return [
            (group.title, [self[name] for name in (*(s.name for s in group.specs), group.removal) if name])
            for group in self.groups
        ]

    def written(self) -> dict[str, Any]:
        """Return the document with what the form says."""
        document = copy.deepcopy(dict(self.document))
        removed: list[tuple[str, int]] = []
        for group in self.groups:
            for spec in group.specs:
                before = value_at(self.document, spec.path)
                put(document, spec.path, spec.stored(self.cleaned_data[spec.name], before))
            if group.path and self.cleaned_data[group.removal]:
                removed.append(group.path)
        for name, index in sorted(removed, reverse=True):
            document[name].pop(index)
        return with_own_tables(_tidied(document), self.document)


def _tidied(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, so that a document has one form."""
    if not document["evidence"].get("procedures", True):
        document["evidence"].pop("procedures")
    validity = document.get("grade_validity", {})
    for grade in [g for g, terms in validity.items() if terms.get("storage_months") is None]:
        validity.pop(grade)
    for terms in validity.values():
        terms.setdefault("remeasure_months", None)
    if not validity:
        document.pop("grade_validity", None)
    return document


def added(document: Mapping[str, Any], part: str) -> dict[str, Any] | None:
    """Return the document with one more item to fill in; None where a part takes none."""
    if part not in _NEW:
        return None
    made = copy.deepcopy(dict(document))
    code = f"NEW_{len(made[part]) + 1}"
    made[part].append(copy.deepcopy(_NEW[part]) | {"code": code})
    if part == "overlays":
        made["texts"].setdefault(code, "Say what this overlay asks for.")
    return made


_NEW: dict[str, dict[str, Any]] = {
    "overlays": {
        "when": [{"fact": "soh_percent", "op": ">", "limit": "100"}],
        "classes": None,
        "grades": None,
        "grade": None,
        "route": None,
    },
    "applications": {
        "label": "New application",
        "routes": ["small_application"],
        "min_usable_kwh": "1",
        "voltage_v": ["11", "56"],
        "rebuild": False,
    },
}
