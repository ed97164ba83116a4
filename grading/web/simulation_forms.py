"""The facts of a simulated pack."""

from collections.abc import Sequence
from typing import Any

from django import forms

from grading.domain.policy import Policy
from rebattery.ui.forms import Grouped, MeasuredDecimalField

_KNOWN = [("", "Not known"), ("yes", "Yes"), ("no", "No")]
_FLAGS = (
    "identity_confirmed", "ir_comparable", "weakest_bound_from_pack_ah", "beyond_calendar_life",
    "has_history", "soh_u_is_lower_limit",
)  # fmt: skip


def _number(label: str, unit: str, high: int, low: int = 0) -> MeasuredDecimalField:
    return MeasuredDecimalField(label=label, unit=unit, low=low, high=high, decimal_places=6, required=False)


def _flag(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=_KNOWN, required=False)


class SimulationForm(Grouped):
    """Every fact of the evidence, and under which policy it is judged."""

    policy = forms.ChoiceField(label="Policy")
    chemistry = forms.ChoiceField(label="Chemistry")
    safety = forms.ChoiceField(
        label="Safety inspection",
        choices=[
            ("", "Not inspected"),
            ("ok", "No findings"),
            ("damaged", "Damaged"),
            ("critical", "Critical"),
        ],
        required=False,
    )
    identity_confirmed = _flag("Identity confirmed")
    nominal_energy_kwh = _number("Nominal energy", "kWh", 10_000)
    nominal_voltage_v = _number("Nominal voltage", "V", 2000)
    soh_percent = _number("SOH", "%", 200)
    soh_source = forms.ChoiceField(
        label="Source of the SOH",
        choices=[
            ("", "Not known"),
            ("lab", "Bench"),
            ("off_procedure", "Bench, departing from its procedure"),
            ("bms", "BMS"),
            ("telematics", "Telematics"),
            ("estimate", "Estimate"),
        ],
        required=False,
    )
    soh_age_days = forms.IntegerField(
        label="Age of the SOH, in days", min_value=0, max_value=20_000, required=False
    )
    soh_age_months = forms.IntegerField(
        label="Months begun since the SOH", min_value=0, max_value=700, required=False
    )
    soh_u_points = _number("Standard uncertainty of the SOH", "points", 100)
    soh_u_is_lower_limit = _flag("That uncertainty is a lower limit")
    capacity_procedure = forms.CharField(label="Capacity procedure", max_length=40, required=False)
    ir_ratio = _number("IR over baseline", "×", 1000)
    ir_comparable = _flag("Taken alike with the baseline")
    ir_ratio_u = _number("Standard uncertainty of the ratio", "×", 1000)
    resistance_procedure = forms.CharField(label="Resistance procedure", max_length=40, required=False)
    weakest_cell_soh_percent = _number("SOH of the weakest cell", "%", 200)
    weakest_bound_from_pack_ah = _flag("The pack's Ah test bounds the weakest cell")
    cell_spread_percent = _number("Spread of cells or modules", "points", 200)
    declared_soh_percent = _number("Declared SOH", "%", 200)
    beyond_calendar_life = _flag("Past the maker's calendar life")
    has_history = _flag("Usage history on file")

    grouping: Sequence[tuple[str, Sequence[str]]] = (
        (
            "Pack",
            (
                "policy",
                "chemistry",
                "safety",
                "identity_confirmed",
                "nominal_energy_kwh",
                "nominal_voltage_v",
            ),
        ),
        (
            "State of health",
            (
                "soh_percent",
                "soh_source",
                "soh_age_days",
                "soh_age_months",
                "soh_u_points",
                "soh_u_is_lower_limit",
                "capacity_procedure",
            ),
        ),
        ("Resistance", ("ir_ratio", "ir_comparable", "ir_ratio_u", "resistance_procedure")),
        ("Cells", ("weakest_cell_soh_percent", "weakest_bound_from_pack_ah", "cell_spread_percent")),
        ("Claims and history", ("declared_soh_percent", "beyond_calendar_life", "has_history")),
    )

    def __init__(self, data: Any, *, choices: Sequence[tuple[str, str]], policy: Policy):
        """Ask for the facts of a pack under ``policy``, which is one of ``choices``."""
        super().__init__(data)
        names = {code: entry["label"] for code, entry in policy.document["chemistry_classes"].items()}
        self._choices("policy", list(choices))
        self._choices("chemistry", sorted(names.items(), key=lambda item: item[1]))

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts as evidence holds them."""
        given = dict(self.cleaned_data)
        return given | {name: {"yes": True, "no": False}.get(given[name]) for name in _FLAGS}


def shown(facts: dict[str, Any]) -> dict[str, str]:
    """Return ``facts`` as the fields of the form show them."""
    words = {True: "yes", False: "no", None: ""}
    return {
        name: words[value] if value is None or isinstance(value, bool) else _text(value)
        for name, value in facts.items()
    }


def _text(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
